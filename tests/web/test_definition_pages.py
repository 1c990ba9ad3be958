"""Definitions by page: the text, what is known of it, what differs, the bytes."""

from hashlib import sha256
from typing import Any

import httpx
import pytest

from beffroi.events.shipped import shipped_annexes, shipped_definitions, shipped_translations
from beffroi.mandate.annex_text import AnnexText, Figures, Translation
from beffroi.mandate.annexes import Recorded, record_annex, record_shipped, review_annex
from beffroi.mandate.canonical import canonical
from beffroi.mandate.definition import EvidenceClass, VotedText
from beffroi.mandate.uses import register_definition
from beffroi.web.reading import Reading
from tests.mandate.test_annexes import measure
from tests.web.town import Town, definition, signed_in

FALL = next(one.definition for one in shipped_definitions() if one.definition.event == "fall")
SKELETON, CLEAR = definition(EvidenceClass.SKELETON), definition(EvidenceClass.CLEAR)
TRANSLATION = Translation(
    kind="translation",
    language="de",
    title="Person am Boden",
    criterion="Eine Person kommt vom Stehen zu Boden und bleibt dort mindestens 3 Sekunden.",
    not_detected="Sich setzen, sich bücken, am Boden Sport treiben.",
    alternative="Streife zu Fuß.",
    told="Die Feuerwehr",
    labels={"seconds": "Zeit am Boden"},
)


@pytest.fixture
def fall(town: Town) -> VotedText:
    """The shipped definition of a fall, registered with what ships of it."""
    voted = next(one for one in shipped_definitions() if one.definition.event == "fall")
    texts = [*shipped_annexes("fall"), *shipped_translations("fall")]
    author = town.account("clerk").pseudonym
    with town.database.write() as session:
        register_definition(session, voted, actor=author, clock=town.clock)
        record_shipped(session, voted.digest, texts, actor=author, clock=town.clock)
    return voted


def test_anybody_reads_what_is_looked_for(
    client: httpx.Client, town: Town, fall: VotedText
) -> None:
    listed = client.get("/definitions").text
    assert fall.digest in listed
    assert SKELETON.digest in listed
    page = client.get(f"/definitions/{fall.digest}").text
    assert fall.definition.criterion["en"] in page
    for name, label in fall.definition.labels.items():
        assert label["en"] in page
        assert f"<code>{name}</code>" in page
    assert "Kneeling" in page
    assert "events found" in page
    assert "<form" not in page.partition('id="difference"')[0]
    assert "/uses/use-skeleton" in client.get(f"/definitions/{SKELETON.digest}").text


@pytest.mark.parametrize(
    ("known", "reviewed", "standing"),
    [
        ([], True, "unmeasured"),
        ([measure("0" * 64)], True, "unmeasured"),
        ([measure(FALL.conduct, synthetic=True)], True, "synthetic"),
        ([measure(FALL.conduct)], False, "unreviewed"),
        ([measure(FALL.conduct)], True, "measured"),
    ],
)
def test_only_what_a_second_person_has_read_is_called_measured(
    known: list[dict[str, Any]], reviewed: bool, standing: str
) -> None:
    figures = Figures.model_validate({"kind": "figures", "measures": known})
    assert Reading(FALL, [Recorded(AnnexText(figures, b""), reviewed)]).standing == standing


def test_the_bytes_have_the_hash_that_was_voted(client: httpx.Client, town: Town) -> None:
    answer = client.get(f"/definitions/{SKELETON.digest}/text.json")
    assert sha256(answer.content).hexdigest() == SKELETON.digest
    for path in ("/definitions/none", "/definitions/none/text.json"):
        assert client.get(path).status_code == 404
    assert client.get(f"/definitions/{SKELETON.digest}?from=none").status_code == 404


def test_what_differs_is_told_word_by_word(
    client: httpx.Client, town: Town, fall: VotedText
) -> None:
    page = client.get(f"/definitions/{CLEAR.digest}?from={SKELETON.digest}").text
    assert "<del>skeletons</del>" in page or "<del>" in page
    assert "other events will be found" not in page
    page = client.get(f"/definitions/{fall.digest}?from={SKELETON.digest}").text
    assert "other events will be found" in page
    assert "Figures measured on one say nothing of the other." in page


def test_a_translation_says_that_nobody_stood_for_it_until_somebody_did(
    client: httpx.Client, town: Town, fall: VotedText
) -> None:
    path = f"/definitions/{fall.digest}"
    mark, binds = "für die noch niemand einsteht", "Verbindlich sind"
    german = {"Accept-Language": "de"}
    assert mark in client.get(path, headers=german).text
    assert "What you read is a translation" not in client.get(path).text
    form = {"kind": "translation", "language": "de"}
    with signed_in(client, town, "clerk") as browser:
        office = f"/city{path}"
        assert "/review" not in browser.get(office).text, "its author cannot review it"
        answer = browser.post(f"{office}/review", "/city/doctrines", **form)
        assert answer.status_code == 403
    with signed_in(client, town, "secretary") as browser:
        assert browser.post(f"{office}/review", office, **form).status_code == 200
    page = client.get(path, headers=german).text
    assert mark not in page
    assert binds in page
    assert town.ledger()[-1] == "annex.reviewed"


def test_the_office_sees_every_use_that_applies_it(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "inspector") as browser:
        page = browser.get(f"/city/definitions/{SKELETON.digest}").text
        assert "/city/uses/use-skeleton" in page
        assert "/review" not in page
    with signed_in(client, town, "operator") as browser:
        assert browser.get("/city/definitions").status_code == 403


def test_every_page_reads_the_translation_and_says_who_stood_for_it(
    client: httpx.Client, town: Town
) -> None:
    german = AnnexText(TRANSLATION, canonical(TRANSLATION.model_dump(mode="json")))
    alert = town.raise_alert()
    clerk, dpo = (town.account(login).pseudonym for login in ("clerk", "dpo"))
    public = ["/", "/uses", "/uses/use-clear", "/definitions", f"/definitions/{CLEAR.digest}"]
    office = ["/city", "/city/uses/use-clear", "/city/draft", "/city/explain"]
    console = ["/console", f"/console/alerts/{alert}"]
    marked = ["/", *public[1:3], public[4], office[0], console[1]]

    def unmarked() -> list[str]:
        pages = {path: client.get(path, params={"lang": "de"}).text for path in public}
        for login, paths in (("clerk", office), ("operator", console)):
            with signed_in(client, town, login):
                pages |= {path: client.get(path, params={"lang": "de"}).text for path in paths}
        assert [path for path, page in pages.items() if TRANSLATION.title not in page] == []
        return [path for path in marked if "nicht geprüft" not in pages[path]]

    with town.database.write() as session:
        record_annex(session, CLEAR.digest, german, actor=clerk, clock=town.clock)
    assert unmarked() == []
    with town.database.write() as session:
        review_annex(session, CLEAR.digest, "translation", "de", actor=dpo, clock=town.clock)
    assert unmarked() == marked
    page = client.get("/uses/use-clear", params={"lang": "de"}).text
    assert "Verbindlich sind" in page
    assert "Wort für Wort" not in page, "nobody has voted the German"
    assert "word for word" in client.get("/uses/use-clear", params={"lang": "en"}).text
