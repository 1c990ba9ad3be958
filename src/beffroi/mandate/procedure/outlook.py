"""What may follow from where a use stands, and what waits for a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.mandate.procedure.acts import WIDENING, ActType
from beffroi.mandate.procedure.case import Case, Rule, Step, case_of
from beffroi.mandate.procedure.guards import standing_objections
from beffroi.mandate.procedure.rules.entry import authorised
from beffroi.mandate.procedure.rules.files import files_missing, renewal_evaluated
from beffroi.mandate.procedure.rules.hearing import (
    adverse_answered,
    consultation_held,
    not_widened,
    opinions_given,
    workers_told,
)
from beffroi.mandate.procedure.standing import BEFORE_VOTE, FOLLOWS, State
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act


@dataclass(frozen=True, slots=True)
class NextStep:
    """An act that may follow, and what stands in its way today as far as can be told.

    Args:
        type: The act.
        against: What the rules that need no details say.
    """

    type: ActType
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstThing:
    """The one thing to do next for a use; nothing at all for one that runs or has ended.

    Args:
        files: Impact files to complete, before anything is decided.
        confirm: Otherwise, the act that waits for a second person.
        record: Otherwise, the act to record.
        against: What stands in the way of that act today.
    """

    files: tuple[str, ...] = ()
    confirm: str | None = None
    record: ActType | None = None
    against: tuple[str, ...] = ()


_ANSWERED_BY: Final[Sequence[tuple[Rule, ActType]]] = (
    (consultation_held, ActType.CONSULTATION_OPENED),
    (not_widened, ActType.CONSULTATION_OPENED),
    (opinions_given, ActType.OPINION),
    (adverse_answered, ActType.OVERRIDE),
    (workers_told, ActType.WORKER_NOTICE),
    (renewal_evaluated, ActType.EVALUATION),
    (authorised, ActType.AUTHORISATION),
)
"""Rules that another act satisfies, in the order in which a town takes these acts."""


def first_thing(session: Session, use: Use, now: datetime) -> FirstThing:
    """What moves a use on towards being in force, before anything else can."""
    for act in waiting(session):
        if act.use_id == use.id:
            return FirstThing(confirm=act.id)
    case = case_of(session, use, now)
    goal = _goal(case.standing.state)
    if goal is None:
        return FirstThing()
    if files := files_missing(case):
        return FirstThing(files=tuple(files))
    act_type = _before(case, goal)
    return FirstThing(record=act_type, against=tuple(standing_objections(case, act_type)))


def _goal(state: State) -> ActType | None:
    """The decision that a use in this state is on its way to."""
    if state in BEFORE_VOTE:
        return ActType.VOTE
    if state in FOLLOWS[ActType.PUBLICATION]:
        return ActType.PUBLICATION
    return ActType.RESUMPTION if state is State.SUSPENDED else None


def _before(case: Case, goal: ActType) -> ActType:
    """The first act that the goal still asks for, or the goal itself."""
    if case.standing.state is State.CONSULTATION:
        return ActType.CONSULTATION_CLOSED
    against = set(standing_objections(case, goal))
    today = case.written.text.today(case.now)
    step = Step(goal, None, today, today, None, "")
    for rule, answer in _ANSWERED_BY:
        if case.standing.state in FOLLOWS[answer] and rule(case, step) in against:
            return answer
    return goal


def next_acts(session: Session, use: Use, now: datetime) -> list[NextStep]:
    """Which acts may follow from where a use stands, in the order of the procedure."""
    case = case_of(session, use, now)
    return [
        NextStep(act_type, tuple(standing_objections(case, act_type)))
        for act_type, sources in FOLLOWS.items()
        if case.standing.state in sources
    ]


def waiting(session: Session) -> list[Act]:
    """Acts that wait for a second person, oldest first."""
    acts = select(Act).where(
        Act.type.in_([kind.value for kind in WIDENING]), Act.confirmed_by.is_(None)
    )
    return list(session.scalars(acts.order_by(Act.number)))
