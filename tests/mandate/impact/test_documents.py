"""Documents made of the facts: whole, in every language, and readable everywhere."""

import string
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from beffroi.clock import FrozenClock
from beffroi.events.shipped import shipped_translations
from beffroi.mandate.annexes import record_annex
from beffroi.mandate.impact.annex_iv import annex_iv
from beffroi.mandate.impact.content import Content
from beffroi.mandate.impact.document import Document, Part, Table
from beffroi.mandate.impact.dossier import dossier, printed
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.risks import RiskLine, record_risk
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.impact.texts import raw, words
from beffroi.store.database import Database
from beffroi.words import LANGUAGES, Language
from tests.mandate.impact.town import CLERK


def test_annex_iv_follows_the_annex_and_shows_what_runs(town: Database, clock: FrozenClock) -> None:
    with town.write() as session:
        line = RiskLine("Fuite | séquence", "DSI", "Clés.", 2, date(2027, 1, 15), "falls")
        record_risk(session, line, actor=CLERK, clock=clock)
        subject = subject_of(session, "falls")
        documents = [annex_iv(session, subject, language, clock) for language in LANGUAGES]
    for made in documents:
        numbers = [part.heading.split()[0].split("(")[0] for part in made.parts]
        assert [int(number) for number in numbers] == sorted(map(int, numbers))
        assert set(numbers) == set("123456789")
        text = made.to_markdown()
        for name in subject.definition.parameters:
            assert f"| {name} |" in text
        assert next(iter(subject.definition.models.values())) in text
        assert "| Fuite \\| séquence | DSI | Clés. | 2 | " in text
        assert "{" not in text
    assert "| 15 janvier 2027 |" in documents[0].to_markdown()


HEADINGS: dict[Language, list[str]] = {
    "fr": ["Contexte", "Objectifs", "Activités", "Budget", "Évaluation"],
    "en": ["Context", "Objectives", "Activities", "Budget", "Evaluation"],
    "de": ["Kontext", "Ziele", "Tätigkeiten", "Haushalt", "Evaluierung"],
    "es": ["Contexto", "Objetivos", "Actividades", "Presupuesto", "Evaluación"],
    "it": ["Contesto", "Obiettivi", "Attività", "Bilancio", "Valutazione"],
    "nl": ["Context", "Doelstellingen", "Activiteiten", "Begroting", "Evaluatie"],
}


def test_the_practice_sheet_has_its_five_headings(town: Database, clock: FrozenClock) -> None:
    for language, headings in HEADINGS.items():
        with town.read() as session:
            facts = facts_of(session, subject_of(session, "falls"), language, now=clock.now())
        made = dossier("practice", facts, language, {})
        assert [part.heading for part in made.parts] == headings
        assert all(part.paragraphs for part in made.parts)


@pytest.mark.parametrize("name", ["annex_iv", "practice", "dpia", "fria", "compass", "words"])
def test_every_language_tells_the_same_facts(name: str) -> None:
    """A fact told in one language and not in the other would mislead half of the readers."""
    texts = list(_texts(raw(name)))
    assert texts
    for text in texts:
        assert len({_blanks(said) for said in text.values()}) == 1, text


def _texts(node: object) -> Iterator[dict[str, str]]:
    if isinstance(node, dict) and node.keys() == set(LANGUAGES):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts(child)


def _blanks(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_says_that_nobody_has_read_its_translation(language: Language) -> None:
    document = Document("T", language, [Part("P", ("x",))])
    assert bool(document.note) == (language in words().unreviewed)
    for written in (document.to_markdown(), document.to_html()):
        assert document.note in written


def test_a_definition_is_told_in_the_language_of_the_document(
    town: Database, clock: FrozenClock
) -> None:
    german = next(one for one in shipped_translations("fall") if one.language == "de")
    with town.write() as session:
        subject = subject_of(session, "falls")
        record_annex(session, subject.definition_digest, german, actor=CLERK, clock=clock)
        subject = subject_of(session, "falls")
        told = {
            language: facts_of(session, subject, language, now=clock.now())
            for language in LANGUAGES
        }
    assert told["de"]["title"] == "Sturz einer Person"
    assert told["es"]["title"] == told["en"]["title"] == subject.definition.title["en"]


@pytest.mark.parametrize("study", Study)
def test_a_study_can_be_printed(answered: Mapping[Study, Content], study: Study) -> None:
    page = printed(study, answered[study], "Chutes").to_html()
    for text in answered[study].texts.values():
        assert text.replace("&", "&amp;") in page


def test_an_empty_study_says_what_lacks_an_answer(drafts: Mapping[Study, Content]) -> None:
    assert "[Sans réponse]" in printed(Study.DPIA, drafts[Study.DPIA], "Chutes").to_markdown()


def test_a_page_stands_alone_and_escapes_what_it_holds() -> None:
    table = Table(("Nom", "Note"), (("<b>", "a & b"),))
    page = Document("T <1>", "fr", [Part("P & Q", ("x < y",), table)]).to_html()
    root = ET.fromstring(page)
    assert root.attrib["lang"] == "fr"
    assert [node.text for node in root.iter("h1")] == ["T <1>"]
    (section,) = root.iter("section")
    assert section.attrib["aria-labelledby"] == next(root.iter("h2")).attrib["id"]
    assert [node.text for node in root.iter("caption")] == ["P & Q"]
    assert [node.attrib["scope"] for node in root.iter("th")] == ["col", "col", "row"]
    assert "://" not in page
    assert "<script" not in page


def test_a_table_without_rows_is_said_in_words() -> None:
    document = Document("T", "en", [Part("Stops", table=Table(("When",), ()))])
    assert "Nothing to report." in document.to_markdown()
    assert "<table>" not in document.to_html()


def test_a_page_is_accessible(browser: Browser) -> None:
    table = Table(("Nom", "Note"), (("a", "b"), ("c", "d")))
    parts = [Part("Un", ("x",), table), Part("Deux", table=Table(("Nom",), ()))]
    with closing(browser.new_page()) as page:
        page.set_content(Document("Titre", "fr", parts).to_html())
        found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
