"""Adopting a doctrine never lets more run; only a law opens anything."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from beffroi.mandate.doctrine.clauses import DoctrineText, Kind, load_doctrine
from beffroi.mandate.doctrine.contradictions import ContradictoryDoctrines
from beffroi.mandate.doctrine.objections import Ground
from beffroi.mandate.doctrine.procedure import Procedure, combine
from beffroi.mandate.doctrine.rules import FORMS, Combine, Rule
from beffroi.mandate.doctrine.shipped import BASE, shipped_doctrines
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.modes import Mode
from tests.mandate.doctrine.made import (
    GROUNDS,
    UNHURRIED,
    doctrine,
    questions,
    some_clause,
    some_doctrine,
    some_stack,
)

Question = tuple[str, Mode, datetime, frozenset[str] | None]
NEVER = float("inf")
RULED = [rule for rule in Rule if rule in {field.name for field in fields(Procedure)}]


def stacked(texts: Sequence[DoctrineText]) -> Stack:
    """Their stack; made-up doctrines that contradict each other are no example."""
    try:
        return Stack(texts)
    except ContradictoryDoctrines:
        assume(False)
        raise


def reasons(stack: Stack, question: Question) -> set[tuple[str, ...]]:
    return {
        (one.ground,)
        if one.ground is Ground.UNCOVERED
        else (one.ground, one.doctrine_id, one.clause_id)
        for one in stack.objections(*question)
    }


def narrowness(procedure: Procedure, rule: Rule) -> float | frozenset[str]:
    """The value of a rule, larger where it narrows more."""
    value = getattr(procedure, rule)
    if isinstance(value, frozenset | tuple):
        return frozenset(str(one) for one in value)
    if rule is Rule.URGENCY_HOURS:
        return -(value or 0)
    if Combine.MIN in FORMS[rule].combine:
        return -NEVER if value is None else -value
    return float(value or 0)


@UNHURRIED
@given(some_stack(GROUNDS), some_doctrine("added", (Kind.DOCTRINE,), GROUNDS), questions())
def test_doctrine_never_widens(
    smaller: list[DoctrineText], added: DoctrineText, question: Question
) -> None:
    before, after = stacked(smaller), stacked([*smaller, added])
    event, _, at, places = question
    assert reasons(after, question) >= reasons(before, question)
    assert after.modes_left(event, at, places) <= before.modes_left(event, at, places)


@UNHURRIED
@given(some_stack(GROUNDS), some_doctrine("added", (Kind.LAW,), GROUNDS), questions())
def test_law_lifts_nothing_but_the_want_of_a_law(
    smaller: list[DoctrineText], added: DoctrineText, question: Question
) -> None:
    before, after = stacked(smaller), stacked([*smaller, added])
    assert reasons(after, question) >= reasons(before, question) - {(Ground.UNCOVERED,)}


@pytest.mark.parametrize("rule", RULED)
@settings(UNHURRIED, max_examples=25)
@given(st.data())
def test_procedure_only_grows_stricter(rule: Rule, data: st.DataObject) -> None:
    clauses = data.draw(st.lists(some_clause((rule,)), min_size=1, max_size=4))
    text = doctrine("made", *clauses, kind=Kind.LAW).doctrine
    base = shipped_doctrines()[BASE].doctrine
    *before, added = [(one, clause) for one in (base, text) for clause in one.clauses]
    smaller, larger = combine(before), combine([*before, added])
    assert narrowness(larger, rule) >= narrowness(smaller, rule)  # type: ignore[operator]  # alike


@UNHURRIED
@given(st.data(), some_stack(), questions())
def test_order_of_adoption_does_not_matter(
    data: st.DataObject, texts: list[DoctrineText], question: Question
) -> None:
    one, other = stacked(texts), stacked(data.draw(st.permutations(texts)))
    assert one == other
    assert hash(one) == hash(other)
    assert one.objections(*question) == other.objections(*question)
    assert one.procedure(*question) == other.procedure(*question)


@UNHURRIED
@given(some_stack(GROUNDS), questions())
def test_refused_event_has_no_mode_left(texts: list[DoctrineText], question: Question) -> None:
    stack = stacked(texts)
    event, mode, at, places = question
    left = stack.modes_left(event, at, places)
    assert (mode in left) == (not stack.objections(*question))
    assert stack.modes_left("lying", at, places) == set()
    for text in texts:
        for clause in text.doctrine.of_rule(Rule.REFUSE):
            everywhere = not clause.places and not clause.times
            if everywhere and clause.names(event, mode) and text.doctrine.in_force(at.date()):
                assert mode not in left


@UNHURRIED
@given(some_stack(GROUNDS), questions())
def test_only_a_verified_law_in_force_covers(texts: list[DoctrineText], question: Question) -> None:
    event, mode, at, places = question
    stack = stacked(texts)
    for law, clause in stack.laws(*question):
        assert law.kind is Kind.LAW
        assert law.in_force(at.date())
        assert clause.verified
        assert clause.names(event, mode)
        assert places is not None or not clause.places
    if mode in (Mode.LIVE, Mode.LEARNING) and not stack.laws(*question):
        assert mode not in stack.modes_left(event, at, places)


@UNHURRIED
@given(some_stack())
def test_bytes_say_what_the_doctrine_says(texts: list[DoctrineText]) -> None:
    for text in texts:
        assert load_doctrine(text.canonical, text.digest) == text
