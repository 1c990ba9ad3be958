"""A whole server in processes of its own, and what can befall it."""

import os
import random
import resource
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from beffroi.engine import server
from beffroi.errors import Unavailable
from beffroi.mandate.definition import EvidenceClass
from beffroi.store.alerts import Alert
from tests.engine.town import Served, Town, beffroi, within

Serve = Callable[[], Served]


def ready(town: Town, *, alerts: int = 1) -> None:
    """Wait until alerts come in."""
    before = len(town.alerts())
    within(60, lambda: len(town.alerts()) >= before + alerts)


def gone(served: Served) -> bool:
    return not served.family()


def holds(town: Town) -> None:
    """The ledger is whole, and knows of each alert exactly once."""
    verified = beffroi("ledger", "verify", "--data", str(town.site.folder.path))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert town.raised() == len(town.alerts())


def test_a_server_killed_at_any_moment_loses_nothing_and_leaves_nobody_behind(
    town: Town, serve: Serve
) -> None:
    chance = random.Random(11)
    town.camera("park")
    town.use("park")
    for _ in range(2):
        served = serve()
        ready(town)
        time.sleep(chance.uniform(0, 2))
        served.send(signal.SIGKILL)
        served.wait()
        within(10, partial(gone, served))
    served = serve()
    ready(town)
    for host in served.hosts():
        os.kill(host, signal.SIGKILL)
    ready(town)
    served.send(signal.SIGTERM)
    assert served.wait() == 0
    holds(town)


def test_ctrl_c_ends_every_process_in_order(town: Town, serve: Serve) -> None:
    town.camera("park")
    town.use("park")
    served = serve()
    ready(town)
    within(10, lambda: town.state("park") == "watching")
    assert len(served.family()) >= 3
    os.killpg(served.pid, signal.SIGINT)
    assert served.wait() == 0
    assert served.family() == {}
    said = served.log.read_text()
    assert "Traceback" not in said
    assert all(word in said for word in ("server.asked_to_stop", "SIGINT"))
    assert town.state("park") == "off"
    holds(town)


def test_two_servers_do_not_share_a_data_folder(town: Town, serve: Serve) -> None:
    served = serve()
    within(20, lambda: "beffroi.web" in str(served.family()))
    assert not town.site.folder.address.stat().st_mode & 0o077
    second = beffroi("serve", "--data", str(town.site.folder.path))
    assert second.returncode == 1
    assert f"Another Beffroi already runs on this data folder (process {served.pid}" in (
        second.stderr
    )
    assert not served.ended()


def test_a_port_in_use_is_said_before_anything_starts(town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        town.site.folder.config.write_text(f"web: {{port: {port}}}\n")
        refused = beffroi("serve", "--data", str(town.site.folder.path))
    assert refused.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in refused.stderr
    assert "answers at" not in refused.stdout


def test_a_server_that_cannot_supervise_ends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("No such machine.")

    monkeypatch.setattr(server, "Supervisor", fail)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # not of the tests' own process
    site = town.site
    with pytest.raises(Unavailable, match="No such machine"):
        server.serve(site.folder, site.settings, site.database, site.clock, lambda: None)
    assert "greeter" not in {thread.name for thread in threading.enumerate()}


def test_a_full_disk_delays_alerts_and_loses_none(town: Town, serve: Serve) -> None:
    town.camera("park")
    town.use("park")
    served = serve()
    ready(town)
    begun, hosts = town.site.clock.now(), served.hosts()
    before = size_limits(served, 1)  # their log lies on the same disk
    time.sleep(5)
    missed = town.site.clock.now()
    size_limits(served, before)
    ready(town, alerts=5)
    assert late(town, begun, missed)
    assert served.hosts() == hosts
    served.send(signal.SIGTERM)
    assert served.wait() == 0
    assert "Traceback" not in served.log.read_text()
    holds(town)


def late(town: Town, begun: datetime, missed: datetime) -> list[Alert]:
    """Alerts about that time which could be raised only after it."""
    return [a for a in town.alerts() if begun < a.detected_at < missed < a.raised_at]


def size_limits(served: Served, limit: int) -> int:
    """Let no process of a server write beyond this size of a file, as if the disk were full."""
    previous = 0
    for pid in served.family():
        previous, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, hard))
    return previous


def test_a_locked_database_delays_alerts_and_loses_none(town: Town, serve: Serve) -> None:
    town.camera("park")
    town.use("park")
    served = serve()
    ready(town)
    with closing(sqlite3.connect(town.site.folder.database, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = town.site.clock.now()
        time.sleep(5)
        missed = town.site.clock.now()
        other.rollback()
    ready(town, alerts=5)
    assert late(town, begun, missed)
    served.send(signal.SIGTERM)
    assert served.wait() == 0
    holds(town)


def test_the_web_is_started_again_but_not_in_a_storm(town: Town, serve: Serve) -> None:
    served = serve()

    def web() -> list[int]:
        return [pid for pid, line in served.family().items() if "beffroi.web" in line]

    within(20, lambda: len(web()) == 1)
    first = web()
    os.kill(first[0], signal.SIGKILL)
    within(10, lambda: web() not in ([], first))
    # From here on it cannot start: what it needs is not what it should be.
    (town.site.folder.path / "beffroi.yaml").write_text("nonsense: 1")
    os.kill(web()[0], signal.SIGKILL)

    def refusals() -> int:
        return served.log.read_text().count("“nonsense” is not a setting")

    within(30, lambda: refusals() >= 1)
    before = refusals()
    time.sleep(7)
    assert refusals() <= before + 3


def test_no_picture_reaches_the_disk_in_the_clear(town: Town, serve: Serve) -> None:
    """Evidence is noise to whoever has no key, and nothing else holds a picture or a film."""
    town.camera("park")
    town.use("park", evidence=EvidenceClass.CLEAR)
    served = serve()
    within(90, lambda: any(alert.evidence == "ready" for alert in town.alerts()))
    served.send(signal.SIGTERM)
    served.wait()
    sealed = [path for path in town.site.folder.evidence.rglob("*") if path.is_file()]
    assert {path.name for path in sealed} >= {"clear.mp4", "pixelated.mp4", "skeletons.jsonl"}
    for path in town.site.folder.path.rglob("*"):
        if path.is_file():
            check(path, sealed=path in sealed)


MAGIC = (b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xdb", b"\x89PNG\r\n\x1a\n", b"ftypisom", b"moov")


def check(path: Path, *, sealed: bool) -> None:
    data = path.read_bytes()
    assert not [magic for magic in MAGIC if magic in data], path.name
    if sealed:
        assert b"keypoints" not in data
        counts = [data.count(value) for value in range(256)]
        assert max(counts) < 3 * len(data) / 256 + 20, f"{path.name} is not noise"
