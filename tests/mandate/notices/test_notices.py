"""Notices and signs: what they say, and that everybody can read them."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import segno

from beffroi.errors import BadInput, Unavailable
from beffroi.mandate.modes import Mode
from beffroi.mandate.notices.notice import notice
from beffroi.mandate.notices.press import to_code, to_pdf
from beffroi.mandate.notices.sign import sign
from beffroi.mandate.notices.words import words
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.standing import BEFORE_VOTE, State
from beffroi.mandate.reading import in_language
from beffroi.store.database import Database
from beffroi.words import LANGUAGES, Language
from tests.mandate.exchange.archive import NOON, Archive, fall

URL = "https://town.example/uses/falls"


SAID: dict[Language, tuple[str, ...]] = {
    "fr": ("23 décembre 2026", "En vigueur depuis", "pour : 2, contre : 1", "Référé-suspension"),
    "en": ("23 December 2026", "In force since", "for: 2, against: 1", "Urgent application"),
    "de": ("23. Dezember 2026", "In Kraft seit", "dafür: 2, dagegen: 1", "Eilantrag"),
    "es": ("23 de diciembre de 2026", "En vigor desde", "a favor: 2", "Solicitud urgente"),
    "it": ("23 dicembre 2026", "In vigore dal", "favorevoli: 2, contrari: 1", "Domanda urgente"),
    "nl": ("23 december 2026", "Van kracht sinds", "voor: 2, tegen: 1", "Spoedverzoek"),
}


@pytest.fixture
def town(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Archive]:
    file = shutil.copy(migrated_sqlite, tmp_path / "beffroi.db")
    database = Database(f"sqlite:///{file}")
    yield Archive.build(database, tmp_path)
    database.close()


def noticed(town: Archive, language: Language = "en", use: str = "falls", url: str = "") -> str:
    """All that a notice says, as one text."""
    with town.database.read() as session:
        return json.dumps(notice(session, use, language, town.clock.now(), url), ensure_ascii=False)


def signed(town: Archive, language: Language = "en", place: str = "park", url: str = "") -> Any:
    with town.database.read() as session:
        return sign(session, place, language, town.clock.now(), url)


def test_a_notice_says_what_was_voted_by_whom_until_when_and_how_to_contest_it(
    town: Archive,
) -> None:
    definition = fall().definition
    for language, words_of in SAID.items():
        said = noticed(town, language)
        for expected in (
            in_language(definition.criterion, language),
            in_language(definition.not_detected, language),
            "help people who fall",
            "The park",
            *words_of,
            fall().digest,
            "https://town.example/acts",
            "†",
        ):
            assert expected in said, language


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ((ActType.SUSPENSION,), "Suspended: nothing is analysed"),
        ((ActType.REPEAL,), "Repealed: nothing is analysed any more"),
    ],
)
def test_a_notice_says_where_a_use_stands(
    town: Archive, acts: tuple[ActType, ...], said: str
) -> None:
    town.decide("falls", *acts)
    assert said in noticed(town)


def test_a_notice_of_a_use_that_has_ended_says_so(town: Archive) -> None:
    town.clock.advance(timedelta(days=40).total_seconds())
    assert "Ended on 23 December 2026" in noticed(town)


def test_every_state_after_a_vote_has_its_sentence() -> None:
    assert words().standing.keys() == {state.value for state in State if state not in BEFORE_VOTE}


def test_what_nobody_voted_on_is_not_announced(town: Archive) -> None:
    with town.database.write() as session:
        town.draft(session, "later")
    with pytest.raises(BadInput, match="Nobody has voted on later"):
        noticed(town, use="later")
    assert [event["title"] for event in signed(town)["events"]] == ["A person falls"]
    with pytest.raises(BadInput, match="No published use concerns later"):
        signed(town, place="later")


@pytest.mark.parametrize("place", ["park", "falls"])
def test_a_sign_names_purposes_controller_rights_and_page(town: Archive, place: str) -> None:
    said = signed(town, "fr", place)
    assert said["events"] == [
        {
            "title": fall().definition.title["fr"],
            "purpose": "help people who fall",
            "until": "Quand : lundi–dimanche 08:00–20:00, jusqu’au 23 décembre 2026 inclus.",
        }
    ]
    assert "Personne n’est identifié" in said["promise"]
    assert "Vos droits" in said["rights"]
    assert said["url"] == "https://town.example/acts"
    assert signed(town, "fr", place, URL)["url"] == URL


def test_of_a_use_that_rings_for_nobody_nothing_is_said_to_ring(town: Archive) -> None:
    with town.database.write() as session:
        town.draft(session, "trial", Mode.SHADOW)
    town.decide("trial", ActType.VOTE, ActType.PUBLICATION)
    kept = "No sequence is kept and nobody is told."
    assert (kept in noticed(town, use="trial"), kept in noticed(town)) == (True, False)
    said = signed(town, place="trial")
    assert said["lead"] == "Here, software counts, and points nothing out to anyone:"
    assert "judges" not in said["promise"]
    assert said["events"][0]["until"].endswith("included. Shadow (counted, shown to nobody).")
    both = signed(town)
    assert "judges" in both["promise"]
    assert [one["until"].endswith("nobody).") for one in both["events"]] == [False, True]


def test_a_sign_for_several_pages_asks_which(town: Archive) -> None:
    with town.database.write() as session:
        town.draft(session, "again")
    town.decide("again", ActType.VOTE)
    town.publish("again", "https://other.example")
    with pytest.raises(BadInput, match="name the page with --url"):
        signed(town)
    assert len(signed(town, url=URL)["events"]) == 2


def test_a_repealed_use_has_no_sign(town: Archive) -> None:
    town.decide("falls", ActType.REPEAL)
    with pytest.raises(BadInput, match="nothing to announce"):
        signed(town)


@pytest.mark.parametrize("template", ["notice", "sign"])
def test_the_pdf_is_tagged_and_says_its_language_and_title(town: Archive, template: str) -> None:
    make = {"notice": notice, "sign": sign}[template]
    for language in LANGUAGES:
        with town.database.read() as session:
            content = make(session, "falls", language, town.clock.now(), URL)
        data = to_pdf(template, content, NOON)
        assert data.startswith(b"%PDF-1.7")
        assert data.rstrip().endswith(b"%%EOF")
        assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", data)
        assert re.search(rb"/StructTreeRoot \d+ 0 R", data)
        assert f"/Lang({language})".encode() in data
        assert b"<pdfuaid:part>1</pdfuaid:part>" in data
        assert b"/DisplayDocTitle true" in data
        assert template == "notice" or set(re.findall(rb"/Count (\d+)", data)) == {b"1"}, language
    assert data == to_pdf(template, content, NOON)


@pytest.mark.parametrize("url", [URL, "https://ville.example/é/" + "a" * 200])
def test_the_code_leads_to_the_page(url: str) -> None:
    picture = to_code(url)
    size = int(re.findall(r'viewBox="0 0 (\d+)', picture)[0])
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", picture)}
    expected = segno.make_qr(url, error="m")
    assert size == len(expected.matrix) + 8
    assert dark == {
        (x + 4, y + 4)
        for y, row in enumerate(expected.matrix)
        for x, module in enumerate(row)
        if module
    }


def test_text_is_never_markup(town: Archive) -> None:
    content = json.loads(noticed(town))
    content["document"]["title"] = '#panic("no") $x$ *bold* <label> `code`'
    assert to_pdf("notice", content, NOON).startswith(b"%PDF")


@pytest.mark.parametrize("library", ["typst", "segno"])
def test_without_the_libraries_it_says_how_to_get_them(
    town: Archive, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.loads(noticed(town))
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Unavailable, match="python -m pip install"):
        to_pdf("notice", content, NOON) if library == "typst" else to_code(URL)
