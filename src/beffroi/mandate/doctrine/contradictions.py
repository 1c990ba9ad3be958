"""Doctrines that cannot hold together: a council must choose, not a program."""

from collections.abc import Iterator, Sequence
from itertools import product

from beffroi.errors import BadInput
from beffroi.mandate.doctrine.clauses import EVERY, Clause, Doctrine, Kind
from beffroi.mandate.doctrine.procedure import Bound
from beffroi.mandate.doctrine.rules import FLOORS_AND_CAPS, Rule


class ContradictoryDoctrines(BadInput):
    """Two clauses cannot hold together.

    Args:
        why: What is wrong, in a few words.
        one: The first clause and its doctrine.
        other: The second.
    """

    def __init__(self, why: str, one: Bound, other: Bound) -> None:
        super().__init__(f"{why}: {_quote(*one)}, but {_quote(*other)}. Amend one of them.")
        self.clauses = (one, other)


def check(doctrines: Sequence[Doctrine]) -> None:
    """Find two clauses that cannot hold together on some day.

    A law that covers what a city refuses is no contradiction: nobody must do all that is lawful.

    Raises:
        ContradictoryDoctrines: There are two, and which.
    """
    for one, other in _pairs(doctrines):
        floor, cap = one[1], other[1]
        if (floor.rule, cap.rule) in FLOORS_AND_CAPS and floor.number > cap.number:
            raise ContradictoryDoctrines("A floor lies above a cap", one, other)
        if _is_disputed(one, other):
            raise ContradictoryDoctrines("One admits what the other refuses", one, other)


def _pairs(doctrines: Sequence[Doctrine]) -> Iterator[tuple[Bound, Bound]]:
    for one, other in product(doctrines, repeat=2):
        if _overlap(one, other):
            yield from (
                ((one, a), (other, b))
                for a in one.clauses
                for b in other.clauses
                if (a.rule, b.rule) in FLOORS_AND_CAPS or _meet(a, b)
            )


def _is_disputed(one: Bound, other: Bound) -> bool:
    """Whether one doctrine admits by name an event that the other refuses everywhere it does."""
    (admitting, admitted), (refusing, refused) = one, other
    return (
        admitting.kind is Kind.DOCTRINE
        and refusing.kind is not Kind.LAW
        and admitted.rule in (Rule.ALLOW, Rule.CONDITIONAL)
        and admitted.events != EVERY
        and refused.rule is Rule.REFUSE
        and not refused.places
        and not refused.times
    )


def _overlap(one: Doctrine, other: Doctrine) -> bool:
    return all(
        before.valid_until is None
        or after.valid_from is None
        or after.valid_from <= before.valid_until
        for before, after in ((one, other), (other, one))
    )


def _meet(one: Clause, other: Clause) -> bool:
    if EVERY not in (one.events, other.events) and set(one.events).isdisjoint(other.events):
        return False
    places = not one.places or not other.places or not set(one.places).isdisjoint(other.places)
    return places and not set(one.modes).isdisjoint(other.modes)


def _quote(doctrine: Doctrine, clause: Clause) -> str:
    return f"{doctrine.id} ({clause.id}) says “{clause.text['en']}”"
