"""The doctrines and legal packs that ship: whole, sourced, in every language, and true to them."""

from datetime import UTC, date, datetime
from itertools import combinations

import pytest

from beffroi.mandate.doctrine.clauses import DoctrineText, Kind, load_doctrine
from beffroi.mandate.doctrine.contradictions import ContradictoryDoctrines
from beffroi.mandate.doctrine.rules import Rule
from beffroi.mandate.doctrine.shipped import BASE, shipped_doctrines
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.doctrine.translations import is_translated, told
from beffroi.mandate.modes import Mode
from beffroi.words import LANGUAGES

PACKS = shipped_doctrines()
ALL = [pytest.param(text, id=name) for name, text in PACKS.items()]
GAMES = datetime(2024, 7, 26, 18, tzinfo=UTC)
TODAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
VENUE = frozenset({"event-venue"})
UNALERTED = {Mode.STATISTICS, Mode.SHADOW}
DECREED = {
    *("abandoned_object", "weapon", "wrong_way", "intrusion"),
    *("fall", "crowd_motion", "density", "fire"),
}
EVENTS = DECREED | {"strike", "running", "gathering", "traffic"}
PEOPLE = EVENTS - {"fire"}


def stack(*names: str) -> Stack:
    return Stack(PACKS[name] for name in names)


def live(*names: str, at: datetime = TODAY, places: frozenset[str] = frozenset()) -> set[str]:
    """Events that may ring under these packs."""
    made = stack(*names)
    return {event for event in EVENTS if not made.objections(event, Mode.LIVE, at, places)}


def test_the_promised_packs_ship() -> None:
    promised = {"fr-2023-828", "mannheim", "nantes-2024", "montpellier-2022", "strasbourg"}
    assert promised | {"barcelona", "eu-ai-act", "empty", "belfort-fiction"} <= PACKS.keys()


@pytest.mark.parametrize("text", ALL)
def test_pack_is_whole(text: DoctrineText) -> None:
    assert load_doctrine(text.canonical, text.digest) == text
    for clause in text.doctrine.clauses:
        assert clause.source.strip()
        assert clause.text["fr"] != clause.text["en"]
        assert all(sentence.endswith(".") for sentence in clause.text.values()), clause.id


@pytest.mark.parametrize("text", ALL)
def test_lying_is_no_event_anywhere(text: DoctrineText) -> None:
    assert any(
        clause.names("lying", mode) and not clause.places and not clause.times
        for clause in text.doctrine.of_rule(Rule.REFUSE)
        for mode in Mode
    )
    assert Stack([text]).modes_left("lying", TODAY) == set()


@pytest.mark.parametrize("text", ALL)
def test_fiction_is_marked_in_every_sentence(text: DoctrineText) -> None:
    marked = [
        "fict" in f"{clause.source} {sentence}".lower()
        for clause in text.doctrine.clauses
        for sentence in clause.text.values()
    ]
    assert all(marked) if text.doctrine.fictional else not any(marked)


def test_only_the_base_is_a_base() -> None:
    assert [name for name, text in PACKS.items() if text.doctrine.kind is Kind.BASE] == [BASE]


@pytest.mark.parametrize("text", ALL)
def test_every_pack_is_told_in_every_language(text: DoctrineText) -> None:
    """Ours beside the two that are adopted; who changes an English clause translates it again."""
    doctrine = text.doctrine
    for said in (doctrine.title, doctrine.summary, *(one.text for one in doctrine.clauses)):
        assert said.keys() == {"fr", "en"}
        assert [told(said, language) for language in ("fr", "en")] == [said["fr"], said["en"]]
        for language in set(LANGUAGES) - said.keys():
            assert is_translated(said, language), said["en"]
            assert told(said, language) not in said.values()


def test_an_amended_clause_is_not_told_in_the_words_of_the_old_one() -> None:
    text = {"fr": "La consultation dure dix jours.", "en": "The consultation lasts ten days."}
    assert told(text, "de") == text["en"]
    assert not is_translated(text, "de")


def test_an_objection_says_that_its_quotation_is_a_translation() -> None:
    objection, *_ = stack("montpellier-2022").objections("fall", Mode.STATISTICS, TODAY)
    assert objection.message("de").startswith("Ablehnung von Montpellier, Dezember 2022 lehnt")
    assert "[Übersetzung nicht geprüft]" in objection.message("de")
    assert "[" not in objection.message("fr")


def test_decree_covered_eight_events_and_no_blow() -> None:
    assert live("fr-2023-828", at=GAMES, places=VENUE) == DECREED
    assert live("fr-2023-828", at=GAMES, places=VENUE | {"school"}) == set()
    assert live("fr-2023-828", at=GAMES) == set()


def test_decree_lapsed() -> None:
    law = PACKS["fr-2023-828"].doctrine
    assert law.in_force(date(2025, 3, 31))
    assert not law.in_force(date(2025, 4, 1))
    (objection,) = stack("fr-2023-828").objections("fall", Mode.LIVE, TODAY, VENUE)
    assert objection.message() == (
        "No law in force covers `fall` for `live`: fr-2023-828 lapsed on 31 March 2025. "
        f"“{objection.text['en']}” ({objection.source}; eu-ai-act, law-before-alert)."
    )
    assert "fr-2023-828 a expiré le 31 mars 2025" in objection.message("fr")


def test_in_france_today_only_counting_is_left() -> None:
    france = ("fr-2023-828", "fr-jop-2030", "fr-csi", "fr-cnil-2022", "municipal")
    assert live(*france, places=VENUE) == set()
    assert stack(*france).modes_left("density", TODAY, VENUE) == UNALERTED
    (objection,) = stack("fr-jop-2030").objections("fall", Mode.LIVE, TODAY, VENUE)
    assert "fr-jop-2030 names it in a text that nobody has verified" in objection.message()


def test_nantes_reads_its_first_criterion_strictly() -> None:
    assert live("belfort-fiction", "nantes-2024") == {
        *("abandoned_object", "intrusion", "density", "gathering", "fire", "traffic")
    }
    assert stack("belfort-fiction", "nantes-2024").modes_left("fall", TODAY) == set()
    objections = stack("belfort-fiction", "nantes-2024").objections("strike", Mode.LIVE, TODAY)
    assert objections[0].clause_id == "criterion-1-behaviour"
    assert "critère 1" in objections[0].message("fr")


def test_montpellier_looks_at_nobody() -> None:
    city = stack("belfort-fiction", "montpellier-2022")
    assert live("belfort-fiction", "montpellier-2022") == {"fire"}
    assert all(city.modes_left(event, TODAY) == set() for event in PEOPLE)


def test_mannheim_detects_blows_where_its_law_holds() -> None:
    hotspot = frozenset({"crime-hotspot"})
    assert live("mannheim", "de-bw-polg", places=hotspot) == {"strike"}
    assert live("mannheim", "de-bw-polg") == set()


@pytest.mark.parametrize("name", ["strasbourg", "barcelona", "empty", "municipal"])
def test_conditions_refuse_no_event(name: str) -> None:
    assert live("belfort-fiction", name) == EVENTS


CONTRADICT = {
    frozenset(pair)
    for pair in (
        ("mannheim", "nantes-2024"),
        ("mannheim", "montpellier-2022"),
        ("montpellier-2022", "nantes-2024"),
    )
}


@pytest.mark.parametrize("pair", list(combinations(sorted(PACKS), 2)), ids="+".join)
def test_pairs_contradict_or_stack(pair: tuple[str, str]) -> None:
    if frozenset(pair) not in CONTRADICT:
        assert {doctrine.id for doctrine in stack(*pair).doctrines} >= set(pair)
        return
    with pytest.raises(ContradictoryDoctrines) as refused:
        stack(*pair)
    for doctrine, clause in refused.value.clauses:
        assert doctrine.id in pair
        assert clause.text["en"] in refused.value.message


def test_french_rules_bind() -> None:
    procedure = stack("fr-csi", "fr-cnil-2022", "municipal").procedure("fall", Mode.LIVE, TODAY)
    assert procedure.masks
    assert procedure.dpia
    assert procedure.evidence_days == 30
    assert procedure.ledger_retention_days == 180
    assert procedure.ledger_cap_days == 1096
    assert procedure.authorisation == {"prefect"}
    assert {"commission", "dpo"} <= procedure.opinions
    assert any("commission" in text["fr"] for text in procedure.remedies)
    assert stack("fr-csi").modes_left("scream", TODAY) == set()
