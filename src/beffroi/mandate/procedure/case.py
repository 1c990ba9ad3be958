"""What the rules of the procedure look at: a use as it stands, and the act that is proposed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from beffroi.mandate.annex_text import Figures
from beffroi.mandate.annexes import figures
from beffroi.mandate.definition import Definition, VotedText
from beffroi.mandate.doctrine.procedure import Procedure
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.mandate.procedure.standing import Standing, counts, stand
from beffroi.mandate.use_text import WrittenUse
from beffroi.mandate.uses import acts_of, definition_of, text_of
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act


@dataclass(frozen=True, slots=True)
class Case:
    """A use as it stands when an act is proposed.

    Args:
        session: To look things up.
        written: Its text.
        voted: The definition that it applies.
        acts: Those that count, in their order.
        standing: Where it stands.
        stack: The doctrines in force.
        now: The time.
    """

    session: Session
    written: WrittenUse
    voted: VotedText
    acts: Sequence[Act]
    standing: Standing
    stack: Stack
    now: datetime

    @property
    def definition(self) -> Definition:
        """What the use applies."""
        return self.voted.definition

    @property
    def figures(self) -> Figures | None:
        """What is known of how often it is right, reviewed or not."""
        return figures(self.session, self.voted.digest)

    @property
    def procedure(self) -> Procedure:
        """What the doctrines in force ask of this use."""
        text = self.written.text
        return self.stack.procedure(
            self.definition.event, text.mode, text.local(self.now), frozenset(text.places)
        )

    def of(self, act_type: ActType) -> list[Act]:
        """The acts of one type."""
        return [act for act in self.acts if act.type == act_type]


@dataclass(frozen=True, slots=True)
class Step:
    """An act as it is proposed.

    Args:
        type: What is decided.
        details: What its type asks for, checked.
        day: Day of the decision.
        known: Day on which it was recorded here.
        document: Digest of the attachment, if there is one.
        motives: Why.
    """

    type: ActType
    details: Any
    day: date
    known: date
    document: str | None
    motives: str


Rule = Callable[[Case, Step], str | None]


def case_of(session: Session, use: Use, now: datetime) -> Case:
    """A use with all that the rules look at."""
    acts = [act for act in acts_of(session, use.id) if counts(act)]
    written = text_of(session, use, acts)
    return Case(
        session=session,
        written=written,
        voted=definition_of(session, written.text),
        acts=acts,
        standing=stand(acts, written.text, now),
        stack=stack_in_force(session, now),
        now=now,
    )


def clause_of(case: Case, rule: str) -> str:
    """Which clause asks for this; for bodies, the first of them."""
    return case.procedure.clause_of(rule)
