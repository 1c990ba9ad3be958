"""A whole city at work, for benchmarks: the server in processes of its own, as it is installed.

Its uses are carried through the procedure as in the tests. They look for what the bound counts, and
for whoever stands in the middle, so that alerts come in all the time; that alert keeps counts
alone, since a clip for every passer-by is no city's day.
"""

import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import rfc8785
from sqlalchemy import select

from beffroi.cli.installation import Installation, make_installation
from beffroi.events.registry import shipped_definitions
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import Definition, VotedText
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.rights import Role
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.perception.models import installed
from beffroi.store.cameras import CameraState
from beffroi.web.accounts import create_account, create_link
from tests.enacting import LAW, put_in_force
from tests.engine.town import Served, serving

EVENTS: Final = ("fall", "gathering", "strike", "intrusion")
STRIP: Final = {"forbidden": {"strip": [[0.35, 0], [0.65, 0], [0.65, 1], [0.35, 1]]}}
CLERK: Final = "c" * 32
RATE_HZ: Final = 5
STARTING_S: Final = 60.0

Settled = tuple[Installation, Sequence[str]]

SETTINGS: Final = """
engine: {{hosts: {hosts}, cameras_per_host: 256, pose_input: [288, 512], precision: int8}}
web: {{port: {port}}}
alerts: {{per_hour: 3600}}
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a camera has come to: pictures analysed, due but dropped, and as of when (UTC)."""

    state: str
    analysed: int
    skipped: int
    heard_at: datetime


class City:
    """One installation whose cameras can be put to work one by one.

    Args:
        site: Its installation.
        cameras: Ids of its cameras, none of them at work yet.
    """

    def __init__(self, site: Installation, cameras: Sequence[str]) -> None:
        self.site = site
        self.cameras = cameras
        self._working = 0

    @property
    def address(self) -> str:
        """Where its web answers."""
        return self.site.folder.address.read_text()

    def order(self, number: int) -> None:
        """Have the first so many cameras watched, and no others."""
        with self.site.database.write() as session:
            for event in EVENTS:
                for camera in self.cameras[self._working : number]:
                    resume(session, event, camera, actor=CLERK, clock=self.site.clock)
                for camera in self.cameras[number : self._working]:
                    pause(session, event, camera, "bench", actor=CLERK, clock=self.site.clock)
        self._working = number

    def watch(self, number: int) -> None:
        """Have the first so many cameras watched, and wait until they are and no others.

        Raises:
            TimeoutError: They do not start, or do not end.
        """
        self.order(number)
        deadline = time.monotonic() + STARTING_S
        while sum(seen.state == "watching" for seen in self.seen().values()) != number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{number} cameras do not start: {self.seen()}")
            time.sleep(0.2)

    def seen(self) -> Mapping[str, Seen]:
        """How the cameras do, by id."""
        with self.site.database.read() as session:
            rows = session.scalars(select(CameraState)).all()
            return {
                row.camera_id: Seen(row.state, row.analysed, row.skipped, row.heard_at)
                for row in rows
            }

    @contextmanager
    def console(self) -> Iterator[httpx.Client]:
        """A client that is signed in as an operator."""
        with self.site.database.write() as session:
            account = create_account(
                session,
                login=f"operator-{time.monotonic_ns()}",
                name="Bench",
                role=Role.OPERATOR,
                password=None,
                actor=CLERK,
                clock=self.site.clock,
            )
            link = create_link(session, account, self.site.clock)
        with httpx.Client(base_url=self.address, follow_redirects=True, timeout=30) as client:
            client.post(f"/login/{link}").raise_for_status()
            yield client


@contextmanager
def city(folder: Path, addresses: Sequence[str]) -> Iterator[tuple[City, Served]]:
    """A city with cameras at these addresses, at work until the end of the block."""
    site, cameras = settle(folder, addresses)
    with serving(folder, folder / "log") as served:
        _await(site, served)
        yield City(site, cameras), served
    site.database.close()


def settle(folder: Path, addresses: Sequence[str], *, at_work: bool = False) -> Settled:
    """Make a city that nobody serves yet; its cameras are paused unless they are at work."""
    folder.mkdir(parents=True)
    hosts = max(1, (os.cpu_count() or 1) // 2)
    (folder / "beffroi.yaml").write_text(SETTINGS.format(hosts=hosts, port=_free_port()))
    site = make_installation(folder)
    cameras = [f"camera-{number:03}" for number in range(len(addresses))]
    with site.database.write() as session:
        for camera, address in zip(cameras, addresses, strict=True):
            add_camera(session, camera, CameraSpec(camera, address), actor=CLERK, clock=site.clock)
    for event in EVENTS:
        _vote(site, event, cameras)
    if not at_work:
        with site.database.write() as session:
            for event in EVENTS:
                for camera in cameras:
                    pause(session, event, camera, "not yet", actor=CLERK, clock=site.clock)
    return site, cameras


def _vote(site: Installation, event: str, cameras: Sequence[str]) -> None:
    """Put an event in force on every camera, in the arithmetic that is measured."""
    now = site.clock.now()
    spec = UseSpec(
        purpose="a benchmark",
        law=LAW,
        legal_basis="fictional law, article 1",
        starts_at=now,
        ends_at=now + timedelta(days=1),
        cameras={camera: STRIP if event == "intrusion" else {} for camera in cameras},
    )
    with site.database.write() as session:
        draft_use(session, event, _in_int8(event), spec, actor=CLERK, clock=site.clock)
        put_in_force(session, event, site.clock)


def _in_int8(event: str) -> VotedText:
    """The shipped definition for the file that runs in 8-bit integers, and without clips."""
    shipped = next(v.definition for v in shipped_definitions() if v.definition.event == event)
    files = installed("int8")
    fields = shipped.model_dump(mode="json") | {
        "precisions": ["int8"],
        "models": {name: files[name] for name in shipped.models},
        "rate_hz": RATE_HZ,
        "evidence": "counts",
    }
    return VotedText(Definition.model_validate(fields), rfc8785.dumps(fields))


def _await(site: Installation, served: Served) -> None:
    deadline = time.monotonic() + STARTING_S
    while time.monotonic() < deadline and not served.ended():
        with suppress(httpx.HTTPError, OSError):
            httpx.get(site.folder.address.read_text() + "/health").raise_for_status()
            return
        time.sleep(0.1)
    raise TimeoutError(f"The server does not start:\n{served.log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
