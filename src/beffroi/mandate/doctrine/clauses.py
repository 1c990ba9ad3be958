"""Doctrines and legal packs as dated, hashed data: what a law or a council has decided.

A clause says one thing in plain words of our own, quotes its source, and says whether the source
was read again (`verified`). Like a definition, a doctrine is known by the hash of its bytes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from beffroi.errors import Actor, BadInput
from beffroi.mandate.canonical import canonical, digest, parse
from beffroi.mandate.definition import Sentence, Text, explain, missing_languages, read_fields
from beffroi.mandate.doctrine.rules import FORMS, Body, Combine, Rule, Takes
from beffroi.mandate.modes import Mode

Name = Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
Event = Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$")]
Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]

EVERY: Literal["*"] = "*"


@dataclass(frozen=True, slots=True)
class Asked:
    """The question put to a clause: may this event be looked for, so far, there and then?

    Args:
        event: Name of the kind of event.
        mode: How far the use goes.
        at: The instant, in the time zone of the use: hours and days are read off it as they are.
        places: Tags of the place. None says that nobody knows: refusals then hold, and
            permissions that depend on the place do not.
    """

    event: str
    mode: Mode
    at: datetime
    places: frozenset[str] | None = None


class Clause(BaseModel):
    """One thing that a doctrine says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name = Field(description="Its name within the doctrine, e.g. `art-3-5`.")
    rule: Rule = Field(description="What it decides.")
    events: tuple[Event, ...] | Literal["*"] = Field(EVERY, description="Which events it names.")
    modes: tuple[Mode, ...] = Field(tuple(Mode), min_length=1, description="In which modes.")
    places: tuple[Name, ...] = Field((), description="Only in places so tagged; none: everywhere.")
    times: tuple[Hours, ...] = Field((), description="Only in these hours; none: at all hours.")
    value: Annotated[int, Field(strict=True)] | tuple[Body, ...] | None = Field(
        None, description="A number, or bodies."
    )
    unit: str | None = Field(None, description="Unit of a number, written out.")
    combine: Combine = Field(description="How it combines with what other doctrines say.")
    text: Text = Field(description="What it says, in plain words of our own.")
    source: Sentence = Field(description="Where it comes from: name, article, reference.")
    verified: bool = Field(description="Whether that source was read again.")

    @model_validator(mode="after")
    def _is_well_formed(self) -> Self:
        form = FORMS[self.rule]
        if self.combine not in form.combine:
            ways = " or ".join(sorted(form.combine))
            raise ValueError(f"{self.id}: {self.rule} combines by {ways}, so that it never widens")
        if _takes(self.value) is not form.takes:
            raise ValueError(f"{self.id}: {self.rule} takes {form.takes} as its value")
        if self.unit != form.unit:
            raise ValueError(f"{self.id}: {self.rule} is counted in {form.unit}")
        if isinstance(self.value, int) and not 0 <= self.value <= form.most:
            raise ValueError(f"{self.id}: {self.rule} lies between 0 and {form.most}")
        _require_languages(self.text, self.id)
        return self

    @property
    def number(self) -> int:
        """Its number; 0 for a rule that takes none."""
        return self.value if isinstance(self.value, int) else 0

    @property
    def bodies(self) -> tuple[Body, ...]:
        """Its bodies; empty for a rule that takes none."""
        return self.value if isinstance(self.value, tuple) else ()

    def names(self, event: str, mode: Mode) -> bool:
        """Whether it speaks of this event in this mode, wherever and whenever."""
        return mode in self.modes and (self.events == EVERY or event in self.events)

    def binds(self, asked: Asked) -> bool:
        """Whether it holds here and now; where the place is not known, it does."""
        here = not self.places or asked.places is None or not asked.places.isdisjoint(self.places)
        return self.names(asked.event, asked.mode) and here and self.at_hour(asked.at)

    def grants(self, asked: Asked) -> bool:
        """Whether its permission reaches here and now; where the place is not known, it does not.

        Every tag of the place must be one that it names.
        """
        here = self.names(asked.event, asked.mode) and self.at_place(asked.places)
        return here and self.at_hour(asked.at)

    def at_place(self, places: frozenset[str] | None) -> bool:
        """Whether a permission reaches a place with these tags."""
        if not self.places:
            return True
        return places is not None and bool(places) and places.issubset(self.places)

    def at_hour(self, at: datetime) -> bool:
        """Whether its hours hold this one; 22:00-06:00 goes over midnight."""
        return not self.times or any(_holds(hours, f"{at:%H:%M}") for hours in self.times)


class Kind(StrEnum):
    """What a doctrine is: the base of every stack, a law, or what a city has laid on itself."""

    BASE = "base"
    LAW = "law"
    DOCTRINE = "doctrine"


class Doctrine(BaseModel):
    """What a law or a city says of the events that may be looked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name = Field(description="Its name, e.g. `nantes-2024`.")
    version: int = Field(ge=1, description="Number of this text, counted from 1.")
    kind: Kind
    jurisdiction: str = Field(min_length=2, description="Where it binds, e.g. FR or Nantes.")
    fictional: bool = Field(description="Whether it exists only in the synthetic city.")
    title: Text
    summary: Text
    valid_from: date | None = Field(description="First day in force.")
    valid_until: date | None = Field(description="Last day in force.")
    clauses: tuple[Clause, ...]

    @model_validator(mode="after")
    def _is_well_formed(self) -> Self:
        _require_languages(self.title, "title")
        _require_languages(self.summary, "summary")
        ids = [clause.id for clause in self.clauses]
        if len(set(ids)) < len(ids):
            raise ValueError("two clauses have the same id")
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError("it ends before it begins")
        for clause in self.of_rule(Rule.ALLOW):
            self._require_combine_of_allow(clause)
        return self

    def _require_combine_of_allow(self, clause: Clause) -> None:
        """A law covers what it names; a doctrine leaves only what it names."""
        if self.kind is Kind.BASE:
            raise ValueError(f"{clause.id}: the base allows nothing, it only limits")
        right = Combine.UNION if self.kind is Kind.LAW else Combine.INTERSECTION
        if clause.combine is not right:
            raise ValueError(f"{clause.id}: what a {self.kind} allows combines by {right}")

    def of_rule(self, rule: Rule) -> tuple[Clause, ...]:
        """Its clauses of one rule."""
        return tuple(clause for clause in self.clauses if clause.rule is rule)

    def in_force(self, day: date) -> bool:
        """Whether it holds on this day; first and last day included."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class DoctrineText:
    """A doctrine together with the bytes that were adopted.

    Args:
        doctrine: The parsed text.
        canonical: The exact bytes that are stored and hashed.
    """

    doctrine: Doctrine
    canonical: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""
        return digest(self.canonical)


def write_doctrine(doctrine: Doctrine) -> DoctrineText:
    """Give a doctrine its bytes."""
    data = canonical(doctrine.model_dump(mode="json"))
    return DoctrineText(Doctrine.model_validate(parse(data)), data)


def read_doctrine(path: Path) -> DoctrineText:
    """Read a doctrine written in YAML and make its canonical bytes.

    Raises:
        BadInput: No such file, not YAML, or a clause that is not well formed.
    """
    try:
        return write_doctrine(Doctrine.model_validate(read_fields(path)))
    except ValidationError as error:
        raise BadInput(f"{path.name} is not a doctrine: {' '.join(explain(error))}") from error


def load_doctrine(adopted: bytes, expected: str) -> DoctrineText:
    """Load adopted bytes, refusing any that are not the ones adopted.

    Raises:
        BadInput: The bytes do not have this digest, are not canonical, or are not a doctrine.
    """
    if digest(adopted) != expected:
        raise BadInput(
            "The stored text of this doctrine is not the one that was adopted.",
            actor=Actor.ADMINISTRATOR,
        )
    try:
        doctrine = Doctrine.model_validate(parse(adopted))
    except ValueError as error:
        raise BadInput(f"These bytes are not a doctrine: {error}.") from error
    return DoctrineText(doctrine, adopted)


def _takes(value: int | tuple[Body, ...] | None) -> Takes:
    if value is None:
        return Takes.NOTHING
    return Takes.NUMBER if isinstance(value, int) else Takes.BODIES


def _holds(hours: str, now: str) -> bool:
    start, end = hours.split("-")
    return start <= now < end if start < end else now >= start or now < end


def _require_languages(text: Text, where: str) -> None:
    if missing := missing_languages({where: text}):
        raise ValueError(" ".join(missing))
