"""Whether the doctrines and laws in force let a use run.

A definition is asked about twice, by the event that it names and by the detector that it runs, so
that another name gets no refused detector past a doctrine. A law of fiction opens cameras of
fiction only.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from beffroi.mandate.definition import Definition
from beffroi.mandate.doctrine.clauses import Asked, Doctrine
from beffroi.mandate.doctrine.objections import Ground
from beffroi.mandate.doctrine.rules import Rule
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.hours import parse_minute, within_hours
from beffroi.mandate.use_text import UseText
from beffroi.words import Quoted, say


def refused(stack: Stack, definition: Definition, text: UseText, now: datetime) -> str | None:
    """The clause that refuses a use, whatever law may come; None if no doctrine does.

    Args:
        stack: The doctrines in force.
        definition: What the use applies.
        text: The use.
        now: The moment asked about.
    """
    here = text.local(now)
    for event in asked_about(definition):
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
    events = asked_about(definition)
    asked = (stack.objections(event, text.mode, here, places) for event in events)
    against = next(chain.from_iterable(asked), None)
    if against is not None:
        return against.quoted
    laws = _covering(stack, events, text, here)
    law = laws.get(text.law)
    if law is None:
        if not any(_needs_law(stack, Asked(event, text.mode, here, places)) for event in events):
            return None
        return say(
            "The use rests on “{law}”, which is not a law in force for “{event}”; "
            "there is: {laws}.",
            law=text.law,
            event=Quoted(definition.title),
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
    for moment in _moments(stack, text, now):
        against = objection(stack, definition, text, moment)
        if against is None:
            return None
    return against


def asked_about(definition: Definition) -> tuple[str, ...]:
    """The names under which doctrines are asked about a definition."""
    return tuple(dict.fromkeys((definition.event, definition.detector)))


def _covering(
    stack: Stack, events: tuple[str, ...], text: UseText, here: datetime
) -> dict[str, Doctrine]:
    """The laws that cover all of these events."""
    places = frozenset(text.places)
    each = [
        {law.id: law for law, _ in stack.laws(event, text.mode, here, places)} for event in events
    ]
    return {name: law for name, law in each[0].items() if all(name in laws for laws in each)}


def _needs_law(stack: Stack, asked: Asked) -> bool:
    return any(
        clause.binds(asked)
        for doctrine in stack.doctrines
        if doctrine.in_force(asked.at.date())
        for clause in doctrine.of_rule(Rule.LAW_REQUIRED)
    )


def _moments(stack: Stack, text: UseText, now: datetime) -> Iterator[datetime]:
    """Now, and every moment of the coming week at which the use or a clause begins its hours."""
    here = text.local(now)
    yield here
    clauses = chain.from_iterable(one.clauses for one in stack.doctrines)
    turns = {hours.partition("-")[0] for clause in clauses for hours in clause.times}
    for ahead in range(7):
        day = here + timedelta(days=ahead)
        starts = {start for start, _ in text.hours.get(str(day.weekday()), [])}
        for minute in sorted(map(parse_minute, starts | turns)):
            moment = day.replace(hour=minute // 60, minute=minute % 60)
            if within_hours(text.hours, text.timezone, moment):
                yield moment
