"""What residents say while a consultation is open, and the answer that each of them is owed."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.ledger.append import Kind, append
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.uses import find_use, standing_of
from beffroi.store.procedure import Contribution
from beffroi.words import say

ERASED: Final = "[effacé – erased]"
"""What stands in the place of a text that was erased, in French and English at once."""


def contribute(
    session: Session, use_id: str, text: str, channel: str, *, actor: str, clock: Clock
) -> Contribution:
    """Enter what somebody said; no name is asked for and none is kept.

    Raises:
        BadInput: No such use, or nothing was said.
        NotAuthorised: No consultation is open on it.
    """
    if standing_of(session, find_use(session, use_id), clock.now()).state is not State.CONSULTATION:
        raise NotAuthorised(say("No consultation is open on {use}.", use=use_id))
    if not text.strip() or not channel.strip():
        raise BadInput("A contribution has a text and says how it came: letter, meeting, web.")
    row = Contribution(
        use_id=use_id,
        channel=channel,
        text=text,
        received_at=clock.now(),
        entered_by=actor,
        answer=None,
        answered_by=None,
        answered_at=None,
    )
    session.add(row)
    session.flush()
    payload = {"use": use_id, "contribution": row.id, "channel": channel, "text": text}
    append(session, Kind.CONTRIBUTION_RECEIVED, actor=actor, payload=payload, clock=clock)
    return row


def answer(
    session: Session, contribution_id: int, text: str, *, actor: str, clock: Clock
) -> Contribution:
    """Answer a contribution; an answer given stays.

    Raises:
        BadInput: No such contribution, an empty answer, or one given already.
    """
    row = session.get(Contribution, contribution_id)
    if row is None:
        raise BadInput(say("There is no contribution {number}.", number=contribution_id))
    if row.answer is not None:
        raise BadInput(say("Contribution {number} was answered already.", number=contribution_id))
    if not text.strip():
        raise BadInput("An answer says something.")
    row.answer, row.answered_by, row.answered_at = text, actor, clock.now()
    payload = {"use": row.use_id, "contribution": row.id, "answer": text}
    append(session, Kind.CONTRIBUTION_ANSWERED, actor=actor, payload=payload, clock=clock)
    return row


def forget(session: Session, contribution_id: int) -> None:
    """Take away what somebody said, and its answer, which may quote it; only its number stays."""
    row = session.get_one(Contribution, contribution_id)
    row.text = row.channel = row.answer = ERASED


def forget_answer(session: Session, contribution_id: int) -> None:
    """Take away what was answered."""
    session.get_one(Contribution, contribution_id).answer = ERASED


def contributions(session: Session, use_id: str) -> list[Contribution]:
    """What was said on a use, oldest first."""
    said = select(Contribution).where(Contribution.use_id == use_id).order_by(Contribution.id)
    return list(session.scalars(said))
