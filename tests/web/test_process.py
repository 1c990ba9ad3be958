"""The web as a process of its own, and what it carries along."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import httpx
import pytest

from beffroi.ledger.sequencer import sequence
from beffroi.web.assets import STATIC, load_assets
from tests.web.town import Town

FORBIDDEN = ("av", "openvino", "beffroi.capture", "beffroi.perception", "beffroi.engine")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_it_starts_answers_and_stops_in_seconds(town: Town) -> None:
    # This process reads the real clock, for which the town's entries wait since long ago.
    with town.database.write() as session:
        sequence(session)
    port = free_port()
    command = [sys.executable, "-m", "beffroi.web", "--data", str(town.folder.path)]
    environment = os.environ | {"BEFFROI_WEB__PORT": str(port)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        try:
            assert wait_for(f"http://127.0.0.1:{port}/health")["status"] == "ok"
            # A console that holds its line open does not hold the server up.
            with socket.create_connection(("127.0.0.1", port)):
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=10)
        finally:
            process.kill()
    assert process.returncode in (0, -signal.SIGTERM)


def wait_for(address: str) -> dict[str, str]:
    deadline = time.monotonic() + 30
    while True:
        try:
            answer: dict[str, str] = httpx.get(address).json()
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        else:
            return answer


def test_it_loads_nothing_that_sees_pixels() -> None:
    program = "import beffroi.web.app, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "beffroi.web.app" in loaded
    assert [name for name in loaded if name in FORBIDDEN] == []


def test_a_wrong_setting_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "beffroi.yaml").write_text("web: {porte: 1}\n", encoding="utf-8")
    command = [sys.executable, "-m", "beffroi.web", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "web.porte" in done.stderr
    assert "Traceback" not in done.stderr


def test_vendored_files_are_the_published_ones() -> None:
    listed = tomllib.loads((STATIC / "vendor" / "VENDORED.toml").read_text(encoding="utf-8"))
    files = {path.name for path in (STATIC / "vendor").iterdir()} - {"VENDORED.toml"}
    assert set(listed) == files
    for name, entry in listed.items():
        body = load_assets()[f"vendor/{name}"].body
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("path", sorted(load_assets()))
def test_no_file_of_the_pages_names_another_server(path: str) -> None:
    body = load_assets()[path].body.replace(b"http://www.w3.org/2000/svg", b"")
    if not path.startswith("vendor/"):
        assert b"http://" not in body
        assert b"https://" not in body
