"""What must hold for a use to run on a camera, one condition after the other.

The gate stops at the first that does not hold; whoever asks why is shown them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.mandate.cameras import camera_version, unmasked_since
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.procedure import Procedure
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.hours import within_hours
from beffroi.mandate.lawful import objection, refused
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.standing import BEFORE_VOTE, Standing, State, counts
from beffroi.mandate.records import Records
from beffroi.mandate.use_text import CameraText, UseText
from beffroi.mandate.uses import fits, snapshot
from beffroi.store.mandates import CameraDoubt, Pause, Use
from beffroi.store.procedure import Act
from beffroi.words import Words, say

ENERGY_STANDS: Final = timedelta(days=1)
"""So long a camera that took too much energy stays off before it is tried again."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A use as it stands at one moment, for all its cameras.

    Args:
        text: The text that was voted, or the draft.
        voted: The definition that it applies.
        standing: Where it stands.
        acts: Its acts, in the order of their recording.
    """

    text: UseText
    voted: VotedText
    standing: Standing
    acts: Sequence[Act]

    @property
    def last_day(self) -> date:
        """The last day on which it may run."""
        return self.standing.last_day(self.text)


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold.

    Args:
        asked: What is asked.
        against: Why it does not hold; None if it does.
        source: The act, text or record that says so.
        verified: Whether a source outside Beffroi was read again; None where there is none.
    """

    asked: str
    against: str | None
    source: str = ""
    verified: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return self.against is None


def conditions(
    records: Records, use: Use, matter: Matter, camera_id: str, stack: Stack
) -> Iterator[Condition]:
    """What acts, doctrines, hours and people say of a use on a camera, in the order of asking.

    Args:
        records: What is on record at the moment asked about.
        use: The use.
        matter: The same, as it stands.
        camera_id: The camera.
        stack: The doctrines in force.

    Raises:
        BadInput: The camera is not in service, or a stored text is not the one that was voted.
    """
    text, now = matter.text, records.now
    yield in_force(matter, now, stack)
    yield Condition(
        say("The doctrines and laws in force let it run."),
        objection(stack, matter.voted.definition, text, now),
        text.law,
    )
    voted = text.cameras.get(camera_id)
    unnamed = say("the text that was voted does not name this camera")
    yield Condition(
        say("The text that was voted names the camera."),
        unnamed if voted is None else None,
        matter.standing.voted or "",
    )
    if voted is None:
        return
    yield _as_voted(records, camera_id, voted, matter)
    yield _undoubted(records.doubt(camera_id))
    outside = not within_hours(text.hours, text.timezone, now)
    yield Condition(
        say("It is within the hours that were voted."),
        say("it is outside the hours that were voted") if outside else None,
        text.timezone,
    )
    yield _not_paused(records.stop(use.id, camera_id))
    here, places = text.local(now), frozenset(text.places)
    procedure = stack.procedure(matter.voted.definition.event, text.mode, here, places)
    yield from _within_energy(records, camera_id, text.mode, procedure)


def in_force(matter: Matter, now: datetime, stack: Stack) -> Condition:
    """Whether the acts put a use in force, and its dates hold."""
    text, standing = matter.text, matter.standing
    asked, against = say("Its acts put it in force, and its dates hold."), None
    if standing.state is State.EXPIRED:
        against = say("it ended on {moment:%Y-%m-%d %H:%M} UTC", moment=standing.end(text))
    elif standing.state is State.PUBLISHED and standing.effect_at is not None:
        start = max(text.starts_at, standing.effect_at)
        against = say("it starts on {moment:%Y-%m-%d %H:%M} UTC", moment=start)
    elif standing.state is not State.IN_FORCE:
        against = say("the use is not in force: {state}", state=_told(matter, now, stack).value)
    return Condition(asked, against, _last_act(matter, now))


def _told(matter: Matter, now: datetime, stack: Stack) -> State:
    """The state that people are told: a draft that a doctrine refuses is refused."""
    state = matter.standing.state
    if state not in BEFORE_VOTE:
        return state
    against = refused(stack, matter.voted.definition, matter.text, now)
    return state if against is None else State.REFUSED


def paused(session: Session, use_id: str, camera_id: str) -> bool:
    """Whether an operator's stop is standing."""
    stops = select(Pause.id).where(
        Pause.use_id == use_id, Pause.camera_id == camera_id, Pause.resumed_at.is_(None)
    )
    return session.scalars(stops).first() is not None


def cited(act: Act) -> Words:
    """An act as others can find it."""
    return say(
        "{kind}, {body}, {day}, {reference}",
        kind=act.type,
        body=act.body,
        day=act.date,
        reference=act.reference,
    )


def _last_act(matter: Matter, now: datetime) -> str:
    """The act by which a use stands where it stands."""
    made = [act for act in matter.acts if counts(act) and act.recorded_at <= now]
    return cited(made[-1]) if made else ""


def _as_voted(records: Records, camera_id: str, voted: CameraText, matter: Matter) -> Condition:
    """Whether the camera is the one voted, or the one that two people found to fit since."""
    session = records.session
    camera, source = records.version(camera_id), matter.standing.voted or ""
    since = records.written(source)
    number = matter.standing.revalidated.get(camera_id)
    if number is not None:
        looked_at = camera_version(session, camera_id, number)
        voted, since = snapshot(looked_at, voted.zones), looked_at.since
        source = _revalidation(matter, camera_id)
    against = None
    if not fits(camera, voted):
        against = say("the camera is no longer the one that was voted; it must be re-validated")
    elif since is not None and unmasked_since(session, camera, since):
        against = say("a mask was taken off the camera since; two people must re-validate it")
    return Condition(say("The camera is the one that was voted."), against, source)


def _revalidation(matter: Matter, camera_id: str) -> str:
    found = [
        act
        for act in matter.acts
        if act.type == ActType.REVALIDATION and counts(act) and act.details["camera"] == camera_id
    ]
    return cited(found[-1]) if found else ""


def _undoubted(doubt: CameraDoubt | None) -> Condition:
    asked = say("The camera looks where it looked.")
    if doubt is None:
        return Condition(asked, None)
    against = say("the camera was seen to have moved; it must be re-validated")
    return Condition(asked, against, f"{doubt.since:%Y-%m-%d %H:%M} UTC: {doubt.reason}")


def _within_energy(
    records: Records, camera_id: str, mode: Mode, procedure: Procedure
) -> Iterator[Condition]:
    """Where a doctrine bounds the energy of a camera: what is not measured goes no further.

    An estimate counts as a measure. What took too much is tried again a day later, as nothing can
    be measured of a camera that is off.
    """
    most = procedure.energy_mwh_per_camera_hour
    if most is None:
        return
    asked = say("It keeps within the energy that doctrines admit.")
    source = procedure.clause_of("energy_mwh_per_camera_hour")
    state = records.state(camera_id)
    if state is None or state.energy_mwh is None:
        unmeasured = say(
            "the energy of this camera is not measured, and at most {most} mWh in an hour are "
            "admitted: until this machine has measured it, while the camera runs in another mode, "
            "it does not go live",
            most=most,
        )
        live = mode is Mode.LIVE
        yield Condition(
            asked if live else say("Energy is bounded, and not measured here."),
            unmeasured if live else None,
            source,
        )
        return
    again = (state.energy_at or records.now) + ENERGY_STANDS
    too_much = say(
        "this camera takes {spent} mWh in an hour, and at most {most} are admitted; it is tried "
        "again on {moment:%Y-%m-%d %H:%M} UTC",
        spent=state.energy_mwh,
        most=most,
        moment=again,
    )
    yield Condition(
        asked, too_much if state.energy_mwh > most and records.now < again else None, source
    )


def _not_paused(stop: Pause | None) -> Condition:
    asked = say("No operator has stopped it here.")
    if stop is None:
        return Condition(asked, None)
    against = say("an operator has paused it; a supervisor can resume it")
    return Condition(asked, against, f"{stop.paused_at:%Y-%m-%d %H:%M} UTC: {stop.reason}")
