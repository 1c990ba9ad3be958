"""How long a page takes until it can be used, in a real browser that has never seen it."""

import statistics
from contextlib import ExitStack
from typing import Final

from playwright.sync_api import Page

from beffroi.web.access import COOKIE
from tests.browser import chromium

REPEATS: Final = 5
LINKED: Final = """() => document.querySelector("#link.on") && performance.now()"""
READ: Final = """() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd"""


def run(address: str, session: str) -> dict[str, object]:
    """Open a public page and the console, each a few times with an empty cache.

    Args:
        address: Where the web answers.
        session: The cookie of an operator's session.

    Returns:
        `page_interactive_ms`: the public page of a use, until all of it can be read and clicked.
        `console_interactive_ms`: the console, until its line of news is open. Medians, from the
        moment when the address is typed; null where there is no Chromium.
    """
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(chromium())
        except FileNotFoundError:
            return {"page_interactive_ms": None, "console_interactive_ms": None}

        def fresh() -> Page:
            context = browser.new_context(base_url=address)
            context.add_cookies([{"name": COOKIE, "value": session, "url": address}])
            return context.new_page()

        pages = [_ms(fresh(), "/uses/fall", READ) for _ in range(REPEATS)]
        consoles = [_ms(fresh(), "/console", LINKED) for _ in range(REPEATS)]
    return {
        "page_interactive_ms": round(statistics.median(pages)),
        "console_interactive_ms": round(statistics.median(consoles)),
    }


def _ms(page: Page, path: str, ready: str) -> float:
    page.goto(path, wait_until="commit")
    taken: float = page.wait_for_function(ready).json_value()
    page.context.close()
    return taken
