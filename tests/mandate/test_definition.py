"""Definitions: one text, one hash, and a line for each thing that cannot be voted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from beffroi.errors import Actor, BadInput
from beffroi.events.registry import shipped_definitions
from beffroi.mandate.canonical import digest
from beffroi.mandate.definition import (
    Definition,
    VotedText,
    find_problems,
    load_definition,
    read_definition,
)
from beffroi.perception.models import builtin_models

SHIPPED = [pytest.param(voted, id=voted.definition.event) for voted in shipped_definitions()]
SHIPPED_FALL = next(v for v in shipped_definitions() if v.definition.event == "fall")
HASH = "0" * 64


def fields(**changes: Any) -> dict[str, Any]:
    """A whole definition, as its author writes it."""
    return {
        "event": "fall",
        "version": 1,
        "title": {"fr": "Chute", "en": "Fall"},
        "criterion": {"fr": "Une personne tombe.", "en": "A person falls."},
        "not_detected": {"fr": "L'intention.", "en": "Intent."},
        "alternative": {"fr": "Une ronde.", "en": "A patrol."},
        "detector": "fall",
        "behaviour": 1,
        "parameters": {"stay_ms": 5000},
        "labels": {"stay_ms": {"fr": "temps au sol", "en": "staying on the ground"}},
        "models": {"pose": HASH},
        "precisions": ["f32"],
        "rate_hz": 8,
        "person_px": 60,
        "evidence": "pixelated",
        "retention_days": 2,
        "severity": 3,
        "told": {"fr": "Les secours.", "en": "The emergency services."},
        **changes,
    }


def written(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("voted", SHIPPED)
def test_stored_bytes_load_as_what_was_read(voted: VotedText) -> None:
    again = load_definition(voted.canonical, voted.digest)
    assert again == voted
    assert again.digest == voted.digest


@pytest.mark.parametrize("voted", SHIPPED)
def test_shipped_definitions_name_the_model_files_that_ship(voted: VotedText) -> None:
    pinned = {model.name: model.sha256 for model in builtin_models()}
    assert voted.definition.models.items() <= pinned.items()


def test_one_text_has_one_hash_however_it_is_written(tmp_path: Path) -> None:
    composed = fields(title={"fr": "Chute observée", "en": "Fall"})
    decomposed = fields(title={"en": "Fall ", "fr": "Chute observe\N{COMBINING ACUTE ACCENT}e"})
    first = read_definition(written(tmp_path / "a.yaml", composed))
    backwards = dict(reversed(decomposed.items()))
    second = read_definition(written(tmp_path / "b.yaml", backwards))
    assert first.canonical == second.canonical
    assert json.loads(first.canonical)["title"]["fr"] == "Chute observée"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"title": {"fr": "Une chute", "en": "A fall"}}, True),
        ({"evidence": "skeleton", "retention_days": 0, "severity": 1, "version": 2}, True),
        ({"parameters": {"stay_ms": 8000}}, False),
        ({"models": {"pose": "1" * 64}}, False),
        ({"rate_hz": 5}, False),
        ({"behaviour": 2}, False),
    ],
)
def test_conduct_follows_what_decides_and_not_the_words(change: dict[str, Any], same: bool) -> None:
    before, after = Definition(**fields()), Definition(**fields(**change))
    assert (before.conduct == after.conduct) is same


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"title": {"fr": "Chute"}}, "title: lacks its text in en: write it."),
        ({"labels": {"stay_ms": {"en": "time"}}}, "labels.stay_ms: lacks its text in fr"),
        ({"labels": {}}, "labels: lacks stay_ms: say in a few words what it is."),
        ({"parameters": {}}, "labels: stay_ms is no parameter: take it out."),
        ({"mood": 1}, "mood: is no field: take it out."),
        ({"retention_days": 31}, "retention_days: must be at most 30."),
        ({"rate_hz": 7.5}, "rate_hz: must be a whole number."),
        ({"models": {"pose": "latest"}}, "models.pose: String should match"),
        ({"models": ["pose"]}, "models: must hold named fields."),
        ({"precisions": []}, "precisions: is too short: at least 1."),
        ({"parameters": {"stay_ms": 2**53}}, "is too large a number to be read alike everywhere"),
        ({"parameters": {"stay_ms": -(2**53)}}, "is too large a number to be read alike"),
        ({"behaviour": 2**64}, "behaviour: must be at most 9999."),
        ({"parameters": {"stay_ms": "5\u200b"}}, "parameters.stay_ms: holds a line break or an"),
        ({"parameters": {"stay_ms": 1.5}}, "1.5 is not a whole number, true, false or a text."),
        ({"parameters": {"stay_ms": None}}, "None is not a whole number, true, false or a text."),
        ({"told": {"fr": " ", "en": "x"}}, "told.fr: is too short: at least 1."),
        (
            {"told": {"fr": "a\u202eb", "en": "x"}},
            "told.fr: holds a line break or an invisible character.",
        ),
        ({"criterion": {"fr": "Un geste hostile.", "en": "x"}}, "criterion.fr: “hostile”"),
        ({"event": "lurking_person"}, "event.en: “lurking”"),
        ({"event": "individu_louche"}, "event.fr: “louche”"),
        ({"title": {"fr": "x", "en": "Suspicious fall"}}, "title.en: “Suspicious”"),
        ({"labels": {"stay_ms": {"fr": "peur", "en": "x"}}}, "labels.stay_ms.fr: “peur”"),
    ],
)
def test_each_problem_is_one_line_that_names_its_field(change: dict[str, Any], line: str) -> None:
    (problem,) = find_problems(fields(**change))
    assert line in problem


@pytest.mark.parametrize("unseen", ["\u2028", "\u3164", "\u034f", "\ufe0f", "\ue000", "\U000e0100"])
def test_two_texts_that_read_alike_are_one(unseen: str) -> None:
    (problem,) = find_problems(fields(told={"fr": f"a{unseen}b", "en": "x"}))
    assert "an invisible character" in problem


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    broken = fields(version=0, mood=1)
    del broken["told"]
    assert len(find_problems(broken)) == 3
    with pytest.raises(BadInput, match=r"a\.yaml cannot be put to the vote.*version.*told.*mood"):
        read_definition(written(tmp_path / "a.yaml", broken))


def test_what_is_not_detected_may_be_called_by_its_name() -> None:
    assert find_problems(fields(not_detected={"fr": "La colère.", "en": "Anger."})) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"event: fall\nevent: strike\n", "event is written twice"),
        (b"title: {fr: a, fr: b}", "fr is written twice"),
        (b"event: [", "cannot be read"),
        (b"event: " + b"[" * 20_000, "cannot be read: it is nested too deeply"),
        (b"event: 2026-13-45", "cannot be read: month must be in 1..12"),
        (b"version: !!float abc", "cannot be read"),
        (b"event: fall\n" * 25_000, "is larger than 256 KiB"),
        (b"title: &a {fr: a}\ntold: *a\n", "anchors and aliases"),
        (b"title: *a\n", "cannot be read"),
        (b"? [a, b]\n: c\n", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"", "the file: must hold named fields"),
        (b"- fall", "the file: must hold named fields"),
    ],
)
def test_a_file_that_is_no_definition_says_why(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=message) as refused:
        read_definition(path)
    assert "\n" not in refused.value.message


def test_bytes_that_were_not_voted_are_refused() -> None:
    voted = shipped_definitions()[0]
    with pytest.raises(BadInput, match="not the one that was voted") as refused:
        load_definition(voted.canonical.replace(b"5000", b"4000"), voted.digest)
    assert refused.value.actor is Actor.ADMINISTRATOR


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (lambda text: text.replace(b'"version":1', b'"version":9,"version":1'), "not canonical"),
        (lambda text: text.replace(b":", b": ", 1), "not canonical"),
        (lambda text: text.replace(b'"fall"', b'"Fall"'), "not a definition"),
        (lambda _text: b"NaN", "not a definition"),
        (lambda _text: b"{", "not a definition"),
    ],
)
def test_bytes_that_two_readers_could_take_for_two_texts_are_refused(
    tamper: Callable[[bytes], bytes], message: str
) -> None:
    forged = tamper(SHIPPED_FALL.canonical)
    with pytest.raises(BadInput, match=message):
        load_definition(forged, digest(forged))
