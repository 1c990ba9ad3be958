"""The failure domains, with real processes: what dies costs its own cameras, for seconds."""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from beffroi.cli.installation import Installation
from beffroi.clock import Clock
from beffroi.engine.supervisor import Supervisor
from beffroi.settings import Settings
from beffroi.store.database import Database
from tests.databases import Server
from tests.engine.town import Town, within
from tests.rtsp import Camera

NOTICED_S = 6
"""How long a frozen host may go unnoticed."""

Supervise = Callable[[], Supervisor]
Make = Callable[..., Camera]


def analysed(supervisor: Supervisor) -> dict[str, int]:
    """Pictures analysed so far, by camera that is being watched."""
    return {
        name: report.analysed
        for host in list(supervisor._placement.hosts)
        for name, report in host.reports.items()
        if report.state == "watching" and report.analysed
    }


def host_of(supervisor: Supervisor, camera: str) -> int:
    return next((host.pid for host in supervisor._placement.hosts if camera in host.cameras), 0)


def watched_by_another(supervisor: Supervisor, camera: str, host: int) -> bool:
    return host_of(supervisor, camera) != host and camera in analysed(supervisor)


def go_on(supervisor: Supervisor, camera: str, limit_s: float = 6) -> None:
    """Wait until a camera has been analysed further than now."""
    before = analysed(supervisor).get(camera, 0)
    within(limit_s, lambda: analysed(supervisor).get(camera, 0) > before)


def test_a_host_that_dies_or_freezes_costs_only_its_own_cameras(
    town: Town, supervise: Supervise
) -> None:
    for camera in ("here", "there"):
        town.camera(camera)
        town.use(camera)
    supervisor = supervise()
    started = within(60, lambda: analysed(supervisor).keys() == {"here", "there"})
    unharmed = host_of(supervisor, "there")
    for blow in (signal.SIGSEGV, signal.SIGSTOP, signal.SIGKILL):
        victim = host_of(supervisor, "here")
        os.kill(victim, blow)
        # Other tests run beside this one: a machine on which hosts start slowly is given that time.
        go_on(supervisor, "there", limit_s=max(4, started))
        back = within(30, partial(watched_by_another, supervisor, "here", victim))
        assert back < max(10, NOTICED_S + 2 * started), blow
    assert host_of(supervisor, "there") == unharmed


def test_a_camera_that_kills_its_host_again_and_again_is_soon_alone(
    town: Town, supervise: Supervise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town.site.folder.config.write_text("engine: {hosts: 1, pose_input: [224, 384]}\nweb: {port: 0}")
    town.site = Installation(
        town.site.folder, Settings.load(town.site.folder), town.site.database, town.site.clock
    )
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name, seed in (("good", 1), ("bad", 13)):
        town.camera(name, f"sim://park?seed={seed}")
        town.use(name)
    supervisor = supervise()
    within(60, lambda: host_of(supervisor, "good") != host_of(supervisor, "bad"))
    within(60, lambda: "good" in analysed(supervisor))
    unharmed, victim = host_of(supervisor, "good"), host_of(supervisor, "bad")
    within(60, lambda: host_of(supervisor, "bad") not in (0, victim))
    go_on(supervisor, "good", limit_s=30)
    assert host_of(supervisor, "good") == unharmed


DEADLY = """
import os, signal
from beffroi.capture import city

class Deadly(city.CitySource):
    def __init__(self, permit, *args, **more):
        if "seed=13" in permit.address:
            os.kill(os.getpid(), signal.SIGSEGV)
        super().__init__(permit, *args, **more)

city.CitySource = Deadly
"""
"""What hosts load when they start: one camera is the end of them."""


def test_a_damaged_stream_does_not_hurt_the_camera_beside_it(
    town: Town, supervise: Supervise, rtsp_camera: Make, long_film: Path, tmp_path: Path
) -> None:
    town.site.folder.config.write_text("engine: {hosts: 1, pose_input: [224, 384]}\nweb: {port: 0}")
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(damaged(long_film.read_bytes()))
    for name, source in (("good", long_film), ("bad", bad)):
        town.camera(name, rtsp_camera(source).address)
        town.use(name)
    town.site = Installation(
        town.site.folder, Settings.load(town.site.folder), town.site.database, town.site.clock
    )
    supervisor = supervise()
    within(60, lambda: "good" in analysed(supervisor))
    host = host_of(supervisor, "good")
    go_on(supervisor, "good")
    go_on(supervisor, "good")
    assert host == host_of(supervisor, "bad") == host_of(supervisor, "good")


def damaged(data: bytes) -> bytes:
    """Keep the film's index, which comes last, and spoil one byte in three hundred before it."""
    chance = random.Random(7)
    spoilt, end = bytearray(data), data.index(b"moov") - 8
    for place in chance.sample(range(2000, end), end // 300):
        spoilt[place] = chance.randrange(256)
    return bytes(spoilt)


def test_a_host_that_does_not_start_is_not_started_again_and_again(
    town: Town, supervise: Supervise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[int] = []
    town.camera("here")
    town.use("here")
    (tmp_path / "openvino.py").write_text("raise ImportError('no such machine')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    supervisor = supervise()
    begin = town.site.clock.monotonic()
    while town.site.clock.monotonic() < begin + 7:
        pid = host_of(supervisor, "here")
        if pid and pid not in started:
            started.append(pid)
        time.sleep(0.1)
    assert 1 <= len(started) <= 2
    assert supervisor._placement.hosts == [] or not supervisor._placement.hosts[0].spoke


def test_a_database_that_is_away_closes_the_cameras_and_its_return_opens_them(
    postgresql_server: Server, migrated_postgresql: str, town: Town, supervise: Supervise
) -> None:
    name = postgresql_server.create(migrated_postgresql)
    url = postgresql_server.url(name)
    config = town.site.folder.config
    config.write_text(f"database_url: {url}\n{config.read_text()}")
    town.site = Installation(
        town.site.folder, Settings.load(town.site.folder), Database(url), Clock()
    )
    town.camera("here")
    town.use("here")
    supervisor = supervise()
    within(60, lambda: "here" in analysed(supervisor))
    admin = Database(postgresql_server.url("postgres"))
    with admin.write() as session:
        session.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
    within(7, lambda: "here" not in analysed(supervisor))
    with admin.write() as session:
        session.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    admin.close()
    within(15, lambda: "here" in analysed(supervisor))
    within(15, lambda: town.state("here") == "watching")
    town.site.database.close()
