"""The gate: asked before a stream opens and every second after, it says what may run.

It fails closed. A use runs only while its acts put it in force, the doctrines let it, its hours
hold, its camera is the one that was voted and nobody has stopped it; each refusal says why. Hours,
zones and definition are read from the voted bytes. A camera without an open use gets no permit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate.conditions import Matter, conditions
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.equipment import Equipment, known_equipment
from beffroi.mandate.fitness import fitness
from beffroi.mandate.modes import Mode
from beffroi.mandate.offline import offline_s
from beffroi.mandate.permit import TERM_S, Basis, Permit, issue
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.mandate.procedure.standing import stand
from beffroi.mandate.records import Records
from beffroi.mandate.soundness import (
    UNREADABLE,
    require_sound,
    spoilt_cameras,
    why_unreadable,
)
from beffroi.mandate.timekeeping import BACK_S, Timekeeper, doubtful
from beffroi.mandate.uses import acts_of, definition_of, text_of
from beffroi.store.cameras import CameraVersion
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act
from beffroi.words import say

TOLERATED: Final = timedelta(seconds=BACK_S)


@dataclass(frozen=True, slots=True)
class OpenUse:
    """A use that may run on one camera now, and for how many seconds it may run unheard."""

    use_id: str
    camera_id: str
    mode: Mode
    voted: VotedText
    zones: dict[str, Any]
    offline_s: float = TERM_S

    @property
    def watches(self) -> bool:
        """Whether it looks at pictures: a learning set only takes what other uses found."""
        return self.mode is not Mode.LEARNING


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
    """What each use is and where it stands; read once in a pass, however many cameras it has.

    Args:
        session: One consistent view of the database, for one pass.
        now: The moment of the pass.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self.records = Records(session, now)
        self._matters: dict[str, Matter | BadInput] = {}
        self._stack: Stack | None = None

    @property
    def stack(self) -> Stack:
        """The doctrines in force.

        Raises:
            BadInput: They were changed behind the acts that adopted them.
        """
        if self._stack is None:
            self._stack = stack_in_force(self.records.session, self.records.now)
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
        session = self.records.session
        try:
            acts = acts_of(session, use.id)
            text = text_of(session, use, acts).text
            standing = stand(acts, text, self.records.now)
            return Matter(text, definition_of(session, text), standing, acts)
        except BadInput as error:
            return error


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour for which uses are asked about.

    Args:
        votes: The uses at this hour.
        truth: The uses at the hour it may be in truth, if the clock is in doubt.
        shut: Why nothing may run, if the clock or what was decided cannot be believed.
    """

    votes: Votes
    truth: Votes | None = None
    shut: str | None = None

    @property
    def now(self) -> datetime:
        """The moment it stands for."""
        return self.votes.records.now

    def ask(self, camera_id: str) -> list[OpenUse | Refusal]:
        """Say of each use of a camera whether it may run; a jump of the clock opens none."""
        if self.shut is not None:
            uses = self.votes.records.uses(camera_id)
            return [Refusal(use.id, camera_id, self.shut) for use in uses]
        answers = list(_ask(camera_id, self.votes))
        if self.truth is None:
            return answers
        before = _ask(camera_id, self.truth)
        open_before = {answer.use_id for answer in before if isinstance(answer, OpenUse)}
        return [_unless_opened_by_the_jump(each, open_before) for each in answers]

    def answers(self) -> list[OpenUse | Refusal]:
        """Say it of each use of every camera in service."""
        cameras = self.votes.records.cameras
        return [answer for camera_id in cameras for answer in self.ask(camera_id)]


class Gate:
    """Decides from the database, the clock and what this installation can run.

    Args:
        equipment: What is installed.
        clock: Tells the hour, and the term of the permits.
    """

    def __init__(self, equipment: Equipment, clock: Clock) -> None:
        self._equipment = equipment
        self._clock = clock
        self._timekeeper = Timekeeper(clock)

    def decide(self, session: Session) -> list[CameraDecision]:
        """Look at every camera in service."""
        spoilt = [_shut(_nameless(one), why) for one, why in spoilt_cameras(session).items()]
        hour = hour_now(session, self._timekeeper)
        cameras = hour.votes.records.cameras.values()
        if hour.shut is not None:
            return [*spoilt, *(_shut(each, hour.shut) for each in cameras)]
        return [*spoilt, *(self._look(each, hour) for each in cameras)]

    def _look(self, camera: CameraVersion, hour: Hour) -> CameraDecision:
        records = hour.votes.records
        asked = hour.ask(camera.camera_id)
        answers = [_as_equipped(records, answer, self._equipment) for answer in asked]
        uses = tuple(answer for answer in answers if isinstance(answer, OpenUse))
        refused = tuple(answer for answer in answers if isinstance(answer, Refusal))
        permit = self._permit(records, camera, [use for use in uses if use.watches])
        return CameraDecision(camera, permit, uses, refused)

    def _permit(
        self, records: Records, camera: CameraVersion, uses: Sequence[OpenUse]
    ) -> Permit | None:
        basis, offline_s = Basis.USE, min((use.offline_s for use in uses), default=TERM_S)
        if not uses:
            if records.leave(camera.camera_id) is None:
                return None
            basis = Basis.COMMISSIONING
        return issue(
            camera.address,
            basis,
            camera=camera.camera_id,
            uses=tuple(use.use_id for use in uses),
            deadline=self._clock.monotonic() + offline_s,
        )


def what_runs(session: Session, hour: Hour) -> list[OpenUse | Refusal]:
    """Say of each use of every camera in service what the gate says, for those who only tell it.

    What is installed is what the server last said of itself.
    """
    records, equipment = hour.votes.records, known_equipment(session)
    return [_as_equipped(records, answer, equipment) for answer in hour.answers()]


def _as_equipped(
    records: Records, answer: OpenUse | Refusal, equipment: Equipment | None
) -> OpenUse | Refusal:
    """Refuse what this software, this machine or this camera cannot run as it was voted."""
    if isinstance(answer, Refusal):
        return answer
    try:
        camera = records.version(answer.camera_id)
        asked = fitness(records, answer.voted.definition, camera, equipment)
        against = next((each.against for each in asked if each.against is not None), None)
    except UNREADABLE as error:
        against = why_unreadable(error)
    return answer if against is None else Refusal(answer.use_id, answer.camera_id, against)


def _shut(camera: CameraVersion, why: str) -> CameraDecision:
    return CameraDecision(camera, None, (), (Refusal("any use", camera.camera_id, why),))


def _nameless(camera_id: str) -> CameraVersion:
    """A camera of which nothing is believed but that it is there; never stored."""
    return CameraVersion(camera_id=camera_id, number=0, name=camera_id, address="", masks=[])


def _decided_later(records: Records) -> bool:
    """Whether anything was decided, or a camera changed, at a moment still to come.

    A clock that was ahead and was put right leaves such lines. To leave them out would undo a stop,
    or open an address that nobody voted; nothing runs until the clock has caught up with them.
    """
    acts = select(func.max(Act.recorded_at), func.max(Act.confirmed_at))
    changes = (camera.since for camera in records.cameras.values())
    dated = (*records.session.execute(acts).one(), *changes)
    return any(moment is not None and moment > records.now + TOLERATED for moment in dated)


def hour_of(session: Session, timekeeper: Timekeeper) -> Hour:
    """The hour as far as the clock can be believed.

    A step back too small to close the gate must not undo what was decided in between.

    Raises:
        NotAuthorised: The clock was set back, something was decided under one that was ahead, or
            what was decided was changed by hand.
    """
    try:
        require_sound(session)
        now, ahead = timekeeper.present(session), timekeeper.ahead(session)
    except UNREADABLE as error:
        raise NotAuthorised(why_unreadable(error)) from error
    if now is None:
        raise NotAuthorised(
            say("this machine's clock was set back; it runs again once the clock has caught up")
        )
    votes = Votes(session, now)
    if _decided_later(votes.records):
        raise NotAuthorised(
            say(
                "something was decided under a clock that was ahead; nothing runs until this "
                "machine's clock has caught up with it"
            )
        )
    return Hour(votes, Votes(session, now - ahead) if ahead else None)


def _unless_opened_by_the_jump(
    answer: OpenUse | Refusal, open_before: set[str]
) -> OpenUse | Refusal:
    if isinstance(answer, Refusal) or answer.use_id in open_before:
        return answer
    return Refusal(answer.use_id, answer.camera_id, doubtful())


def _ask(camera_id: str, votes: Votes) -> Iterator[OpenUse | Refusal]:
    """Say of each use that names a camera whether acts, doctrines and hours let it run then.

    Of the clock it asks nothing: everybody else goes through an `Hour`.
    """
    for use in votes.records.uses(camera_id):
        try:
            matter = votes.matter(use)
            asked = conditions(votes.records, use, matter, camera_id, votes.stack)
            against = next((each.against for each in asked if each.against is not None), None)
            if against is None:
                yield _open(use.id, camera_id, matter, votes)
                continue
        except UNREADABLE as error:
            against = why_unreadable(error)
        yield Refusal(use.id, camera_id, against)


def require_open(hour: Hour, use: OpenUse) -> None:
    """Ask once more for a use at work: it may have been stopped since its permit was given.

    Raises:
        NotAuthorised: It may not run now, or not in this mode or under this definition.
    """
    for answer in hour.ask(use.camera_id):
        if answer.use_id != use.use_id:
            continue
        if isinstance(answer, Refusal):
            raise NotAuthorised(f"The use {use.use_id} may not run: {answer.reason}.")
        if (answer.mode, answer.voted.digest) != (use.mode, use.voted.digest):
            raise NotAuthorised(f"The use {use.use_id} is not the one that ran.")
        return
    raise NotAuthorised(f"No use {use.use_id} covers the camera {use.camera_id}.")


def _open(use_id: str, camera_id: str, matter: Matter, votes: Votes) -> OpenUse:
    text = matter.text
    zones = text.cameras[camera_id].zones
    unheard_s = offline_s(matter, votes.stack, votes.records.now)
    return OpenUse(use_id, camera_id, text.mode, matter.voted, zones, unheard_s)


def hour_now(session: Session, timekeeper: Timekeeper) -> Hour:
    """The hour, for those who tell what runs; by a wrong clock, nothing does."""
    try:
        return hour_of(session, timekeeper)
    except NotAuthorised as error:
        return Hour(Votes(session, timekeeper.now()), shut=error.message)


def live_cameras(session: Session, timekeeper: Timekeeper) -> set[str]:
    """Ids of the cameras on which a `live` use may run now, for those who show pictures of it."""
    return {
        answer.camera_id
        for answer in hour_now(session, timekeeper).answers()
        if isinstance(answer, OpenUse) and answer.mode is Mode.LIVE
    }
