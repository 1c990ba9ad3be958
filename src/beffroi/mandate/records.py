"""What is on record of cameras at one moment, read at once for however many uses ask about them.

The gate is asked several times a second; a query for each use on each camera would cost a town with
a hundred cameras more than watching them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from beffroi.mandate.cameras import camera_states, current_version, list_cameras, version_before
from beffroi.mandate.use_text import stored_since
from beffroi.store.cameras import CameraState, CameraVersion
from beffroi.store.mandates import CameraDoubt, Commissioning, Pause, Use, UseCamera

LONGEST_LEAVE: Final = timedelta(hours=24)
"""To set a camera up."""


class Records:
    """Versions and states of cameras, uses that name them, doubts, stops, leaves to set them up.

    Args:
        session: One consistent view of the database, for one pass.
        now: The moment asked about.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self._written: dict[str, datetime | None] = {}

    def version(self, camera_id: str) -> CameraVersion:
        """What a camera in service was then; what it is now, if it was not there yet.

        Raises:
            BadInput: No such camera, or it was removed.
        """
        known = self.cameras.get(camera_id)
        if known is None:
            known = current_version(self.session, camera_id)  # says what is wrong
        if known.since <= self.now:
            return known
        return version_before(self.session, camera_id, self.now) or known

    def state(self, camera_id: str) -> CameraState | None:
        """How a camera does, as its host last said."""
        return self._states.get(camera_id)

    def doubt(self, camera_id: str) -> CameraDoubt | None:
        """The doubt about a camera that stood then, if there was one."""
        return self._doubts.get(camera_id)

    def stop(self, use_id: str, camera_id: str) -> Pause | None:
        """The stop of a use on a camera that stood then, if there was one."""
        return self._stops.get((use_id, camera_id))

    def leave(self, camera_id: str) -> Commissioning | None:
        """The leave to set a camera up then, the last one given; None if nobody has it."""
        return self._leaves.get(camera_id)

    def written(self, text_digest: str) -> datetime | None:
        """When the text of a use was written; None where there is none."""
        if text_digest not in self._written:
            self._written[text_digest] = stored_since(self.session, text_digest)
        return self._written[text_digest]

    def uses(self, camera_id: str) -> Sequence[Use]:
        """The uses whose text last drafted names a camera, by id."""
        return self._uses.get(camera_id, ())

    @cached_property
    def _uses(self) -> Mapping[str, Sequence[Use]]:
        named = select(UseCamera.camera_id, Use).join(Use, UseCamera.use_id == Use.id)
        found = defaultdict(list)
        for camera_id, use in self.session.execute(named.order_by(Use.id)):
            found[camera_id].append(use)
        return found

    @cached_property
    def cameras(self) -> Mapping[str, CameraVersion]:
        """What every camera in service is now, by id."""
        return {version.camera_id: version for version in list_cameras(self.session)}

    @cached_property
    def _states(self) -> Mapping[str, CameraState]:
        return camera_states(self.session)

    @cached_property
    def _doubts(self) -> Mapping[str, CameraDoubt]:
        stood = self._stood(CameraDoubt.since, CameraDoubt.cleared_at)
        found = self.session.scalars(select(CameraDoubt).where(stood).order_by(CameraDoubt.id))
        return {doubt.camera_id: doubt for doubt in found}

    @cached_property
    def _stops(self) -> Mapping[tuple[str, str], Pause]:
        stood = self._stood(Pause.paused_at, Pause.resumed_at)
        found = self.session.scalars(select(Pause).where(stood).order_by(Pause.id))
        return {(stop.use_id, stop.camera_id): stop for stop in found}

    @cached_property
    def _leaves(self) -> Mapping[str, Commissioning]:
        lasts = and_(Commissioning.starts_at <= self.now, Commissioning.ends_at > self.now)
        found = self.session.scalars(select(Commissioning).where(lasts).order_by(Commissioning.id))
        # A longer one was put there by hand: nobody gives it.
        given = (leave for leave in found if leave.ends_at - leave.starts_at <= LONGEST_LEAVE)
        return {leave.camera_id: leave for leave in given}

    def _stood(
        self,
        since: InstrumentedAttribute[datetime],
        until: InstrumentedAttribute[datetime | None],
    ) -> ColumnElement[bool]:
        """Still open, whenever it began, or open at that moment."""
        return or_(until.is_(None), and_(since <= self.now, until > self.now))
