"""In a real browser: an operator signs in, judges from the keyboard, and everything is readable."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from beffroi.clock import Clock
from beffroi.folder import DataFolder
from beffroi.mandate.definition import EvidenceClass
from beffroi.settings import Settings
from beffroi.store.database import Database
from tests.web.town import Town, build_town


@pytest.fixture
def clock() -> Clock:
    """The browser shows how long ago things were, so here time runs."""
    return Clock()


@pytest.fixture
def town(
    folder: DataFolder, settings: Settings, migrated_sqlite: Path, clock: Clock
) -> Iterator[Town]:
    """A town of today."""
    shutil.copy(migrated_sqlite, folder.database)
    database = Database(settings.database_url)
    yield build_town(folder, database, clock)
    database.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A French operator's screen; whatever its console complains about fails the test."""
    context = browser.new_context(
        base_url=address,
        locale="fr-FR",
        viewport={"width": 1440, "height": 900},
        extra_http_headers={"Accept-Language": "fr"},
    )
    page = context.new_page()
    complaints: list[str] = []
    foreign: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: foreign.append(request.url))
    yield page
    context.close()
    assert complaints == []
    assert [url for url in foreign if not url.startswith((address, "blob:"))] == []


def sign_in(page: Page, town: Town, login: str = "operator") -> None:
    page.goto(town.link(login))
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/console*")


def open_next(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.locator(".case")).to_be_visible()


def test_an_alert_is_judged_from_the_keyboard(page: Page, town: Town) -> None:
    sign_in(page, town)
    expect(page.get_by_text("Tout est calme")).to_be_visible()
    expect(page.locator("#link .text")).to_have_text("Connecté")
    alert = town.raise_alert(EvidenceClass.SKELETON)
    expect(page.locator(f"#item-{alert}")).to_be_visible()
    expect(page.locator("#announce")).to_have_text("Nouvelle alerte")
    open_next(page)
    expect(page.get_by_role("heading", name="Personne au sol")).to_be_visible()
    expect(page.locator("#score")).to_have_count(0)
    assert "84 %" not in page.locator("#pane").inner_text().replace("\xa0", " ")
    page.keyboard.press("c")
    expect(page.get_by_label("Je vois ce que décrit la définition")).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("Enter")  # a digit has sent it already: this one changes nothing
    expect(page.locator("#score")).to_have_text("84 %")
    assert town.state(alert) == "confirmed"
    expect(page.get_by_text("J’ai vérifié sur une autre caméra")).to_be_visible()
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    expect(page.locator(".delivery")).to_contain_text("fire-brigade")
    expect(page.locator(".delivery")).to_contain_text("en cours d’envoi")
    page.keyboard.press("x")
    expect(page.locator(".case-head .state")).to_have_text("Close")
    assert town.state(alert) == "closed"


def test_words_of_ones_own_and_second_thoughts(page: Page, town: Town) -> None:
    alert = town.raise_alert(EvidenceClass.COUNTS)
    sign_in(page, town)
    open_next(page)
    page.keyboard.press("c")
    expect(page.locator("details.confirmed")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("details.confirmed")).not_to_have_attribute("open", "")
    page.keyboard.press("l")
    page.keyboard.press("5")
    page.keyboard.type("cc lu sn")
    page.keyboard.press("Enter")
    expect(page.locator(".judged")).to_contain_text("cc lu sn")
    assert town.state(alert) == "lifted"


def test_a_verdict_empties_the_queue(page: Page, town: Town) -> None:
    alert = town.raise_alert(EvidenceClass.COUNTS)
    sign_in(page, town)
    open_next(page)
    page.keyboard.press("u")
    page.keyboard.press("Enter")  # nobody has given a reason yet
    reasons = page.get_by_role("group", name="Choisissez un motif").get_by_role("radio")
    expect(reasons.first).to_be_focused()
    expect(reasons.first).not_to_be_checked()
    assert town.state(alert) == "shown"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#score")).to_be_visible()
    expect(page.locator("#waiting")).to_have_count(0)
    assert town.state(alert) == "unsure"


def test_the_clear_image_is_shown_after_its_reason(page: Page, town: Town) -> None:
    town.raise_alert(EvidenceClass.CLEAR)
    sign_in(page, town)
    open_next(page)
    page.keyboard.press("v")
    page.keyboard.press("1")
    expect(page.locator("video.clear")).to_be_attached()
    assert town.ledger()[-1] == "evidence.viewed_clear"


def test_stop_and_keys(page: Page, town: Town) -> None:
    town.raise_alert(EvidenceClass.SKELETON)
    sign_in(page, town)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    open_next(page)
    page.keyboard.press("v")
    expect(page.get_by_text("Il n’y a pas d’image nette à regarder")).to_be_focused()
    page.keyboard.press("s")
    page.keyboard.press("1")
    expect(page.locator("#pane")).to_contain_text("Cet usage est arrêté sur cette caméra")
    assert town.ledger()[-1] == "use.paused"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_every_page(page: Page, town: Town, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = {}

    def check(name: str) -> None:
        answer = Axe().run(page)
        found.update({f"{name}: {v['id']}": v["nodes"] for v in answer.response["violations"]})

    for path in ("/", "/login"):
        page.goto(path)
        check(path)
    alert = town.raise_alert(EvidenceClass.SKELETON, severity=3)
    town.raise_alert(EvidenceClass.COUNTS, severity=1)
    town.raise_alert(EvidenceClass.SKELETON, severity=2)
    sign_in(page, town, "supervisor")
    expect(page.locator("#link .text")).to_have_text("Connecté")
    check("calm")
    page.goto(f"/console/alerts/{alert}")
    check("case")
    page.keyboard.press("c")
    check("reasons")
    page.keyboard.press("1")
    expect(page.locator("#score")).to_be_visible()
    check("judged")
    for path in ("/console/cameras", "/console/journal"):
        page.goto(path)
        check(path)
    assert found == {}


LATE_LEDGER = """() => {
    document.getElementById("ledger-late").hidden = false;
    const desk = document.querySelector(".desk").getBoundingClientRect();
    return [desk.left, document.documentElement.scrollWidth - innerWidth];
}"""
"""Show the warning and measure at once: the next news of the wall hides it again."""


@pytest.mark.parametrize("width", [390, 1440])
def test_a_warning_takes_no_room_beside_the_desk(page: Page, town: Town, width: int) -> None:
    sign_in(page, town, "supervisor")
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate(LATE_LEDGER) == [0, 0]  # at once: also before the wall is packed again


def test_the_wall_takes_the_room_while_all_is_calm(page: Page, town: Town) -> None:
    sign_in(page, town)
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("#wall.packed")).to_be_attached()
        page.wait_for_function(FULL)  # packed anew only after the window has its new size


FULL = """() => {
    const side = document.querySelector(".side"), wall = document.getElementById("wall");
    const tiles = [...wall.children].map((tile) => tile.getBoundingClientRect());
    const most = (edge) => Math.max(...tiles.map((tile) => tile[edge]));
    const least = (edge) => Math.min(...tiles.map((tile) => tile[edge]));
    const across = (most("right") - least("left")) / wall.clientWidth;
    const down = (most("bottom") - least("top")) / (side.clientHeight - 30);
    return 0.9 < Math.max(across, down) && Math.max(across, down) <= 1;
}"""
"""Whether the wall takes its room one way or the other; more would have to be scrolled."""


def test_the_console_fits_a_telephone(page: Page, town: Town) -> None:
    for _ in range(2):
        town.raise_alert(EvidenceClass.COUNTS)
    sign_in(page, town)
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    open_next(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_scripts_the_forms_do_it(browser: Browser, address: str, town: Town) -> None:
    alert = town.raise_alert(EvidenceClass.COUNTS)
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, town)
    page.get_by_role("link", name="Open the first").click()
    page.locator("details.lifted summary").click()
    page.locator("details.lifted button").click()  # without a reason the browser refuses it
    page.locator("details.lifted").get_by_role("radio").first.check()
    page.locator("details.lifted button").click()
    expect(page.locator("#score")).to_be_visible()
    context.close()
    assert town.state(alert) == "lifted"


def test_a_sequence_that_comes_later_appears_by_itself(page: Page, town: Town) -> None:
    alert = town.raise_alert(EvidenceClass.SKELETON, evidence_state="pending")
    sign_in(page, town)
    open_next(page)
    expect(page.locator("#replay")).to_have_count(0)
    page.keyboard.press("c")
    page.keyboard.type("4half a reason")
    town.keep_evidence(alert)
    expect(page.locator("#replay")).to_be_visible()
    expect(page.get_by_role("button", name="Pause ou lecture")).to_be_visible()
    expect(page.locator("details.confirmed input[name=note]")).to_have_value("half a reason")
