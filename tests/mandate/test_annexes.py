"""Annexes: their own hash, their own author and reviewer, and no vote."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.events.registry import (
    DETECTORS,
    shipped_annexes,
    shipped_definitions,
    shipped_translations,
)
from beffroi.mandate.annex_text import AnnexText, Figures, load_annex, misfits, read_annex
from beffroi.mandate.annexes import (
    Recorded,
    current,
    figures,
    in_use,
    record_annex,
    record_shipped,
    review_annex,
    reviewed,
)
from beffroi.mandate.canonical import canonical, digest
from beffroi.mandate.definition import VotedText
from beffroi.mandate.uses import register_definition
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Annex

AUTHOR, REVIEWER = "a" * 32, "b" * 32
SHIPPED = {voted.definition.event: voted for voted in shipped_definitions()}


def german(fall: VotedText, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "translation",
        "language": "de",
        "title": "Sturz einer Person",
        "criterion": "Eine Person fällt und bleibt fünf Sekunden liegen.",
        "not_detected": "Die Absicht wird nicht gesucht.",
        "alternative": "Streifen zu Fuß.",
        "told": "Der Rettungsdienst.",
        "labels": dict.fromkeys(fall.definition.labels, "Dauer"),
        **changes,
    }


def annex(tmp_path: Path, content: dict[str, Any]) -> AnnexText:
    path = tmp_path / "annex.yaml"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return read_annex(path)


def measure(conduct: str, *, synthetic: bool = False) -> dict[str, Any]:
    share = {"permille": 800, "low": 600, "high": 900}
    return {
        "data": {"fr": "Des vidéos.", "en": "Clips."},
        "synthetic": synthetic,
        "conduct": conduct,
        "configuration": {"pose_input": "288x512"},
        "scenes": 3,
        "positives": 34,
        "negatives": 27,
        "recall": share,
        "precision": share,
        "source": None,
    }


def contacts(reach: str) -> dict[str, Any]:
    service = {"fr": "La mairie", "en": "The town hall"}
    one = {"matter": "complaint", "service": service, "reach": reach}
    return {"kind": "contacts", "contacts": [one]}


@pytest.fixture
def registered(database: Database, fall: VotedText, clock: FrozenClock) -> Database:
    with database.write() as session:
        register_definition(session, fall, actor=AUTHOR, clock=clock)
    return database


@pytest.mark.parametrize("event", DETECTORS)
def test_each_event_ships_with_figures_and_confusions_that_load_and_fit(event: str) -> None:
    shipped = shipped_annexes(event)
    assert [text.content.kind for text in shipped] == ["figures", "confusions"]
    for text in [*shipped, *shipped_translations(event)]:
        assert load_annex(text.canonical, text.digest) == text
        assert misfits(text, SHIPPED[event].definition) == []


TRANSLATED = {
    "abandoned_object": "0f3dcc3d1c660ab0",
    "crowd_motion": "06a2d3514b923189",
    "density": "fbb3b720e217735f",
    "fall": "290630b65feedf03",
    "fire": "1893bbad9ddaf317",
    "gathering": "4d56f55ef6fda559",
    "intrusion": "45f61e611911aa51",
    "running": "4bd07e899af1aac5",
    "strike": "36ae8008b9ba442a",
    "traffic": "b4fb0d595c2c88c0",
    "wrong_way": "a88bbdb23168a0c5",
}
"""The French texts that were translated, by the beginning of their hash."""


@pytest.mark.parametrize("event", DETECTORS)
def test_shipped_translations_are_of_the_texts_that_ship(event: str) -> None:
    languages = [text.language for text in shipped_translations(event)]
    assert languages == ["de", "es", "it", "nl"]
    texts = SHIPPED[event].definition.texts
    french = [text["fr"] for field, text in texts.items() if not field.startswith("labels.")]
    assert digest(canonical(french)).startswith(TRANSLATED[event]), (
        f"the French of {event} changed: translate events/annexes/{event}-translation-*.yaml again"
    )


FILMED = {"fall", "intrusion", "strike"}
"""What was measured on filmed people, in clips that whatever judged them had not learnt from."""


@pytest.mark.parametrize("event", DETECTORS)
def test_shipped_figures_hold_for_what_ships(event: str) -> None:
    (text,) = (one.content for one in shipped_annexes(event) if isinstance(one.content, Figures))
    conduct = SHIPPED[event].definition.conduct
    assert {one.conduct for one in text.measures} == {conduct}, (
        f"parameters, models or rate of {event} changed: measure again, then write the figures and "
        f"`conduct: {conduct}` into events/annexes/{event}-figures.yaml"
    )
    on_film = [one for one in text.measures if not one.synthetic]
    assert bool(on_film) is (event in FILMED)


def test_an_annex_is_recorded_then_reviewed_by_somebody_else(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    text = annex(tmp_path, german(fall))
    with registered.write() as session:
        record_annex(session, fall.digest, text, actor=AUTHOR, clock=clock)
        assert in_use(session, fall.digest) == [Recorded(text, reviewed=False)]
        with pytest.raises(NotAuthorised, match="other than its author"):
            review_annex(session, fall.digest, "translation", "de", actor=AUTHOR, clock=clock)
        for _ in range(2):
            review_annex(session, fall.digest, "translation", "de", actor=REVIEWER, clock=clock)
        assert in_use(session, fall.digest) == [Recorded(text, reviewed=True)]
    with registered.read() as session:
        kinds = list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)))
    assert kinds == ["definition.registered", "annex.recorded", "annex.reviewed"]


def test_what_ships_never_takes_the_place_of_what_the_city_recorded(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    own = annex(tmp_path, {"kind": "confusions", "confusions": [{"fr": "Un sac.", "en": "A bag."}]})
    shipped = [*shipped_annexes("fall"), *shipped_translations("fall")]
    with registered.write() as session:
        record_annex(session, fall.digest, own, actor=AUTHOR, clock=clock)
        for _ in range(2):
            record_shipped(session, fall.digest, shipped, actor=AUTHOR, clock=clock)
        texts = [recorded.text for recorded in in_use(session, fall.digest)]
    theirs = [text for text in shipped if text.content.kind != "confusions"]
    assert texts == [own, *theirs]


def test_a_new_text_waits_for_its_own_review_and_the_old_one_stays(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    first = annex(tmp_path, german(fall))
    second = annex(tmp_path, german(fall, title="Eine Person stürzt"))
    with registered.write() as session:
        record_annex(session, fall.digest, first, actor=AUTHOR, clock=clock)
        review_annex(session, fall.digest, "translation", "de", actor=REVIEWER, clock=clock)
        record_annex(session, fall.digest, second, actor=AUTHOR, clock=clock)
        record_annex(session, fall.digest, second, actor=AUTHOR, clock=clock)
        assert in_use(session, fall.digest) == [Recorded(second, reviewed=False)]
        digests = list(session.scalars(select(Annex.digest).order_by(Annex.id)))
    assert digests == [first.digest, second.digest]


def test_a_definition_is_measured_only_by_figures_on_what_it_makes_run(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    conduct = fall.definition.conduct
    steps: list[tuple[list[dict[str, Any]], bool, bool]] = [
        ([], False, False),
        ([measure("0" * 64)], False, False),
        ([measure(conduct, synthetic=True)], False, True),
        ([measure("0" * 64), measure(conduct)], True, True),
    ]
    with registered.write() as session:
        assert figures(session, fall.digest) is None
        for measures, filmed, drawn in steps:
            text = annex(tmp_path, {"kind": "figures", "measures": measures})
            record_annex(session, fall.digest, text, actor=AUTHOR, clock=clock)
            recorded = figures(session, fall.digest)
            assert recorded == text.content
            assert recorded is not None
            assert recorded.hold_for(fall.definition) is filmed
            assert recorded.hold_for(fall.definition, synthetic=True) is drawn


def test_a_gap_is_bounded_by_what_was_measured_of_this_conduct_alone(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    def gap(most: int, conduct: str = fall.definition.conduct, **more: bool) -> dict[str, Any]:
        data = {"fr": "Carnations.", "en": "Tones of skin."}
        return {"data": data, "synthetic": False, "conduct": conduct, "most_permille": most} | more

    steps: list[tuple[list[dict[str, Any]], int | None, int | None]] = [
        ([], None, None),
        ([gap(10, "0" * 64)], None, None),
        ([gap(90, synthetic=True)], None, 90),
        ([gap(20), gap(40), gap(90, synthetic=True)], 40, 90),
    ]
    for bias, filmed, drawn in steps:
        text = annex(tmp_path, {"kind": "figures", "measures": [], "bias": bias})
        with registered.write() as session:
            record_annex(session, fall.digest, text, actor=AUTHOR, clock=clock)
            recorded = figures(session, fall.digest)
        assert recorded is not None
        assert recorded.widest_gap(fall.definition) == filmed
        assert recorded.widest_gap(fall.definition, synthetic=True) == drawn


def test_figures_count_as_reviewed_until_others_take_their_place(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    with registered.write() as session:
        for measures in ([], [measure(fall.definition.conduct)]):
            text = annex(tmp_path, {"kind": "figures", "measures": measures})
            record_annex(session, fall.digest, text, actor=AUTHOR, clock=clock)
            assert not reviewed(session, fall.digest, "figures")
            review_annex(session, fall.digest, "figures", actor=REVIEWER, clock=clock)
            assert reviewed(session, fall.digest, "figures")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"language": "en"}, "en was voted and changes by a vote only"),
        ({"labels": {"height": "Höhe"}}, "height is no parameter: take it out"),
    ],
)
def test_an_annex_fits_its_definition(
    registered: Database,
    fall: VotedText,
    clock: FrozenClock,
    tmp_path: Path,
    changes: dict[str, Any],
    message: str,
) -> None:
    text = annex(tmp_path, german(fall, **changes))
    with registered.write() as session, pytest.raises(BadInput, match=message):
        record_annex(session, fall.digest, text, actor=AUTHOR, clock=clock)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "mood"}, "kind"),
        (
            {"kind": "confusions", "confusions": [{"en": "x"}]},
            r"confusions\.0: lacks its text in fr",
        ),
        ({"kind": "contacts", "contacts": []}, "is too short: at least 1"),
        (
            {"kind": "figures", "measures": [measure("0" * 64) | {"source": "docs"}]},
            r"measures\.0\.source",
        ),
        (
            {
                "kind": "figures",
                "measures": [
                    measure("0" * 64) | {"recall": {"permille": 950, "low": 600, "high": 900}}
                ],
            },
            "recall: lies outside its own interval",
        ),
        ({"kind": "figures", "measures": [measure("latest")]}, r"measures\.0\.conduct"),
        (
            {"kind": "figures", "measures": [measure("0" * 64) | {"positives": 2**53}]},
            r"positives: must be at most 9007199254740991",
        ),
        (
            {
                "kind": "figures",
                "measures": [measure("0" * 64) | {"configuration": {"n": -(2**60)}}],
            },
            "is too large a number to be read alike everywhere",
        ),
        *(
            (
                contacts(reach),
                f"reach: is no address: {reach.partition(':')[0].strip()}: is none of",
            )
            for reach in ("javascript:alert(1)", " JavaScript: x", "data:text/html,x", "file:///x")
        ),
    ],
)
def test_what_is_no_annex_says_why(tmp_path: Path, content: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        annex(tmp_path, content)


@pytest.mark.parametrize(
    "reach",
    [
        "https://ville.example/plainte",
        "http://ville.example",
        "mailto:dpo@ville.example",
        "tel:+33123456789",
        "01 23 45 67 89",
        "Mairie : 1 place de la Paix, de 9:00 à 17:00",
    ],
)
def test_addresses_links_and_plain_text_are_ways_to_reach_somebody(
    tmp_path: Path, reach: str
) -> None:
    assert annex(tmp_path, contacts(reach)).content.kind == "contacts"


def test_the_annex_shown_in_the_documentation_can_be_recorded(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "definitions.md"
    (block,) = re.findall("^```yaml\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    shown = annex(tmp_path, yaml.safe_load(block))
    assert (shown.content.kind, shown.language) == ("translation", "de")


def test_a_translation_is_held_to_the_same_words(tmp_path: Path, fall: VotedText) -> None:
    with pytest.raises(BadInput, match=r"criterion\.de: “absichtlich”"):
        annex(tmp_path, german(fall, criterion="Eine Person fällt absichtlich."))


def test_nothing_is_recorded_for_or_read_from_elsewhere(
    registered: Database, fall: VotedText, clock: FrozenClock, tmp_path: Path
) -> None:
    text = annex(tmp_path, {"kind": "confusions", "confusions": []})
    with registered.write() as session:
        with pytest.raises(BadInput, match="No definition 0000"):
            record_annex(session, "0" * 64, text, actor=AUTHOR, clock=clock)
        with pytest.raises(BadInput, match=r"has no such annex \(figures"):
            review_annex(session, fall.digest, "figures", actor=REVIEWER, clock=clock)
        row = record_annex(session, fall.digest, text, actor=AUTHOR, clock=clock)
        assert current(session, fall.digest, "confusions") is row
        assert current(session, fall.digest, "contacts") is None
    with pytest.raises(BadInput, match="not the one that was recorded"):
        load_annex(text.canonical, "0" * 64)
