"""Clause by clause, what a stack of doctrines says of one event: for people who ask why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from beffroi.mandate.doctrine.clauses import Asked, Clause, Doctrine, Kind
from beffroi.mandate.doctrine.cover import Cover, Covering, covering
from beffroi.mandate.doctrine.objections import Ground, Objection
from beffroi.mandate.doctrine.rules import Rule
from beffroi.mandate.doctrine.translations import told
from beffroi.mandate.modes import Mode


class Outcome(StrEnum):
    """What one clause does to the question; the first four stand in the way."""

    REFUSES = "refuses"
    UNLISTED = "unlisted"
    NEEDS_LAW = "needs_law"
    UNCOVERED = "uncovered"
    COVERS = "covers"
    ALLOWS = "allows"
    ASKS = "asks"
    NOT_HERE = "not_here"


_OF_GROUND: Final = {
    Ground.REFUSED: Outcome.REFUSES,
    Ground.UNLISTED: Outcome.UNLISTED,
    Ground.UNCOVERED: Outcome.NEEDS_LAW,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One clause and what it does.

    Args:
        doctrine: Whose clause it is.
        clause: The clause; none where a law does not name the event at all.
        outcome: What it does.
        law: How far this law comes, where it is one that covers events.
    """

    doctrine: Doctrine
    clause: Clause | None
    outcome: Outcome
    law: Covering | None = None

    def why(self, language: str = "en") -> str:
        """The clause in plain words, or how far the law comes; English where unknown."""
        clause = "" if self.clause is None else told(self.clause.text, language)
        if self.law is None or self.outcome is Outcome.COVERS:
            return clause
        return f"{self.law.because(language)}. {clause}".strip()

    def plain(self, language: str = "en") -> dict[str, object]:
        """The row as other programs read it."""
        clause = self.clause
        return {
            "doctrine": self.doctrine.id,
            "version": self.doctrine.version,
            "fictional": self.doctrine.fictional,
            "clause": clause and clause.id,
            "outcome": self.outcome.value,
            "rule": clause and clause.rule.value,
            "value": clause and clause.value,
            "unit": clause and clause.unit,
            "why": self.why(language),
            "source": clause and clause.source,
            "verified": clause and clause.verified,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an event may or may not be looked for.

    Args:
        asked: The question.
        rows: Every clause that speaks of it, in the order of the stack.
        objections: What stands in the way; empty if nothing does.
        modes_left: In which modes nothing objects.
    """

    asked: Asked
    rows: tuple[Row, ...]
    objections: tuple[Objection, ...]
    modes_left: frozenset[Mode]


def rows(
    doctrines: Iterable[Doctrine], objections: Sequence[Objection], asked: Asked
) -> Iterator[Row]:
    """Every clause that speaks of what is asked, and what it does to it.

    Args:
        doctrines: Those of the stack, in its order.
        objections: What the stack objects.
        asked: The question.
    """
    objecting = {(one.doctrine_id, one.clause_id): one.ground for one in objections}
    for doctrine in doctrines:
        opens = doctrine.kind is Kind.LAW and bool(doctrine.of_rule(Rule.ALLOW))
        if opens:
            law = covering(doctrine, asked)
            covers = law.cover is Cover.COVERS
            yield Row(doctrine, law.clause, Outcome.COVERS if covers else Outcome.UNCOVERED, law)
        for clause in doctrine.clauses:
            ground = objecting.get((doctrine.id, clause.id))
            if ground is not None:
                yield Row(doctrine, clause, _OF_GROUND[ground])
            elif clause.names(asked.event, asked.mode) and not (
                opens and clause.rule is Rule.ALLOW
            ):
                yield Row(doctrine, clause, _outcome(doctrine, clause, asked))


def _outcome(doctrine: Doctrine, clause: Clause, asked: Asked) -> Outcome:
    if not (doctrine.in_force(asked.at.date()) and clause.binds(asked)):
        return Outcome.NOT_HERE
    return Outcome.ALLOWS if clause.rule is Rule.ALLOW else Outcome.ASKS
