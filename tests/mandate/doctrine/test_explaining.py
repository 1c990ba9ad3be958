"""Clause by clause, why an event may or may not be looked for."""

import re
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from beffroi.mandate.doctrine.cover import Cover
from beffroi.mandate.doctrine.explaining import Explanation, Outcome
from beffroi.mandate.doctrine.objections import Ground
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.modes import Mode
from beffroi.mandate.reading import word
from beffroi.words import LANGUAGES
from tests.mandate.doctrine.made import doctrine

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def explain(*names: str, event: str = "fall", mode: Mode = Mode.LIVE) -> Explanation:
    packs = shipped_doctrines()
    return Stack(packs[name] for name in names).explain(event, mode, AT)


def outcomes(explanation: Explanation) -> dict[tuple[str, str | None], Outcome]:
    return {
        (row.doctrine.id, row.clause.id if row.clause else None): row.outcome
        for row in explanation.rows
    }


@pytest.mark.parametrize(
    ("names", "event", "row", "outcome"),
    [
        (["nantes-2024"], "fall", ("nantes-2024", "criterion-1-behaviour"), Outcome.REFUSES),
        (["nantes-2024"], "weapon", ("nantes-2024", "criterion-1-rest"), Outcome.UNLISTED),
        (["nantes-2024"], "fire", ("nantes-2024", "criterion-1-rest"), Outcome.ALLOWS),
        (["nantes-2024"], "fire", ("nantes-2024", "criterion-5"), Outcome.ASKS),
        (["fr-2023-828"], "fall", ("fr-2023-828", "art-3-5"), Outcome.UNCOVERED),
        (["fr-2023-828"], "fall", ("fr-2023-828", "art-10-v"), Outcome.NOT_HERE),
        (["fr-2023-828"], "strike", ("fr-2023-828", None), Outcome.UNCOVERED),
        (["belfort-fiction"], "fall", ("belfort-fiction", "art-1"), Outcome.COVERS),
        ([], "fall", ("eu-ai-act", "law-before-alert"), Outcome.NEEDS_LAW),
        (["belfort-fiction"], "fall", ("eu-ai-act", "law-before-alert"), Outcome.ASKS),
    ],
)
def test_each_clause_has_its_row(
    names: list[str], event: str, row: tuple[str, str | None], outcome: Outcome
) -> None:
    assert outcomes(explain(*names, event=event))[row] is outcome


def test_rows_agree_with_the_objections() -> None:
    explanation = explain("nantes-2024", "fr-2023-828", "fr-csi")
    against = {Outcome.REFUSES, Outcome.UNLISTED, Outcome.NEEDS_LAW}
    shown = {key for key, outcome in outcomes(explanation).items() if outcome in against}
    assert shown == {(one.doctrine_id, one.clause_id) for one in explanation.objections}
    assert explanation.modes_left == set()


def test_modes_left_are_told() -> None:
    assert explain().modes_left == {Mode.STATISTICS, Mode.SHADOW}
    assert explain("belfort-fiction").modes_left == set(Mode)


def test_row_says_why_in_the_language_asked() -> None:
    (row,) = (row for row in explain("fr-2023-828").rows if row.law)
    assert row.why("fr").startswith("fr-2023-828 a expiré le 31 mars 2025. Une personne au sol")
    assert row.why("nl").startswith("fr-2023-828 is op 31 maart 2025 verlopen. Een persoon op")
    assert row.why("pt") == row.why("en")
    assert row.plain("en") == {
        "doctrine": "fr-2023-828",
        "version": 1,
        "fictional": False,
        "clause": "art-3-5",
        "outcome": "uncovered",
        "rule": "allow",
        "value": None,
        "unit": None,
        "why": row.why("en"),
        "source": row.clause and row.clause.source,
        "verified": True,
    }


@pytest.mark.parametrize(
    ("group", "names"), [("outcomes", Outcome), ("covers", Cover), ("objections", Ground)]
)
def test_every_language_has_the_words(group: str, names: type[StrEnum]) -> None:
    for name in names:
        said = {word(group, name, language) for language in LANGUAGES}
        assert len(said) == len(LANGUAGES), name
        assert len({frozenset(re.findall(r"{\\w+}", one)) for one in said}) == 1, said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"valid_until": "2026-01-31"}, "law lapsed on 31 January 2026"),
        ({"valid_from": "2027-01-01"}, "law is not in force before 1 January 2027"),
        ({"verified": False}, "law names it in a text that nobody has verified"),
        ({"places": ["park", "quay"]}, "law covers it only in: park, quay"),
        ({"times": ["20:00-23:00"]}, "law covers it only in the hours 20:00-23:00"),
        ({"events": ["strike"]}, "law does not name it"),
    ],
)
def test_how_far_a_law_comes(fields: dict[str, object], said: str) -> None:
    dates = {name: value for name, value in fields.items() if name.startswith("valid")}
    others = {name: value for name, value in fields.items() if name not in dates}
    law = doctrine("law", {"rule": "allow", "events": ["fall"]} | others, kind="law", **dates)
    stack = Stack([law])
    (objection,) = stack.objections("fall", Mode.LIVE, AT)
    assert f"No law in force covers `fall` for `live`: {said}." in objection.message()
    assert "Aucune loi en vigueur" in objection.message("fr")
    assert stack.laws("fall", Mode.LIVE, AT) == ()
