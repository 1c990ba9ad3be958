"""In a real browser, in French: a use from the first idea to its repeal, by those whose task it is.

The clock is stopped and moved on by hand; the law is that of the synthetic city, which asks for the
whole municipal procedure.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from beffroi.clock import FrozenClock
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.impact.assessment import record
from beffroi.mandate.impact.content import draft
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.fiction import answered
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.subject import subject_of
from tests.enacting import adopt
from tests.web.conftest import (
    _quick_passwords,
    address,
    app,
    clock,
    settings,
    town,
    town_at_noon,
)
from tests.web.town import Town

__all__ = ["_quick_passwords", "address", "app", "clock", "settings", "town", "town_at_noon"]

USE = "chute-quai"
LAW = "belfort-fiction"

SignIn = Callable[[str], Page]


@pytest.fixture
def sign_in(browser: Browser, address: str, town: Town) -> Iterator[SignIn]:
    """A browser of one's own for each person; sessions end when the calendar is moved on."""
    contexts = []

    def enter(login: str) -> Page:
        context = browser.new_context(
            base_url=address, locale="fr-FR", extra_http_headers={"Accept-Language": "fr"}
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(town.link(login))
        page.get_by_role("main").get_by_role("button").click()
        expect(page.get_by_role("link", name="Mandats").first).to_be_visible()
        return page

    yield enter
    for context in contexts:
        context.close()


def paper(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=f"(Fiction) {name}".encode())


def readable(page: Page) -> None:
    """Nothing on this page is out of reach of a screen reader or too faint."""
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


def act(
    page: Page,
    clock: FrozenClock,
    kind: str,
    typed: Mapping[str, str] | None = None,
    *,
    document: bool = True,
) -> None:
    """Record an act through its form, from the page of the use; `typed` goes by label."""
    page.goto(f"/city/uses/{USE}")
    page.get_by_role("link", name=kind, exact=True).click()
    readable(page)
    page.get_by_label("Qui a décidé").fill("Ville de Belfort-les-Eaux (fiction)")
    page.get_by_label("Jour de la décision").fill(clock.now().date().isoformat())
    page.get_by_label("Numéro sous lequel on la retrouve").fill("FICTION-1")
    page.get_by_label("Pourquoi, en mots simples").fill("(Fiction) Débattu en séance publique.")
    for label, value in (typed or {}).items():
        field = page.get_by_label(label, exact=True)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    if document:
        page.get_by_label("Document", exact=True).set_input_files([paper(f"{kind}.txt")])
    page.get_by_role("button", name="Consigner cet acte").click()


def expect_state(page: Page, state: str) -> None:
    """What everybody reads of it, without an account."""
    page.goto(f"/uses/{USE}")
    expect(page.locator(".head .state-mark")).to_have_text(state)
    readable(page)


def study(town: Town) -> None:
    """The impact files, as the people of the fictional city would fill them in."""
    with town.database.write() as session:
        facts = facts_of(session, subject_of(session, USE), "fr", now=town.clock.now())
        for one in Study:
            filled = answered(one, draft(one, facts, "fr", None))
            record(session, USE, one, filled, actor=town.account("dpo").pseudonym, clock=town.clock)


def write_down(page: Page) -> None:
    page.get_by_role("link", name="Rédiger un usage").click()
    readable(page)
    page.get_by_label("Nom court").fill(USE)
    definition = page.get_by_label("Définition")
    (fall,) = (
        option
        for option in definition.locator("option").all_inner_texts()
        if option.startswith("Chute d’une personne")
    )
    definition.select_option(label=fall)
    page.get_by_label("Finalité, en mots simples").fill("Porter secours à qui tombe sur le quai.")
    page.get_by_label("Loi en vigueur").select_option(LAW)
    page.get_by_label("Base légale").fill("Loi fictive, article 1")
    page.get_by_label("Premier jour").fill("2026-05-05")
    page.get_by_label("Dernier jour, inclus").fill("2027-03-31")
    page.get_by_label("Gare, quai 2", exact=True).check()
    page.get_by_role("button", name="Rédiger").click()
    expect(page.locator(".head .state-mark")).to_have_text("Projet")
    readable(page)


def consult(clerk: Page, clock: FrozenClock) -> None:
    dates = {"Premier jour": "2026-05-05", "Dernier jour, inclus": "2026-05-10"}
    where = {"Où l’on peut lire le dossier et répondre": "Mairie (fiction)"}
    act(clerk, clock, "Ouverture de la consultation", dates | where, document=False)
    expect(clerk.get_by_role("alert")).to_contain_text("Une consultation dure au moins 15 jours")
    expect(clerk.get_by_label("Où l’on peut lire")).to_have_value("Mairie (fiction)")
    clerk.get_by_label("Dernier jour, inclus").fill("2026-05-19")
    clerk.get_by_role("button", name="Consigner cet acte").click()
    expect(clerk.locator(".head .state-mark")).to_have_text("En consultation")


def discuss(clerk: Page) -> None:
    clerk.goto(f"/city/uses/{USE}")
    clerk.get_by_label("Consigner ce que quelqu’un a dit").fill("Et la nuit ?")
    clerk.get_by_label("Comment c’est venu").fill("lettre")
    clerk.get_by_role("button", name="Consigner", exact=True).click()
    clerk.get_by_label("Réponse à la contribution").fill("Le quai est fermé la nuit.")
    clerk.get_by_role("button", name="Répondre").click()
    expect(clerk.get_by_text("Le quai est fermé la nuit.")).to_be_visible()


def stand_for_figures(page: Page) -> None:
    page.goto("/city/definitions")
    page.get_by_role("link", name="Chute d’une personne").first.click()
    readable(page)
    page.get_by_role(
        "button", name="Je l’ai relue et m’en porte garant : Mesures chiffrées"
    ).click()


def confirm(page: Page) -> None:
    page.goto("/city")
    section = page.get_by_role("region", name="Attend une seconde personne")
    section.get_by_role("link").click()
    readable(page)
    page.get_by_role("button", name="Confirmer comme seconde personne").click()
    expect(page.get_by_text("Confirmé par").last).to_be_visible()


def test_a_use_from_the_idea_to_the_repeal(
    sign_in: SignIn, browser: Browser, address: str, town: Town, clock: FrozenClock
) -> None:
    with town.database.write() as session:
        adopt(session, clock, shipped_doctrines()[LAW])
    anybody = browser.new_context(
        base_url=address, locale="fr-FR", extra_http_headers={"Accept-Language": "fr"}
    ).new_page()
    clerk = sign_in("clerk")
    write_down(clerk)
    anybody.goto(f"/uses/{USE}")
    expect(anybody.get_by_role("heading", level=1)).to_have_text("Cette page n’existe pas")
    study(town)
    consult(clerk, clock)
    expect_state(anybody, "En consultation")
    expect(anybody.get_by_text("Vous pouvez répondre")).to_be_visible()

    clock.advance(timedelta(days=2).total_seconds())
    clerk = sign_in("clerk")
    discuss(clerk)
    act(clerk, clock, "Clôture de la consultation")
    expect(clerk.get_by_role("alert")).to_contain_text("La consultation court jusqu’au 19 mai 2026")

    clock.advance(timedelta(days=14).total_seconds())
    clerk = sign_in("clerk")
    act(clerk, clock, "Clôture de la consultation")
    opinion = {"Sens": "Favorable", "Déclaration d’intérêts": "Aucun."}
    for by in ("Panel citoyen", "Représentants des agents"):
        act(clerk, clock, "Avis", {"Par qui": by} | opinion)
    act(sign_in("dpo"), clock, "Avis", opinion)
    roll = {"Sièges": "3", "Pour": "A. Blanc\nB. Colin", "Contre": "C. Dumas"}
    act(clerk, clock, "Vote", roll)
    expect(clerk.get_by_role("alert")).to_contain_text("Ces avis manquent : comité IA")
    act(sign_in("committee"), clock, "Avis", opinion)
    act(clerk, clock, "Information des agents", document=False)
    act(clerk, clock, "Vote", roll)
    expect_state(anybody, "Voté")

    stand_for_figures(sign_in("secretary"))
    effect = (clock.now() + timedelta(days=16)).date().isoformat()
    made = {"Adresse où chacun le lit": "https://city.example/1", "Premier jour d’effet": effect}
    act(clerk, clock, "Publication", made, document=False)
    expect_state(anybody, "Voté")
    confirm(sign_in("secretary"))
    expect_state(anybody, "Publié")

    clock.advance(timedelta(days=17).total_seconds())
    expect_state(anybody, "En vigueur")
    anybody.get_by_role("link", name=re.compile("^Vote")).click(trial=True)

    act(sign_in("supervisor"), clock, "Suspension", document=False)
    expect_state(anybody, "Suspendu")
    clerk = sign_in("clerk")
    act(clerk, clock, "Fin de la suspension", {"Par qui": "Conseil"}, document=False)
    expect_state(anybody, "Suspendu")
    confirm(sign_in("secretary"))
    expect_state(anybody, "En vigueur")
    act(clerk, clock, "Abrogation", document=False)
    expect_state(anybody, "Abrogé")
    anybody.goto("/uses")
    readable(anybody)
    anybody.context.close()
