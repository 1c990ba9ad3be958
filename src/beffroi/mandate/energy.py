"""What an hour of a camera takes, as this machine measured or estimated it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.store.cameras import CameraState


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy in mWh, and whether it is an estimate from processor time."""

    mwh: int
    estimated: bool

    @classmethod
    def of(cls, state: CameraState | None) -> Self | None:
        """Of a camera; None where none was measured."""
        if state is None or state.energy_mwh is None:
            return None
        return cls(state.energy_mwh, bool(state.energy_estimated))

    @property
    def wh(self) -> float:
        """The same in watt-hours, as people read it."""
        return round(self.mwh / 1000, 1)


def energy_of(session: Session, cameras: Iterable[str]) -> Energy | None:
    """Energy of an hour of the camera that takes most; None where none was measured.

    Args:
        session: Any session.
        cameras: Their ids.
    """
    states = session.scalars(select(CameraState).where(CameraState.camera_id.in_(cameras)))
    measured = [energy for state in states if (energy := Energy.of(state)) is not None]
    return max(measured, key=lambda energy: energy.mwh, default=None)
