"""Promise 1 seen from the camera: nobody calls it but under a mandate, and they hang up in time."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from beffroi.engine.supervisor import Supervisor
from beffroi.mandate.counting import DETECTIONS
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.modes import Mode
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.mandates import UseCount
from tests.engine.town import CLERK, Served, Town, within
from tests.rtsp import Camera

ESTABLISHED = "01"
CLOSED_S = 9.0
"""The term of a permit, a second for the supervisor's round, three for tests that run beside."""


@pytest.fixture
def watched(rtsp_camera: Callable[..., Camera], long_film: Path, town: Town) -> Camera:
    """A real camera of the town, by the name of `gate`."""
    camera = rtsp_camera(long_film)
    town.camera("gate", camera.address)
    return camera


def called(camera: Camera) -> bool:
    """Whether anybody holds a connection to a camera, as the kernel tells it."""
    port = f":{urlsplit(camera.address).port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = (line.split() for line in lines)
    return any(remote.endswith(port) and state == ESTABLISHED for _, _, remote, state, *_ in fields)


def test_a_camera_is_called_only_while_a_use_is_in_force(
    town: Town, watched: Camera, supervise: Callable[[], Supervisor]
) -> None:
    supervise()
    with pytest.raises(AssertionError, match="did not happen"):
        within(3, lambda: called(watched))
    assert watched.said == []

    use = town.use("gate")
    within(40, lambda: called(watched))
    with town.site.database.write() as session:
        pause(session, use, "gate", "a test", actor=CLERK, clock=town.site.clock)
    within(CLOSED_S, lambda: not called(watched))
    within(5, lambda: town.state("gate") == "off")

    with town.site.database.write() as session:
        resume(session, use, "gate", actor=CLERK, clock=town.site.clock)
    within(15, lambda: called(watched))
    town.act(use, ActType.SUSPENSION)
    within(CLOSED_S, lambda: not called(watched))

    town.act(use, ActType.RESUMPTION)
    within(15, lambda: called(watched))
    town.act(use, ActType.REPEAL)
    within(CLOSED_S + 1, lambda: not called(watched))

    brief = town.use("gate", "brief-use", lasts=timedelta(seconds=10))
    within(10, lambda: called(watched))
    within(10 + CLOSED_S, lambda: not called(watched))
    assert brief

    other = town.use("gate", "second-use")
    within(15, lambda: called(watched))
    town.act(other, ActType.REPEAL)
    within(CLOSED_S, lambda: not called(watched))


def test_a_supervisor_that_hangs_leaves_no_camera_open(
    town: Town, watched: Camera, serve: Callable[[], Served]
) -> None:
    town.use("gate")
    served = serve()
    within(60, lambda: called(watched))
    served.send(signal.SIGSTOP)
    within(CLOSED_S, lambda: not called(watched))
    served.send(signal.SIGCONT)
    within(15, lambda: called(watched))


def test_a_stopped_use_raises_no_more_alerts(
    town: Town, supervise: Callable[[], Supervisor]
) -> None:
    town.camera("park")
    use = town.use("park")
    supervise()
    within(60, lambda: len(town.alerts()) >= 3)
    with town.site.database.write() as session:
        pause(session, use, "park", "too many", actor=CLERK, clock=town.site.clock)
    stopped = town.site.clock.now()
    within(10, lambda: town.state("park") == "off")
    assert [alert.id for alert in town.alerts() if alert.raised_at > stopped] == []


def counts(town: Town, use: str) -> dict[str, int]:
    """What a use has counted in all."""
    with town.site.database.read() as session:
        rows = session.scalars(select(UseCount).where(UseCount.use_id == use)).all()
    total: Counter[str] = Counter()
    for row in rows:
        total[row.what] += row.value
    return dict(total)


def test_what_is_only_counted_rings_nobody_and_keeps_nothing(
    town: Town, supervise: Callable[[], Supervisor]
) -> None:
    town.camera("park")
    shadow = town.use("park", "tried", mode=Mode.SHADOW, evidence=EvidenceClass.CLEAR)
    numbers = town.use("park", "counted", mode=Mode.STATISTICS, evidence=EvidenceClass.CLEAR)
    supervise()
    within(60, lambda: counts(town, shadow).get(DETECTIONS, 0) >= 3)
    within(10, lambda: counts(town, numbers).get(DETECTIONS, 0) >= 3)
    town.act(shadow, ActType.REPEAL)
    town.act(numbers, ActType.REPEAL)
    within(CLOSED_S + 2, lambda: town.state("park") == "off")
    assert town.alerts() == []
    assert [path for path in town.site.folder.evidence.rglob("*") if path.is_file()] == []


def test_a_long_time_offline_is_withdrawn_as_fast_as_any_other(
    town: Town, watched: Camera, supervise: Callable[[], Supervisor]
) -> None:
    use = town.use("gate", max_offline_s=60)
    supervise()
    within(60, lambda: called(watched))
    town.act(use, ActType.SUSPENSION)
    within(CLOSED_S, lambda: not called(watched))
    town.act(use, ActType.RESUMPTION)
    within(20, lambda: called(watched))
    with town.site.database.write() as session:
        pause(session, use, "gate", "a test", actor=CLERK, clock=town.site.clock)
    within(CLOSED_S, lambda: not called(watched))


def test_a_host_without_a_supervisor_watches_until_its_permit_ends_and_no_longer(
    town: Town, watched: Camera, serve: Callable[[], Served]
) -> None:
    town.use("gate", max_offline_s=20)
    served = serve()
    within(60, lambda: called(watched))
    served.send(signal.SIGKILL)
    killed = time.monotonic()
    while time.monotonic() < killed + 14:
        assert called(watched)
        time.sleep(0.5)
    within(killed + 21 - time.monotonic(), lambda: not called(watched))
    within(10, lambda: not served.family())


def test_a_new_supervisor_takes_over_from_hosts_that_went_on_alone(
    town: Town, watched: Camera, serve: Callable[[], Served]
) -> None:
    use = town.use("gate", max_offline_s=3600)
    served = serve()
    within(60, lambda: called(watched))
    served.send(signal.SIGKILL)
    time.sleep(3)
    assert called(watched)
    town.act(use, ActType.SUSPENSION)
    serve()
    within(30, lambda: not called(watched))
    within(10, lambda: not served.hosts())
