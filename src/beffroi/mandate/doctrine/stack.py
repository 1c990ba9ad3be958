"""All doctrines that hold in an installation, taken together.

Every refusal counts, every condition counts, and where a law is required only a law in force
opens an event. The base is in every stack and cannot be removed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from beffroi.errors import BadInput
from beffroi.mandate.canonical import canonical, digest
from beffroi.mandate.doctrine.clauses import Asked, Clause, Doctrine, DoctrineText, Kind
from beffroi.mandate.doctrine.contradictions import check
from beffroi.mandate.doctrine.cover import Cover, Covering, covering
from beffroi.mandate.doctrine.explaining import Explanation, rows
from beffroi.mandate.doctrine.objections import Ground, Objection
from beffroi.mandate.doctrine.procedure import Bound, Procedure, combine
from beffroi.mandate.doctrine.rules import Rule
from beffroi.mandate.doctrine.shipped import BASE, shipped_doctrines
from beffroi.mandate.modes import Mode

ORDER = {kind: place for place, kind in enumerate((Kind.DOCTRINE, Kind.LAW, Kind.BASE))}
"""Whose clause is quoted first: the city's own, then the law, then the base."""


class Stack:
    """Doctrines in one order, whatever the order in which they were adopted; the base added.

    Args:
        adopted: What the city has adopted, each once.

    Raises:
        BadInput: Two versions of one doctrine, or a base that is not the one that ships.
        ContradictoryDoctrines: Two clauses cannot hold together.
    """

    def __init__(self, adopted: Iterable[DoctrineText] = ()) -> None:
        base = shipped_doctrines()[BASE]
        members = {base.digest: base} | {text.digest: text for text in adopted}
        self.texts = tuple(
            sorted(members.values(), key=lambda one: (ORDER[one.doctrine.kind], one.doctrine.id))
        )
        for name, times in Counter(text.doctrine.id for text in self.texts).items():
            if times > 1:
                raise BadInput(f"Two texts of {name} cannot hold at once; keep one.")
        if sum(text.doctrine.kind is Kind.BASE for text in self.texts) > 1:
            raise BadInput(f"The base of every stack is {BASE}, and there is no other.")
        self.doctrines = tuple(text.doctrine for text in self.texts)
        check(self.doctrines)
        self.digest = digest(canonical([text.digest for text in self.texts]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stack) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def objections(
        self, event: str, mode: Mode, at: datetime, places: frozenset[str] | None = None
    ) -> tuple[Objection, ...]:
        """Why this event may not be looked for so; empty if it may.

        Args:
            event: Name of the kind of event.
            mode: How far the use goes.
            at: The instant, in the time zone of the use.
            places: Tags of the place; None where nobody knows, which narrows.
        """
        asked = Asked(event, mode, at, places)
        refused = tuple(
            Objection(Ground.REFUSED, doctrine, clause, asked)
            for doctrine, clause in self._bound(asked)
            if clause.rule is Rule.REFUSE
        )
        return refused + tuple(self._unlisted(asked)) + tuple(self._uncovered(asked))

    def laws(
        self, event: str, mode: Mode, at: datetime, places: frozenset[str] | None = None
    ) -> tuple[Bound, ...]:
        """The laws in force that cover this event, and the clause by which they do."""
        return tuple(
            (law.doctrine, law.clause)
            for law in self._laws(Asked(event, mode, at, places))
            if law.cover is Cover.COVERS and law.clause is not None
        )

    def modes_left(
        self, event: str, at: datetime, places: frozenset[str] | None = None
    ) -> frozenset[Mode]:
        """The modes in which nothing objects."""
        return frozenset(mode for mode in Mode if not self.objections(event, mode, at, places))

    def procedure(
        self, event: str, mode: Mode, at: datetime, places: frozenset[str] | None = None
    ) -> Procedure:
        """What all clauses that hold ask for together, whether or not something objects."""
        return combine(self._bound(Asked(event, mode, at, places)))

    def ledger_clauses(self, rule: Rule, at: datetime) -> tuple[Bound, ...]:
        """What is in force of a rule on the ledger: there is one, whatever a clause is about."""
        return tuple(
            (doctrine, clause)
            for doctrine in self.doctrines
            if doctrine.in_force(at.date())
            for clause in doctrine.of_rule(rule)
        )

    def explain(
        self, event: str, mode: Mode, at: datetime, places: frozenset[str] | None = None
    ) -> Explanation:
        """What every clause does to this question, what stands in the way, and what is left."""
        asked = Asked(event, mode, at, places)
        objections = self.objections(event, mode, at, places)
        left = self.modes_left(event, at, places)
        return Explanation(asked, tuple(rows(self.doctrines, objections, asked)), objections, left)

    def _standing(self, asked: Asked) -> Iterator[Doctrine]:
        return (one for one in self.doctrines if one.in_force(asked.at.date()))

    def _bound(self, asked: Asked) -> Iterator[Bound]:
        for doctrine in self._standing(asked):
            yield from ((doctrine, one) for one in doctrine.clauses if one.binds(asked))

    def _laws(self, asked: Asked) -> tuple[Covering, ...]:
        return tuple(
            covering(one, asked)
            for one in self.doctrines
            if one.kind is Kind.LAW and one.of_rule(Rule.ALLOW)
        )

    def _unlisted(self, asked: Asked) -> Iterator[Objection]:
        for doctrine in self._standing(asked):
            listed = _list_of(doctrine, asked.mode)
            if listed and not any(clause.grants(asked) for clause in listed):
                yield Objection(Ground.UNLISTED, doctrine, listed[0], asked)

    def _uncovered(self, asked: Asked) -> Iterator[Objection]:
        requiring = [one for one in self._bound(asked) if one[1].rule is Rule.LAW_REQUIRED]
        laws = self._laws(asked)
        if requiring and not any(law.cover is Cover.COVERS for law in laws):
            doctrine, clause = requiring[-1]
            yield Objection(Ground.UNCOVERED, doctrine, clause, asked, laws)


def _list_of(doctrine: Doctrine, mode: Mode) -> tuple[Clause, ...]:
    """What a doctrine admits in a mode; empty where it does not keep a list for it."""
    if doctrine.kind is not Kind.DOCTRINE:
        return ()
    allowed = [one for one in doctrine.of_rule(Rule.ALLOW) if mode in one.modes]
    conditional = [one for one in doctrine.of_rule(Rule.CONDITIONAL) if mode in one.modes]
    return tuple(allowed + conditional) if allowed else ()
