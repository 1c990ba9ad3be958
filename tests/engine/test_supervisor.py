"""The failure domains, with real processes: what dies costs its own cameras, for seconds."""

import os
import signal
from collections.abc import Callable

import pytest
from sqlalchemy import select

from beffroi.cli.installation import Installation
from beffroi.engine.supervisor import Supervisor
from beffroi.mandate.pauses import pause
from beffroi.store.cameras import CameraState
from beffroi.store.mandates import UseCamera

Within = Callable[[float, Callable[[], bool]], float]


def analysed(supervisor: Supervisor) -> dict[str, int]:
    """Pictures analysed so far, by camera that is being watched."""
    return {
        name: report.analysed
        for host in supervisor._hosts
        for name, report in host.reports.items()
        if report.state == "watching"
    }


def host_of(supervisor: Supervisor, camera: str) -> int:
    return next(host.pid for host in supervisor._hosts if camera in host.cameras)


@pytest.mark.parametrize("blow", [signal.SIGSEGV, signal.SIGSTOP, signal.SIGKILL])
def test_a_host_that_dies_or_freezes_costs_only_its_own_camera(
    supervisor: Supervisor, within: Within, blow: signal.Signals
) -> None:
    within(60, lambda: len(analysed(supervisor)) == 4)
    victim = host_of(supervisor, "parc")
    others = {name: n for name, n in analysed(supervisor).items() if name != "parc"}
    os.kill(victim, blow)
    within(4, lambda: all(analysed(supervisor)[name] > n for name, n in others.items()))
    back = within(
        15,
        lambda: host_of(supervisor, "parc") != victim and analysed(supervisor).get("parc", 0) > 0,
    )
    assert back <= 10


def test_a_stopped_use_closes_its_camera_within_the_term_of_its_permit(
    supervisor: Supervisor, city: Installation, within: Within
) -> None:
    within(60, lambda: "parc" in analysed(supervisor))
    with city.database.write() as session:
        use = session.scalars(select(UseCamera).where(UseCamera.camera_id == "parc")).one()
        pause(session, use.use_id, "parc", "test", actor="t" * 32, clock=city.clock)

    def off() -> bool:
        with city.database.read() as session:
            state = session.get(CameraState, "parc")
            return state is not None and state.state == "off" and "paused" in state.detail

    within(8, off)
