"""The main job, as its user meets it: demo city, alert, verdict from the keyboard, ledger holds."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.dying import WITH_ITS_PARENT

BEFFROI = [sys.executable, "-m", "beffroi.cli"]


@pytest.fixture
def demo(models: Path, tmp_path: Path) -> Iterator[str]:
    """`beffroi demo` on a free port; gives the address that it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *WITH_ITS_PARENT,
        *BEFFROI,
        "demo",
        "--port",
        str(port),
        "--data",
        str(tmp_path / "city"),
    ]
    log = tmp_path / "log"
    with log.open("w") as said:
        process = subprocess.Popen(command, stderr=said, start_new_session=True)
    try:
        yield _address(log, process)
    finally:
        # What the terminal does on Ctrl-C.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
    assert process.returncode == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    assert not _session(process.pid), "Ctrl-C left processes behind"


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+/login/\S+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"the demo printed no address:\n{log.read_text()}")


def _session(leader: int) -> list[int]:
    """Processes still in the session that the demo led."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != leader:
            try:
                if os.getsid(int(entry.name)) == leader:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def test_demo_alert_verdict_ledger(demo: str, browser: Browser, tmp_path: Path) -> None:
    begin = time.monotonic()
    city = tmp_path / "city"
    page = browser.new_page(locale="en-GB", extra_http_headers={"Accept-Language": "en"})
    page.set_default_timeout(15_000)
    _wait_for_the_web(demo)
    page.goto(demo)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console*")
    waiting = page.locator("[id^=item-]")
    expect(waiting.first).to_be_visible(timeout=120_000)
    assert time.monotonic() - begin < 120, "the issue promises an alert within two minutes"
    page.keyboard.press("n")
    expect(page.locator(".case")).to_be_visible()
    expect(page.locator("#score")).to_have_count(0)
    page.keyboard.press("c")
    page.keyboard.press("1")
    expect(page.locator("#score")).to_be_visible()
    page.close()
    (judged,) = json.loads(_run("alert", "list", "--json", "--state", "confirmed", data=city))
    assert (judged["verdict"], judged["judged_at"] is None) == ("confirmed", False)
    _run("ledger", "verify", data=city)
    entries = json.loads(_run("camera", "list", "--json", data=city))
    assert {entry["state"] for entry in entries} <= {"watching", "starting"}


def _wait_for_the_web(address: str) -> None:
    """The address answers a moment after it was printed."""
    deadline = time.monotonic() + 30
    port = int(re.findall(r":(\d+)/", address)[0])
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline, "the web server does not answer"
        time.sleep(0.1)


def _run(*command: str, data: Path) -> str:
    done = subprocess.run(
        [*BEFFROI, *command, "--data", str(data)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
