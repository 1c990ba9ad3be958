"""Promise 1 seen from the camera: nobody calls it but under a mandate, and they hang up in time."""

import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from beffroi.engine.supervisor import Supervisor
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.procedure.acts import ActType
from tests.engine.town import CLERK, Served, Town, within
from tests.rtsp import Camera

ESTABLISHED = "01"
CLOSED_S = 6.0
"""The term of a permit, and a second for the supervisor's round."""


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

    brief = town.use("gate", "brief-use", lasts=timedelta(seconds=20))
    within(15, lambda: called(watched))
    within(20 + CLOSED_S, lambda: not called(watched))
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
