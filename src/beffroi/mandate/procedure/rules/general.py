"""Rules about the order of things: what follows from what, and on which paper."""

from typing import Final

from beffroi.mandate.lawful import objection_ahead, refused
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.case import Case, Step
from beffroi.mandate.procedure.standing import FOLLOWS
from beffroi.words import Words, say


def order(case: Case, step: Step) -> Words | None:
    """An act follows from certain states only."""
    if case.standing.state in FOLLOWS.get(step.type, frozenset()):
        return None
    return say(
        "This act ({kind}) cannot follow from where the use stands ({state}); "
        "it follows from: {states}.",
        kind=step.type.value,
        state=case.standing.state.value,
        states=" / ".join(sorted(FOLLOWS.get(step.type, frozenset()))),
    )


def doctrine(case: Case, step: Step) -> str | None:
    """No step forward that a doctrine refuses."""
    return refused(case.stack, case.definition, case.written.text, case.now)


def law(case: Case, step: Step) -> str | None:
    """No vote and no publication without a law in force, where one is needed."""
    return objection_ahead(case.stack, case.definition, case.written.text, case.now)


def chronology(case: Case, step: Step) -> Words | None:
    """A decision is not older than the one it follows."""
    last = max((act.date for act in case.acts if act.type in _FLOW), default=None)
    if last is None or step.day.isoformat() >= last:
        return None
    return say(
        "This act ({kind}) of {day} cannot follow a decision of {last}.",
        kind=step.type.value,
        day=step.day.isoformat(),
        last=last,
    )


def documented(case: Case, step: Step) -> Words | None:
    """Some acts are nothing without their paper."""
    if step.document is not None:
        return None
    return say("This act ({kind}) comes with its document: attach it.", kind=step.type.value)


_FLOW: Final = frozenset(
    {
        ActType.CONSULTATION_OPENED,
        ActType.CONSULTATION_CLOSED,
        ActType.VOTE,
        ActType.AUTHORISATION,
        ActType.PUBLICATION,
    }
)
