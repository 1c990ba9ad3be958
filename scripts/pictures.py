"""The pictures of the documentation: `make pictures` takes them from a running demo city.

They show mannequins and figures only. The demo runs in a temporary folder on a free port.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from playwright.sync_api import Page, ViewportSize

from beffroi.capture.picture import to_jpeg
from beffroi.simulation import Scene
from tests.browser import chromium

PICTURES: Final = Path(__file__).parent.parent / "docs" / "pictures"
MOMENTS: Final = {"square": 24.0, "street": 18.0, "park": 20.0, "platform": 20.0}
PATIENCE_MS: Final = 180_000
SCREEN: Final[ViewportSize] = {"width": 1280, "height": 800}


def main() -> None:
    """Take all of them again."""
    PICTURES.mkdir(exist_ok=True)
    _city(PICTURES / "city.jpg")
    with tempfile.TemporaryDirectory() as folder, _demo(Path(folder)) as address:
        _console(address)


def _city(file: Path) -> None:
    """Four scenes of the synthetic city, two by two."""
    views = [Scene.create(name, 1).render(moment) for name, moment in MOMENTS.items()]
    rows = [np.hstack(views[start : start + 2]) for start in range(0, len(views), 2)]
    file.write_bytes(to_jpeg(np.vstack(rows)))


def _console(address: str) -> None:
    """The console: quiet, with an alert, and judged; then what anyone may read."""
    with chromium() as browser:
        page = browser.new_page(viewport=SCREEN, locale="fr-FR")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        page.get_by_role("main").get_by_role("button").click()
        page.wait_for_url("**/console*")
        # The most urgent is opened first: it keeps a sequence, which a gathering does not.
        page.wait_for_selector(".item.severity-3")
        page.keyboard.press("n")
        page.wait_for_selector(".case video")
        time.sleep(6)
        _shoot(page, "alert")
        page.keyboard.press("c")
        page.keyboard.press("1")
        page.wait_for_selector("#score")
        time.sleep(6)
        _shoot(page, "verdict")
        anybody = browser.new_page(viewport=SCREEN, locale="fr-FR")
        anybody.goto(address.partition("/login")[0] + "/")
        _shoot(anybody, "public")


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


@contextmanager
def _demo(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    command = [sys.executable, "-m", "beffroi.cli", "demo", "--data", str(folder / "city")]
    with log.open("w") as said:
        demo = subprocess.Popen([*command, "--port", str(port)], stderr=said)
    try:
        yield _address(log, port)
    finally:
        os.kill(demo.pid, signal.SIGINT)
        demo.wait(30)


def _address(log: Path, port: int) -> str:
    """The login link, once it is printed and the web answers."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:\d+/login/\S+", log.read_text())
        with socket.socket() as probe:
            if found and probe.connect_ex(("127.0.0.1", port)) == 0:
                return found[0]
        time.sleep(0.2)
    raise SystemExit(f"The demo did not start:\n{log.read_text()}")


if __name__ == "__main__":
    main()
