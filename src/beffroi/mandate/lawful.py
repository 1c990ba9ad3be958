"""Whether the doctrines and laws in force let a use run.

A definition is asked about twice, by the event that it names and by the detector that it runs, so
that another name gets no refused detector past a doctrine. A law of fiction opens cameras of
fiction only.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from beffroi.mandate.definition import Definition
from beffroi.mandate.doctrine.objections import Ground
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.hours import parse_minute
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import UseText
from beffroi.words import say


def refused(stack: Stack, definition: Definition, text: UseText, now: datetime) -> str | None:
    """The clause that refuses a use, whatever law may come; None if no doctrine does.

    Args:
        stack: The doctrines in force.
        definition: What the use applies.
        text: The use.
        now: The moment asked about.
    """
    here = text.local(now)
    for event in _asked(definition):
        for one in stack.objections(event, text.mode, here, frozenset(text.places)):
            if one.ground is not Ground.UNCOVERED:
                return one.quoted
    return None


def objection(stack: Stack, definition: Definition, text: UseText, at: datetime) -> str | None:
    """Why a use may not run at a moment; None if it may.

    Args:
        stack: The doctrines in force.
        definition: What the use applies.
        text: The use.
        at: The moment asked about.
    """
    here, places = text.local(at), frozenset(text.places)
    asked = (stack.objections(event, text.mode, here, places) for event in _asked(definition))
    against = next(chain.from_iterable(asked), None)
    if against is not None:
        return against.quoted
    if text.mode not in (Mode.LIVE, Mode.LEARNING):
        return None
    laws = {law.id: law for law, _ in stack.laws(definition.event, text.mode, here, places)}
    law = laws.get(text.law)
    if law is None:
        return say(
            "The use rests on “{law}”, which is not a law in force for {event}; there is: {laws}.",
            law=text.law,
            event=definition.event,
            laws=", ".join(sorted(laws)) or "–",
        )
    if law.fictional and not text.synthetic:
        return say("{law} is a law of fiction: it opens synthetic cameras only.", law=law.id)
    return None


def objection_ahead(
    stack: Stack, definition: Definition, text: UseText, now: datetime
) -> str | None:
    """Why a use could run at no moment of the coming week; None if it could at one.

    A law that covers certain hours only is no reason to refuse a vote held at another hour; the
    gate asks again at every moment.
    """
    against = None
    for moment in _moments(text, now):
        against = objection(stack, definition, text, moment)
        if against is None:
            return None
    return against


def _asked(definition: Definition) -> tuple[str, ...]:
    return tuple(dict.fromkeys((definition.event, definition.detector)))


def _moments(text: UseText, now: datetime) -> Iterator[datetime]:
    here = text.local(now)
    yield here
    for ahead in range(7):
        day = here + timedelta(days=ahead)
        for start, _ in text.hours.get(str(day.weekday()), []):
            minute = parse_minute(start)
            yield day.replace(hour=minute // 60, minute=minute % 60)
