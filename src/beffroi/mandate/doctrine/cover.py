"""Whether a law opens an event: named, verified, in force, in this place and at this hour."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from beffroi.mandate.doctrine.clauses import Asked, Clause, Doctrine
from beffroi.mandate.doctrine.rules import Rule
from beffroi.mandate.reading import day, word


class Cover(StrEnum):
    """How far a law comes to covering an event; all but the last leave it uncovered."""

    SILENT = "silent"
    UNVERIFIED = "unverified"
    LAPSED = "lapsed"
    NOT_YET = "not_yet"
    ELSEWHERE = "elsewhere"
    OTHER_HOURS = "other_hours"
    COVERS = "covers"


@dataclass(frozen=True, slots=True)
class Covering:
    """What one law has to do with an event.

    Args:
        doctrine: The law.
        cover: How far it comes.
        clause: The clause that comes furthest; none where the law is silent.
    """

    doctrine: Doctrine
    cover: Cover
    clause: Clause | None

    def because(self, language: str) -> str:
        """The reason in one clause of a sentence, e.g. `fr-2023-828 lapsed on 31 March 2025`."""
        since, until = self.doctrine.valid_from, self.doctrine.valid_until
        return word("covers", self.cover, language).format(
            law=self.doctrine.id,
            places=", ".join(self.clause.places) if self.clause else "",
            hours=", ".join(self.clause.times) if self.clause else "",
            since=since and day(since, language),
            until=until and day(until, language),
        )


def covering(law: Doctrine, asked: Asked) -> Covering:
    """How far a law comes to covering what is asked.

    A text that nobody has verified opens nothing; it may only limit.
    """
    named = [clause for clause in law.of_rule(Rule.ALLOW) if clause.names(asked.event, asked.mode)]
    if not named:
        return Covering(law, Cover.SILENT, None)
    if law.valid_until is not None and law.valid_until < asked.at.date():
        return Covering(law, Cover.LAPSED, named[0])
    if not law.in_force(asked.at.date()):
        return Covering(law, Cover.NOT_YET, named[0])
    tests: tuple[tuple[Cover, Callable[[Clause], bool]], ...] = (
        (Cover.UNVERIFIED, lambda clause: clause.verified),
        (Cover.ELSEWHERE, lambda clause: clause.at_place(asked.places)),
        (Cover.OTHER_HOURS, lambda clause: clause.at_hour(asked.at)),
    )
    for short, holds in tests:
        left = [clause for clause in named if holds(clause)]
        if not left:
            return Covering(law, short, named[0])
        named = left
    return Covering(law, Cover.COVERS, named[0])
