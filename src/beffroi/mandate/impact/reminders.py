"""Which duties were done, and of which somebody has to be reminded."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.impact.duties import Duty
from beffroi.store.base import Json
from beffroi.store.impact import DutyDone
from beffroi.words import say

Marks = frozenset[tuple[str | None, str, date]]
"""Use, key and day of each duty that was done."""


def done_marks(session: Session) -> Marks:
    """Every mark that was made."""
    rows = session.execute(select(DutyDone.use_id, DutyDone.duty, DutyDone.due_on))
    return frozenset((use_id, key, date.fromisoformat(due)) for use_id, key, due in rows)


def is_done(duty: Duty, marks: Marks) -> bool:
    """Whether a duty was marked."""
    return (duty.use_id, duty.key, duty.due) in marks


def reminders(
    duties: Iterable[Duty],
    marks: Marks,
    today: date,
    days: int | None = None,
) -> list[Duty]:
    """What is to be done, or comes about soon; tasks stay here until they are done.

    Args:
        duties: Among these.
        marks: What was done.
        today: The day.
        days: How many days ahead to look; None for as many as each duty wants.
    """
    return [
        duty
        for duty in duties
        if not is_done(duty, marks)
        and (duty.text.task or duty.due >= today)
        and duty.due - today <= timedelta(days=duty.text.remind_days if days is None else days)
    ]


def mark_done(session: Session, duty: Duty, *, actor: str, clock: Clock) -> DutyDone:
    """Mark a duty as done.

    Raises:
        BadInput: It was marked before, or comes about by itself.
    """
    if not duty.text.task:
        raise BadInput(say("{duty} comes about by itself on {day}.", duty=duty.key, day=duty.due))
    if is_done(duty, done_marks(session)):
        raise BadInput(
            say("The duty {duty} of {day} is already marked as done.", duty=duty.key, day=duty.due)
        )
    row = DutyDone(
        use_id=duty.use_id,
        duty=duty.key,
        due_on=duty.due.isoformat(),
        done_by=actor,
        done_at=clock.now(),
    )
    session.add(row)
    payload: Json = {"use": duty.use_id, "duty": duty.key, "due_on": row.due_on}
    append(session, Kind.DUTY_DONE, actor=actor, payload=payload, clock=clock)
    return row
