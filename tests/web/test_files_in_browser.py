"""In a real browser: the files of a use are completed from the keyboard, and readable by all."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from tests.web.town import Town, definition

USE = "/city/uses/use-skeleton"
DOCTRINE = shipped_doctrines()["nantes-2024"].digest
DEFINITION = definition(EvidenceClass.SKELETON).digest
OTHER = definition(EvidenceClass.CLEAR).digest


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A French screen without scripts of ours to wait for."""
    context = browser.new_context(
        base_url=address,
        locale="fr-FR",
        viewport={"width": 1280, "height": 900},
        extra_http_headers={"Accept-Language": "fr"},
    )
    yield context.new_page()
    context.close()


def sign_in(page: Page, town: Town, login: str) -> None:
    page.goto(town.link(login))
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_load_state()


def test_a_compass_is_completed_from_the_keyboard(page: Page, town: Town) -> None:
    sign_in(page, town, "dpo")
    page.goto(f"{USE}/impact")
    page.get_by_role("link", name="Commencer : Boussole").press("Enter")
    first = page.get_by_role("group", name="Ni identification biométrique")
    first.get_by_label("0 · non rempli").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(first.get_by_label("2 · rempli")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Relu avec l’université.")
    page.get_by_role("button", name="Consigner cette version").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Boussole")).to_be_visible()
    expect(page.get_by_text("Relu avec l’université.")).to_be_visible()
    page.goto(f"{USE}/impact")
    expect(page.get_by_text("6 questions attendent une réponse")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_every_page(page: Page, town: Town, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    found: dict[str, list[object]] = {}

    def check(*paths: str) -> None:
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.ok, path
            broken = Axe().run(page).response["violations"]
            found.update({f"{path}: {one['id']}": one["nodes"] for one in broken})
            page.set_viewport_size({"width": 390, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[f"{path}: wider than a telephone"] = []
            page.set_viewport_size({"width": 1280, "height": 900})

    public = (f"/definitions/{DEFINITION}?from={OTHER}", f"/doctrines/{DOCTRINE}")
    check("/definitions", "/doctrines", *public)
    sign_in(page, town, "clerk")
    page.goto("/city/risks")
    page.get_by_label("Risque", exact=True).fill("Un écran est filmé")
    page.get_by_label("Ce qui est fait contre lui").fill("Pas de téléphone.")
    page.get_by_label("Quel service en répond").fill("Centre")
    page.get_by_label("Réexaminé le").fill("2026-11-01")
    page.get_by_label("Ce qui reste").select_option("2")
    page.get_by_role("button", name="Consigner ce risque").click()
    page.get_by_label("Le risque qui s’est réalisé").select_option("1")
    page.get_by_label("De quelle sorte").select_option("breach")
    page.get_by_label("Ce qui s’est passé").fill("Un écran a été filmé.")
    page.get_by_role("button", name="Consigner cet incident").click()
    expect(page.get_by_role("heading", name="Encore à signaler")).to_be_visible()
    for _ in range(2):
        page.goto(f"{USE}/impact/dpia/edit")
        page.get_by_label("Les finalités").fill("Porter secours.")
        page.get_by_role("button", name="Consigner cette version").click()
        assert urlsplit(page.url).path == f"{USE}/impact/dpia"
    check(
        f"{USE}/impact",
        f"{USE}/impact/dpia",
        f"{USE}/impact/dpia/edit",
        f"{USE}/impact/compass/edit",
        f"{USE}/impact/dpia/compare?before=1&after=2",
        "/city/doctrines",
        f"/city{public[1]}",
        "/city/definitions",
        f"/city{public[0]}",
        "/city/duties",
        "/city/reports?span=quarter&before=2026-07-01",
        "/city/risks",
    )
    assert found == {}
