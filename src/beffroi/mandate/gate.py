"""The gate: asked before a stream opens and every second after, it says what may run.

It fails closed. A use that is not in force, out of its hours, paused, or whose stored text is not
the voted one is refused with the reason; a camera without an open use gets no permit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.cameras import current_version, list_cameras
from beffroi.mandate.definition import VotedText, load_definition
from beffroi.mandate.permit import TERM_S, Basis, Permit, issue
from beffroi.mandate.uses import ActType, Mode, parse_minute, use_digest
from beffroi.store.cameras import CameraVersion
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Act, Commissioning, Pause, StoredDefinition, Use, UseCamera


@dataclass(frozen=True, slots=True)
class OpenUse:
    """A use that may run on one camera now."""

    use_id: str
    camera_id: str
    mode: Mode
    voted: VotedText
    zones: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A use that may not run on one camera now, and why."""

    use_id: str
    camera_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CameraDecision:
    """What the gate says of one camera: no permit means that its stream is not opened."""

    camera: CameraVersion
    permit: Permit | None
    uses: tuple[OpenUse, ...]
    refused: tuple[Refusal, ...]


class Votes:
    """Whether uses are what was voted; each is hashed once, however many cameras it has.

    Args:
        session: One consistent view of the database, for one pass.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stand: dict[str, bool] = {}

    def stand(self, use: Use) -> bool:
        """Whether the use is what was voted, or last resumed: cameras, zones, hours, dates."""
        if use.id not in self._stand:
            decided = self._session.scalars(
                select(Act.use_digest)
                .where(Act.use_id == use.id, Act.type.in_((ActType.VOTE, ActType.RESUMPTION)))
                .order_by(Act.recorded_at.desc())
            ).first()
            self._stand[use.id] = decided == use_digest(self._session, use)
        return self._stand[use.id]


class Gate:
    """Decides from the database, the clock and the detectors that this software ships.

    Args:
        behaviours: Detector id → version of its behaviour in this software.
        clock: Tells the hour, and the term of the permits.
    """

    def __init__(self, behaviours: Mapping[str, int], clock: Clock) -> None:
        self._behaviours = behaviours
        self._clock = clock
        self._latest: datetime | None = None

    def decide(self, session: Session) -> list[CameraDecision]:
        """Look at every camera in service."""
        votes = Votes(session)
        return [self._decide(session, camera, votes) for camera in list_cameras(session)]

    def decide_one(self, session: Session, camera_id: str) -> CameraDecision:
        """Look at one camera.

        Raises:
            BadInput: No such camera.
        """
        return self._decide(session, current_version(session, camera_id), Votes(session))

    def _decide(self, session: Session, camera: CameraVersion, votes: Votes) -> CameraDecision:
        if not self._clock_holds(session):
            reason = "this machine's clock was set back; it runs again once the clock has caught up"
            refusal = Refusal("any use", camera.camera_id, reason)
            return CameraDecision(camera, None, (), (refusal,))
        uses: list[OpenUse] = []
        refused: list[Refusal] = []
        for answer in ask(session, camera.camera_id, self._clock.now(), votes):
            unknown = self._unknown_behaviour(answer) if isinstance(answer, OpenUse) else None
            if isinstance(answer, Refusal):
                refused.append(answer)
            elif unknown is not None:
                refused.append(unknown)
            else:
                uses.append(answer)
        basis = Basis.USE if uses else None
        if basis is None and commissioned(session, camera.camera_id, self._clock.now()):
            basis = Basis.COMMISSIONING
        permit = None
        if basis is not None:
            permit = issue(
                camera.address,
                basis,
                camera=camera.camera_id,
                uses=tuple(use.use_id for use in uses),
                deadline=self._clock.monotonic() + TERM_S,
            )
        return CameraDecision(camera, permit, tuple(uses), tuple(refused))

    def _clock_holds(self, session: Session) -> bool:
        """Whether the wall clock has not stepped back: yesterday's mandate must not reopen.

        The last line of the ledger remembers the time across a restart.
        """
        now = self._clock.now()
        if self._latest is None:
            last = select(LedgerEntry.at).order_by(LedgerEntry.id.desc()).limit(1)
            self._latest = session.scalar(last) or now
        self._latest = max(self._latest, now)
        return now >= self._latest - timedelta(seconds=2)

    def _unknown_behaviour(self, use: OpenUse) -> Refusal | None:
        """Refuse a detector that behaves otherwise than what was voted."""
        definition = use.voted.definition
        if self._behaviours.get(definition.detector) == definition.behaviour:
            return None
        return Refusal(
            use.use_id,
            use.camera_id,
            f"version {definition.behaviour} of detector {definition.detector} was voted and this "
            "software does not ship it",
        )


def ask(
    session: Session, camera_id: str, now: datetime, votes: Votes | None = None
) -> Iterator[OpenUse | Refusal]:
    """Say of each use that names a camera whether its acts, dates and hours let it run at `now`.

    Args:
        session: Any session.
        camera_id: The camera.
        now: The time asked about.
        votes: Shared by a pass over several cameras.
    """
    votes = votes or Votes(session)
    rows = session.execute(
        select(Use, UseCamera, StoredDefinition)
        .join(UseCamera, UseCamera.use_id == Use.id)
        .join(StoredDefinition, StoredDefinition.digest == Use.definition_digest)
        .where(UseCamera.camera_id == camera_id)
        .order_by(Use.id)
    )
    for use, drawn, stored in rows:
        reason = _objection(session, use, camera_id, now, votes)
        if reason is not None:
            yield Refusal(use.id, camera_id, reason)
            continue
        try:
            voted = load_definition(stored.canonical, use.definition_digest)
        except BadInput as error:
            yield Refusal(use.id, camera_id, error.message)
            continue
        yield OpenUse(use.id, camera_id, Mode(use.mode), voted, drawn.zones)


def _objection(
    session: Session, use: Use, camera_id: str, now: datetime, votes: Votes
) -> str | None:
    if use.state != "in_force":
        return f"the use is not in force: it is {use.state}"
    if not votes.stand(use):
        return "the use or one of its cameras is no longer the one that was voted"
    if now < use.starts_at:
        return f"it starts on {use.starts_at:%Y-%m-%d %H:%M} UTC"
    if now >= use.ends_at:
        return f"it ended on {use.ends_at:%Y-%m-%d %H:%M} UTC"
    if not within_hours(use.hours, use.timezone, now):
        return "it is outside the hours that were voted"
    if paused(session, use.id, camera_id):
        return "an operator has paused it; a supervisor can resume it"
    return None


def within_hours(hours: dict[str, list[list[str]]], timezone: str, now: datetime) -> bool:
    """Whether `now` lies in the weekly hours, read on the wall clock of `timezone`."""
    local = now.astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    spans = hours.get(str(local.weekday()), [])
    return any(parse_minute(start) <= minute < parse_minute(end) for start, end in spans)


def paused(session: Session, use_id: str, camera_id: str) -> bool:
    """Whether an operator's stop is standing."""
    return (
        session.scalars(
            select(Pause.id).where(
                Pause.use_id == use_id, Pause.camera_id == camera_id, Pause.resumed_at.is_(None)
            )
        ).first()
        is not None
    )


def commissioned(session: Session, camera_id: str, now: datetime) -> bool:
    """Whether a technician has leave to set the camera up now."""
    return (
        session.scalars(
            select(Commissioning.id).where(
                Commissioning.camera_id == camera_id,
                Commissioning.starts_at <= now,
                Commissioning.ends_at > now,
            )
        ).first()
        is not None
    )


def live_cameras(session: Session, clock: Clock) -> set[str]:
    """Ids of the cameras on which a `live` use may run now, for those who show pictures of it."""
    now, votes = clock.now(), Votes(session)
    return {
        camera.camera_id
        for camera in list_cameras(session)
        for answer in ask(session, camera.camera_id, now, votes)
        if isinstance(answer, OpenUse) and answer.mode is Mode.LIVE
    }
