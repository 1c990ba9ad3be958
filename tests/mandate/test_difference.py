"""The readable difference: nothing left out, nothing invented, with units, in any language."""

from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from beffroi.events.registry import shipped_definitions
from beffroi.mandate.canonical import canonical
from beffroi.mandate.definition import Definition, EvidenceClass
from beffroi.mandate.difference import Piece, differences
from beffroi.mandate.reading import render

FALL = next(v.definition for v in shipped_definitions() if v.definition.event == "fall")
SIX = ("fr", "en", "de", "es", "it", "nl")


def changed(**fields: Any) -> Definition:
    """The fall, with some fields replaced and parameters or labels overlaid."""
    whole = FALL.model_dump(mode="json")
    for name, value in fields.items():
        whole[name] = {**whole[name], **value} if isinstance(value, dict) else value
    return Definition.model_validate(whole)


def spaced(text: str) -> str:
    """With plain blanks: which of those that do not break is CLDR's to choose."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("fields", "language", "lines"),
    [
        ({"parameters": {"stay_ms": 8000}}, "en", ["staying on the ground: 5 s → 8 s"]),
        ({"parameters": {"stay_ms": 8000}}, "fr", ["temps passé au sol: 5 s → 8 s"]),
        ({"parameters": {"stay_ms": 8000}}, "pl", ["staying on the ground: 5 s → 8 s"]),
        ({"retention_days": 1}, "fr", ["durée de conservation: 2 jours → 1 jour"]),
        ({"evidence": "clear"}, "en", ["what an alert keeps: pixelated sequence → clear sequence"]),
        ({"precisions": ["f32", "bf16"]}, "nl", ["toegestane rekenprecisie: f32 → f32, bf16"]),
        ({"told": {"de": "Notruf."}}, "de", ["wer benachrichtigt wird: [+Notruf.+]"]),
        (
            {"title": {"en": "Someone falls"}},
            "fr",
            ["titre (en): [−A person−] [+Someone+] falls"],
        ),
        (
            {"rate_hz": 12, "person_px": 40},
            "en",
            [
                "pictures analysed per second, at least: 8 → 12",
                "height of a person in the picture read, at least: 50 px → 40 px",
            ],
        ),
    ],
)
def test_a_change_reads_as_people_say_it(
    fields: dict[str, Any], language: str, lines: list[str]
) -> None:
    changes = differences(FALL, changed(**fields), language)
    assert [spaced(str(change)) for change in changes] == lines


def test_the_words_of_a_text_are_compared_one_by_one() -> None:
    after = changed(criterion={"en": FALL.criterion["en"].replace("five seconds", "8 s in a row")})
    (change,) = differences(FALL, after, "en")
    assert change.words[1:] == (Piece("removed", "five seconds."), Piece("added", "8 s in a row."))
    assert "".join(p.text for p in change.words if p.kind != "added") == change.before
    assert "".join(p.text for p in change.words if p.kind != "removed") == change.after


def test_the_readers_language_comes_first_and_no_other_is_hidden() -> None:
    after = changed(title={"fr": "Chute", "en": "Fall", "de": "Sturz"})
    fields = [change.field for change in differences(FALL, after, "en")]
    assert fields == ["title.en", "title.fr", "title.de"]


@pytest.mark.parametrize(
    ("fields", "decides"),
    [({"rate_hz": 5}, True), ({"models": {"x": "0" * 64}}, True), ({"severity": 1}, False)],
)
def test_changes_that_need_new_figures_say_so(fields: dict[str, Any], decides: bool) -> None:
    after = changed(**fields)
    (change,) = differences(FALL, after)
    assert change.decides is decides
    assert (after.conduct != FALL.conduct) is decides


def test_values_are_compared_as_they_are_and_not_as_they_are_shown() -> None:
    one, true = changed(parameters={"stay_ms": 1}), changed(parameters={"stay_ms": True})
    text = changed(parameters={"stay_ms": "0.001 s"})
    assert [str(c) for c in differences(one, true, "en")] == [
        "staying on the ground: 0.001 s → yes"
    ]
    assert len(differences(one, text, "en")) == 1


VALUES = st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.text("abc", min_size=1))
SENTENCES = st.dictionaries(
    st.sampled_from(SIX), st.text("abc ", min_size=1).map(lambda s: s + ".")
)
TEXTS = SENTENCES.map(lambda more: {"fr": "x", "en": "x"} | more)
NAMES = st.sampled_from(["stay_ms", "reach_percent", "people", "radius_cm", "name"])


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    whole = FALL.model_dump(mode="json")
    for field in ("title", "criterion", "told"):
        whole[field] = draw(TEXTS)
    whole["parameters"] = draw(st.dictionaries(NAMES, VALUES, max_size=3))
    whole["labels"] = draw(st.dictionaries(NAMES, TEXTS, max_size=3))
    whole["evidence"] = draw(st.sampled_from(list(EvidenceClass)))
    whole["rate_hz"] = draw(st.integers(1, 30))
    return Definition.model_validate(whole)


@given(before=definitions(), after=definitions(), language=st.sampled_from(SIX))
def test_two_texts_differ_exactly_when_their_bytes_do(
    before: Definition, after: Definition, language: str
) -> None:
    changes = differences(before, after, language)
    bytes_of = (canonical(one.model_dump(mode="json")) for one in (before, after))
    assert bool(changes) is (len(set(bytes_of)) == 2)
    assert any(change.decides for change in changes) is (before.conduct != after.conduct)
    assert len({change.field for change in changes}) == len(changes)


@pytest.mark.parametrize(
    ("name", "value", "language", "text"),
    [
        ("stay_ms", 1500, "fr", "1,5 s"),
        ("stay_ms", 150_000, "en", "2 min 30 s"),
        ("stay_ms", 600_000, "de", "10 min"),
        ("reach_percent", 40, "fr", "40 %"),
        ("reach_percent", 250, "en", "250%"),
        ("share_permille", 125, "de", "12,5 %"),
        ("radius_cm", 300, "it", "3 m"),
        ("radius_cm", 45, "it", "45 cm"),
        ("retention_days", 0, "en", "0 days"),
        ("stay_ms", 1500, "zz", "1.5 s"),
        ("people", 6, "es", "6"),
        ("people", True, "nl", "ja"),
        ("anything", None, "fr", "absent"),
        ("model", "clear", "fr", "clear"),
        ("evidence", EvidenceClass.CLEAR, "fr", "séquence en clair"),
        ("severity", 3, "fr", "urgente"),
    ],
)
def test_values_are_shown_with_their_units(
    name: str, value: bool | int | str | None, language: str, text: str
) -> None:
    assert spaced(render(name, value, language)) == text


def test_every_field_and_value_has_a_name_in_the_six_languages() -> None:
    listed = yaml.safe_load((files("beffroi.mandate") / "reading.yaml").read_text("utf-8"))
    assert listed["fields"].keys() == Definition.model_fields.keys()
    severities = (f"severity_{number}" for number in (1, 2, 3))
    assert listed["values"].keys() == {"true", "false", "absent", *EvidenceClass, *severities}
    for group in listed.values():
        for key, words in group.items():
            assert set(words) == set(SIX), key
            assert all(isinstance(word, str) for word in words.values()), key
