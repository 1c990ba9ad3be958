"""What may follow from where a use stands, and what waits for a second person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.mandate.procedure.acts import WIDENING, ActType
from beffroi.mandate.procedure.case import case_of
from beffroi.mandate.procedure.guards import standing_objections
from beffroi.mandate.procedure.standing import FOLLOWS
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
