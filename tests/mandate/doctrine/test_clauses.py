"""What a doctrine file must be, and where, when and for whom a clause holds."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from beffroi.errors import BadInput
from beffroi.mandate.canonical import digest
from beffroi.mandate.doctrine.clauses import Asked, Clause, Kind, load_doctrine, read_doctrine
from beffroi.mandate.doctrine.rules import FORMS, Combine, Rule
from beffroi.mandate.modes import Mode
from tests.mandate.doctrine.made import clause, doctrine

MINIMAL = Path(__file__).parent / "fiction-minimal.yaml"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def one(**fields: Any) -> Clause:
    return Clause.model_validate(clause(1, **fields))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"rule": "consultation_days", "combine": "min"}, "consultation_days combines by max"),
        ({"rule": "term_days", "combine": "max"}, "term_days combines by min"),
        ({"rule": "opinions", "combine": "intersection"}, "opinions combines by union"),
        ({"rule": "term_days", "unit": "hours"}, "is counted in days"),
        ({"rule": "term_days", "value": None}, "takes number"),
        ({"rule": "term_days", "value": -1}, "lies between 0 and"),
        ({"rule": "term_days", "value": True}, "value"),
        ({"rule": "quorum_percent", "value": 101}, "lies between 0 and 100"),
        ({"rule": "evidence_days", "value": 31}, "lies between 0 and 30"),
        ({"rule": "opinions", "value": ["mayor"]}, "value"),
        ({"rule": "refuse", "value": 1}, "takes nothing"),
        ({"rule": "refuse", "text": {"fr": "Non."}}, "lacks its text in en"),
        ({"rule": "refuse", "text": {"fr": "Non.", "en": " "}}, "text"),
        ({"rule": "refuse", "source": ""}, "source"),
        ({"rule": "refuse", "modes": []}, "modes"),
        ({"rule": "refuse", "modes": ["commissioning"]}, "modes"),
        ({"rule": "refuse", "times": ["24:00-06:00"]}, "times"),
        ({"rule": "refuse", "colour": "red"}, "colour"),
        ({"rule": "identify"}, "identify"),
    ],
)
def test_ill_formed_clause_is_refused(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises((ValidationError, ValueError), match=complaint):
        one(**fields)


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_a_form_that_narrows(rule: Rule) -> None:
    assert Combine.INTERSECTION not in FORMS[rule].combine or rule is Rule.ALLOW
    assert one(rule=rule).rule is rule


@pytest.mark.parametrize(
    ("kind", "combine", "complaint"),
    [
        (Kind.BASE, "union", "the base allows nothing"),
        (Kind.LAW, "intersection", "what a law allows combines by union"),
        (Kind.DOCTRINE, "union", "what a doctrine allows combines by intersection"),
    ],
)
def test_what_allowing_means_depends_on_the_kind(kind: Kind, combine: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        doctrine("made", {"rule": "allow", "combine": combine}, kind=kind)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"clauses": []}, None),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "ends before it begins"),
        ({"title": {"fr": "Sans anglais"}}, "lacks its text in en"),
        ({"id": "Nantes 2024"}, "id"),
        ({"version": 0}, "version"),
    ],
)
def test_file_must_be_whole(tmp_path: Path, fields: dict[str, Any], complaint: str | None) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(MINIMAL.read_text()) | fields))
    if complaint is None:
        assert read_doctrine(path).doctrine.clauses == ()
        return
    with pytest.raises(BadInput, match=complaint):
        read_doctrine(path)


def test_two_clauses_with_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="same id"):
        doctrine("made", {"rule": "dpia", "id": "same"}, {"rule": "fria", "id": "same"})


@pytest.mark.parametrize("content", ["- a list", "id: [", "\xff", "id: one\nid: two"])
def test_what_is_no_doctrine_is_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(BadInput, match=r"mine\.yaml"):
        read_doctrine(path)


def test_other_bytes_are_not_what_was_adopted() -> None:
    text = read_doctrine(MINIMAL)
    with pytest.raises(BadInput, match="not the one that was adopted"):
        load_doctrine(text.canonical.replace(b"0", b"1", 1), text.digest)


@pytest.mark.parametrize(
    ("places", "binds", "grants"),
    [
        (None, True, False),
        (frozenset(), False, False),
        (frozenset({"park"}), True, True),
        (frozenset({"school"}), False, False),
        (frozenset({"park", "school"}), True, False),
    ],
)
def test_where_a_clause_holds(places: frozenset[str] | None, binds: bool, grants: bool) -> None:
    limited = one(rule="refuse", places=["park"])
    asked = Asked("fall", Mode.LIVE, NOON, places)
    assert limited.binds(asked) is binds
    assert limited.grants(asked) is grants
    everywhere = one(rule="refuse")
    assert everywhere.binds(asked)
    assert everywhere.grants(asked)


@pytest.mark.parametrize(
    ("hours", "now", "holds"),
    [
        ("08:00-20:00", "08:00", True),
        ("08:00-20:00", "20:00", False),
        ("22:00-06:00", "23:59", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("00:00-00:00", "12:00", True),
    ],
)
def test_when_a_clause_holds(hours: str, now: str, holds: bool) -> None:
    at = datetime.fromisoformat(f"2026-06-01T{now}:30+02:00")
    assert one(rule="refuse", times=[hours]).at_hour(at) is holds


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)],
)
def test_first_and_last_day_are_in_force(day: str, holds: bool) -> None:
    dated = doctrine("made", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31))
    assert dated.doctrine.in_force(date.fromisoformat(day)) is holds


def test_accents_typed_in_two_ways_are_one_doctrine() -> None:
    composed, decomposed = (
        doctrine("made", title={"fr": accent, "en": "made"}) for accent in ("\u00e9", "e\u0301")
    )
    assert composed == decomposed


def test_bytes_of_which_two_readers_could_differ_are_refused() -> None:
    twice = read_doctrine(MINIMAL).canonical.replace(b'"version":1', b'"version":2,"version":1')
    with pytest.raises(BadInput, match="not canonical"):
        load_doctrine(twice, digest(twice))
