"""Doctrines of every shape, made up for property tests."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from beffroi.mandate.doctrine.clauses import Doctrine, DoctrineText, Kind, write_doctrine
from beffroi.mandate.doctrine.rules import FORMS, Body, Combine, Form, Rule, Takes
from beffroi.mandate.modes import Mode

EVENTS = ("fall", "strike", "density", "lying")
PLACES = ("park", "school", "venue")
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For machines that do other work besides."""

GROUNDS = (Rule.ALLOW, Rule.REFUSE, Rule.CONDITIONAL, Rule.LAW_REQUIRED)
"""The rules that decide whether anything objects."""
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
INSTANTS = ("2025-12-31T23", "2026-01-01T00", "2026-06-01T12", "2026-12-31T23", "2027-01-01T00")
TERMS = ((None, None), YEAR, (YEAR[0], None), (None, YEAR[1]))


def clause(number: int, *, kind: Kind = Kind.DOCTRINE, **fields: Any) -> dict[str, Any]:
    """One clause as it stands in a file, well formed unless told otherwise."""
    rule = Rule(fields["rule"])
    form = FORMS[rule]
    values = {Takes.NOTHING: None, Takes.NUMBER: 1, Takes.BODIES: ["dpo"]}
    return {
        "id": f"c-{number}",
        "value": values[form.takes],
        "unit": form.unit,
        "combine": _way(rule, form, kind),
        "text": {"fr": "Une clause.", "en": "A clause."},
        "source": "Made up, article 1",
        "verified": True,
    } | fields


def doctrine(name: str, *clauses: dict[str, Any], **fields: Any) -> DoctrineText:
    """A doctrine of these clauses, a city's own unless told otherwise."""
    kind = Kind(fields.get("kind", Kind.DOCTRINE))
    made = [clause(number, kind=kind, **one) for number, one in enumerate(clauses)]
    base = {
        "id": name,
        "version": 1,
        "kind": kind,
        "jurisdiction": "Testbourg",
        "fictional": True,
        "title": {"fr": name, "en": name},
        "summary": {"fr": name, "en": name},
        "valid_from": None,
        "valid_until": None,
    }
    return write_doctrine(Doctrine.model_validate(base | fields | {"clauses": made}))


def _way(rule: Rule, form: Form, kind: Kind) -> Combine:
    if rule is Rule.ALLOW:
        return Combine.UNION if kind is Kind.LAW else Combine.INTERSECTION
    (way,) = form.combine
    return way


def some_clause(rules: Sequence[Rule] = tuple(Rule)) -> st.SearchStrategy[dict[str, Any]]:
    """A well-formed clause of one of these rules."""
    return st.sampled_from(rules).flatmap(_clause_of)


def _clause_of(rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    form = FORMS[rule]
    values: dict[Takes, st.SearchStrategy[Any]] = {
        Takes.NOTHING: st.none(),
        Takes.NUMBER: st.sampled_from([min(number, form.most) for number in (0, 5, 20, 200, 900)]),
        Takes.BODIES: st.sampled_from(Body).map(lambda body: (body,)),
    }
    return st.fixed_dictionaries(
        {
            "rule": st.just(rule),
            "events": st.sampled_from(("*", ("fall",), ("strike", "fall"), ("lying",))),
            "modes": st.sampled_from((tuple(Mode), (Mode.LIVE,), (Mode.SHADOW, Mode.LEARNING))),
            "places": st.sampled_from(((), ("park",), ("park", "school"))),
            "times": st.sampled_from(((), ("08:00-20:00",), ("22:00-06:00",))),
            "value": values[form.takes],
            "verified": st.booleans(),
        }
    )


@st.composite
def some_doctrine(
    draw: st.DrawFn,
    name: str,
    kinds: Sequence[Kind] = (Kind.LAW, Kind.DOCTRINE),
    rules: Sequence[Rule] = tuple(Rule),
) -> DoctrineText:
    since, until = draw(st.sampled_from(TERMS))
    clauses = draw(st.lists(some_clause(rules), min_size=1, max_size=4))
    return doctrine(
        name,
        *clauses,
        kind=draw(st.sampled_from(kinds)),
        valid_from=since,
        valid_until=until,
    )


@st.composite
def some_stack(draw: st.DrawFn, rules: Sequence[Rule] = tuple(Rule)) -> list[DoctrineText]:
    number = draw(st.integers(0, 3))
    return [draw(some_doctrine(f"d-{place}", rules=rules)) for place in range(number)]


def questions() -> st.SearchStrategy[tuple[str, Mode, datetime, frozenset[str] | None]]:
    """An event, a mode, an instant, and the tags of a place."""
    places = st.none() | st.frozensets(st.sampled_from(PLACES))
    instants = st.sampled_from([datetime.fromisoformat(f"{one}:00+00:00") for one in INSTANTS])
    return st.tuples(st.sampled_from(EVENTS), st.sampled_from(Mode), instants, places)
