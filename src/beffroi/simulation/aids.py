"""Sticks and wheelchairs for people of a scene: the same ways, gone with an aid."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.simulation.motions import SIT
from beffroi.simulation.part import Phase
from beffroi.simulation.play import Act
from beffroi.simulation.skeleton import A, pose

Floats = NDArray[np.float64]

SEATED: Final = pose(SIT, ahead=0, lift=0.08, l_flex=16, r_flex=16, l_elbow=60, r_elbow=60)
_PUSHES_HZ: Final = 0.8
_PUSH_DEG: Final = 26.0
_ARMS: Final = [A["l_flex"], A["r_flex"]]
_STILL_M: Final = 0.05


@dataclass(frozen=True, slots=True)
class Rolled:
    """A stretch of a part, seated: the same way, pushed along by both hands."""

    phase: Phase

    @property
    def start(self) -> float:
        """When it begins."""
        return self.phase.start

    @property
    def end(self) -> float:
        """When it ends."""
        return self.phase.end

    def place(self, t: float) -> Floats:
        """As on foot."""
        return self.phase.place(t)

    def pose(self, t: float) -> Floats:
        """Seated, the hands at the wheels while these turn."""
        seated: Floats = SEATED.copy()
        moved = self.phase.place(t)[:2] - self.phase.place(t - 0.2)[:2]
        if np.hypot(*moved) > _STILL_M:
            seated[_ARMS] += _PUSH_DEG * np.sin(2 * np.pi * _PUSHES_HZ * t)
        return seated


def give_sticks(act: Act, _afoot: Collection[int]) -> None:
    """Everybody goes with a walking stick."""
    for part in act.parts:
        act.bring("stick", part)


def seat_in_wheelchairs(act: Act, afoot: Collection[int]) -> None:
    """Everybody goes their way in a wheelchair; what they would do on the spot is left out.

    Args:
        act: Who does what.
        afoot: Identities of those who stay on foot.
    """
    for part in act.parts:
        if part.ident not in afoot:
            part.phases = [Rolled(phase) for phase in part.phases]
            part.contacts = []
            act.bring("wheelchair", part)
