"""The gate: asked before a stream opens and every second after, it says what may run.

It fails closed. A use runs only while its acts put it in force, the doctrines let it, its hours
hold, its camera is the one that was voted and nobody has stopped it; each refusal says why. Hours,
zones and definition are read from the voted bytes. A camera without an open use gets no permit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.cameras import camera_version, current_version, doubted, list_cameras
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.hours import within_hours
from beffroi.mandate.lawful import objection
from beffroi.mandate.modes import Mode
from beffroi.mandate.permit import TERM_S, Basis, Permit, issue
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.mandate.procedure.standing import Standing, State
from beffroi.mandate.use_text import CameraText, UseText
from beffroi.mandate.uses import (
    definition_of,
    fits,
    snapshot,
    standing_of,
    text_of,
)
from beffroi.store.cameras import CameraVersion
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Commissioning, Pause, Use, UseCamera
from beffroi.words import say


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


@dataclass(frozen=True, slots=True)
class Matter:
    """A use as it stands at one moment, for all its cameras.

    Args:
        text: The text that was voted, or the draft.
        voted: The definition that it applies.
        standing: Where it stands.
    """

    text: UseText
    voted: VotedText
    standing: Standing


class Votes:
    """What each use is and where it stands; read once in a pass, however many cameras it has.

    Args:
        session: One consistent view of the database, for one pass.
        now: The moment of the pass.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._matters: dict[str, Matter | BadInput] = {}
        self._stack: Stack | None = None

    @property
    def stack(self) -> Stack:
        """The doctrines in force.

        Raises:
            BadInput: They were changed behind the acts that adopted them.
        """
        if self._stack is None:
            self._stack = stack_in_force(self._session, self._now)
        return self._stack

    def matter(self, use: Use) -> Matter:
        """A use as it stands.

        Raises:
            BadInput: Its text or its definition is not the one that was voted.
        """
        if use.id not in self._matters:
            self._matters[use.id] = self._read(use)
        found = self._matters[use.id]
        if isinstance(found, BadInput):
            raise found
        return found

    def _read(self, use: Use) -> Matter | BadInput:
        try:
            text = text_of(self._session, use).text
            standing = standing_of(self._session, use, self._now)
            return Matter(text, definition_of(self._session, text), standing)
        except BadInput as error:
            return error


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
        votes = Votes(session, self._clock.now())
        return [self._decide(session, camera, votes) for camera in list_cameras(session)]

    def decide_one(self, session: Session, camera_id: str) -> CameraDecision:
        """Look at one camera.

        Raises:
            BadInput: No such camera.
        """
        votes = Votes(session, self._clock.now())
        return self._decide(session, current_version(session, camera_id), votes)

    def _decide(self, session: Session, camera: CameraVersion, votes: Votes) -> CameraDecision:
        if not self._clock_holds(session):
            reason = say(
                "this machine's clock was set back; it runs again once the clock has caught up"
            )
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
            say(
                "version {behaviour} of detector {detector} was voted and this software does not "
                "ship it",
                behaviour=definition.behaviour,
                detector=definition.detector,
            ),
        )


def ask(
    session: Session, camera_id: str, now: datetime, votes: Votes | None = None
) -> Iterator[OpenUse | Refusal]:
    """Say of each use that names a camera whether acts, doctrines and hours let it run at `now`.

    Args:
        session: Any session.
        camera_id: The camera.
        now: The time asked about.
        votes: Shared by a pass over several cameras.
    """
    votes = votes or Votes(session, now)
    named = select(Use).join(UseCamera, UseCamera.use_id == Use.id)
    for use in session.scalars(named.where(UseCamera.camera_id == camera_id).order_by(Use.id)):
        try:
            matter = votes.matter(use)
            reason = _objection(session, use, matter, camera_id, now, votes.stack)
        except BadInput as error:
            yield Refusal(use.id, camera_id, error.message)
            continue
        if reason is not None:
            yield Refusal(use.id, camera_id, reason)
            continue
        zones = matter.text.cameras[camera_id].zones
        yield OpenUse(use.id, camera_id, matter.text.mode, matter.voted, zones)


def _objection(
    session: Session, use: Use, matter: Matter, camera_id: str, now: datetime, stack: Stack
) -> str | None:
    text, standing = matter.text, matter.standing
    if standing.state is State.EXPIRED:
        end = min(text.ends_at, standing.ends_at or text.ends_at)
        return say("it ended on {moment:%Y-%m-%d %H:%M} UTC", moment=end)
    if standing.state is State.PUBLISHED and standing.effect_at is not None:
        start = max(text.starts_at, standing.effect_at)
        return say("it starts on {moment:%Y-%m-%d %H:%M} UTC", moment=start)
    if standing.state is not State.IN_FORCE:
        return say("the use is not in force: it is {state}", state=standing.state.value)
    against = objection(stack, matter.voted.definition, text, now)
    if against is not None:
        return against
    if camera_id not in text.cameras:
        return say("the text that was voted does not name this camera")
    if not _as_voted(session, camera_id, text.cameras[camera_id], standing):
        return say("the camera is no longer the one that was voted; it must be re-validated")
    if doubted(session, camera_id) is not None:
        return say("the camera was seen to have moved; it must be re-validated")
    if not within_hours(text.hours, text.timezone, now):
        return say("it is outside the hours that were voted")
    if paused(session, use.id, camera_id):
        return say("an operator has paused it; a supervisor can resume it")
    return None


def _as_voted(session: Session, camera_id: str, voted: CameraText, standing: Standing) -> bool:
    """Whether the camera is the one voted, or the one that two people found to fit since."""
    camera = current_version(session, camera_id)
    number = standing.revalidated.get(camera_id)
    if number is not None:
        voted = snapshot(camera_version(session, camera_id, number), voted.zones)
    return fits(camera, voted)


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
    now = clock.now()
    votes = Votes(session, now)
    return {
        camera.camera_id
        for camera in list_cameras(session)
        for answer in ask(session, camera.camera_id, now, votes)
        if isinstance(answer, OpenUse) and answer.mode is Mode.LIVE
    }
