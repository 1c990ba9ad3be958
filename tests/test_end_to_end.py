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
from playwright.sync_api import Page, expect

BEFFROI = [sys.executable, "-m", "beffroi.cli"]


@pytest.fixture
def demo(models: Path, tmp_path: Path) -> Iterator[str]:
    """`beffroi demo` on a free port; gives the address that it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*BEFFROI, "demo", "--data", str(tmp_path / "city"), "--port", str(port)]
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(command, stderr=log, start_new_session=True)
    try:
        yield _address(Path(log.name), process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        log.close()
    assert not _children(process.pid), "Ctrl-C left processes behind"


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+/login/\S+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"the demo printed no address:\n{log.read_text()}")


def _children(group: int) -> list[int]:
    """Processes still in the session that the demo led."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != group:
            try:
                if os.getsid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def test_demo_alert_verdict_ledger(demo: str, page: Page, tmp_path: Path) -> None:
    page.set_default_timeout(15_000)
    _open(page, demo)
    expect(page.locator("[data-alert]").first).to_be_visible(timeout=120_000)
    page.keyboard.press("n")
    page.keyboard.press("c")
    page.keyboard.press("1")
    expect(page.get_by_test_id("score")).to_be_visible()
    alerts = json.loads(_run("alert", "list", "--json", data=tmp_path / "city"))
    assert [alert for alert in alerts if alert["state"] == "confirmed"]
    _run("ledger", "verify", data=tmp_path / "city")


def _open(page: Page, address: str) -> None:
    """Open the address, which answers a moment after it was printed."""
    deadline = time.monotonic() + 20
    with socket.socket() as probe:
        port = int(re.findall(r":(\d+)/", address)[0])
        while probe.connect_ex(("127.0.0.1", port)) != 0:
            assert time.monotonic() < deadline, "the web server does not answer"
            time.sleep(0.1)
    page.goto(address)


def _run(*command: str, data: Path) -> str:
    done = subprocess.run(
        [*BEFFROI, *command, "--data", str(data)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
