"""Cameras that were seen to have moved, for long enough to be believed.

Whatever stands in the way of a wall or a kerb for a while, a lorry or a queue, can look like a
camera that was turned. It goes again; a camera that was turned stays so.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from beffroi.capture.source import State
from beffroi.clock import Clock
from beffroi.engine.messages import Report
from beffroi.mandate.cameras import doubt_camera
from beffroi.mandate.gate import CameraDecision
from beffroi.mandate.permit import Basis
from beffroi.store.database import Database

MOVED_S: Final = 60.0


class CameraDoubts:
    """Records a doubt, which closes the camera until two people have re-validated it.

    Args:
        database: Where doubts are recorded.
        clock: Measures how long.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._since: dict[str, float] = {}

    def record(self, decisions: Sequence[CameraDecision], reports: Mapping[str, Report]) -> None:
        """Look at what the hosts report; a camera that a technician sets up may move."""
        moved = {
            name: reports[name].detail
            for name in (each.camera.camera_id for each in decisions if _under_a_use(each))
            if name in reports and reports[name].state == State.MOVED
        }
        now = self._clock.monotonic()
        self._since = {name: self._since.get(name, now) for name in moved}
        lasting = [name for name, since in self._since.items() if now - since >= MOVED_S]
        if lasting:
            with self._database.write() as session:
                for name in lasting:
                    doubt_camera(session, name, moved[name], self._clock)


def _under_a_use(decision: CameraDecision) -> bool:
    return decision.permit is not None and decision.permit.basis is Basis.USE
