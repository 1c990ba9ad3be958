"""Rules about coming into force: leave, masks, delay, figures, days in the shadow."""

from datetime import timedelta

from sqlalchemy.orm import Session

from beffroi.mandate.annexes import reviewed
from beffroi.mandate.cameras import current_version
from beffroi.mandate.daily import days_watched
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import (
    ActType,
    Authorisation,
    Publication,
)
from beffroi.mandate.procedure.case import Case, Step, clause_of
from beffroi.mandate.uses import list_uses, text_of
from beffroi.words import Words, say


def authorisation_bounded(case: Case, step: Step) -> Words | None:
    """An authorisation says until when, and not for longer than the law lets it."""
    leave: Authorisation = step.details
    most = case.procedure.authorisation_days
    if not leave.granted:
        return None
    if leave.until is None:
        return say("An authorisation says until when it holds.")
    if most is not None and leave.until > step.day + timedelta(days=most):
        return say(
            "This authorisation holds for at most {most} days ({clause}).",
            most=most,
            clause=clause_of(case, "authorisation_days"),
        )
    return None


def authorised(case: Case, step: Step) -> Words | None:
    """Where the law asks for an authorisation, it was given by whom it must be."""
    given = {act.details["by"] for act in case.of(ActType.AUTHORISATION)}
    missing = sorted(case.procedure.authorisation - given)
    if not missing:
        return None
    return say(
        "This authorisation is missing: {missing} ({clause}).",
        missing=", ".join(missing),
        clause=clause_of(case, "authorisation"),
    )


def masked(case: Case, step: Step) -> Words | None:
    """Where the law hides dwellings, no camera goes to work without a mask."""
    if not case.procedure.masks:
        return None
    bare = [
        camera
        for camera in sorted(case.written.text.cameras)
        if not current_version(case.session, camera).masks
    ]
    if not bare:
        return None
    return say(
        "These cameras have no mask, and dwellings are never seen: {cameras} ({clause}).",
        cameras=", ".join(bare),
        clause=clause_of(case, "masks"),
    )


def effect_delayed(case: Case, step: Step) -> Words | None:
    """What is published binds after the delay, so that it can be attacked before."""
    made: Publication = step.details
    procedure = case.procedure
    if made.urgent:
        if procedure.urgency_hours is None:
            return say("No doctrine in force lets a use begin in urgency.")
        return None
    delay = timedelta(days=procedure.publication_delay_days)
    # The day it is recorded counts, not an earlier one that somebody writes down; and where there
    # is a delay, the day it is confirmed, for nobody outside sees it before.
    published = max(step.day, step.known)
    if delay:
        published = max(published, case.written.text.today(case.now))
    earliest = published + delay
    if made.effect_on >= earliest:
        return None
    return say(
        "It binds {days} days after its publication at the earliest, on {day} ({clause}).",
        days=delay.days,
        day=earliest.isoformat(),
        clause=clause_of(case, "publication_delay_days"),
    )


def figures_known(case: Case, step: Step) -> Words | None:
    """A definition goes no further than shadow without figures that two people stand for.

    Nobody could say what its alerts are worth. In a synthetic city figures on drawn people are
    enough: nobody else walks there.
    """
    text, known = case.written.text, case.figures
    if text.mode is not Mode.LIVE:
        return None
    if known is None or not known.hold_for(case.definition, synthetic=text.synthetic):
        return say(
            "The figures of this definition are not measured: it can run in shadow mode only."
        )
    if reviewed(case.session, text.definition, known.kind):
        return None
    return say(
        "Nobody but whoever recorded them has read the figures of this definition: until somebody "
        "else reviews them it can run in shadow mode only."
    )


def gap_bounded(case: Case, step: Step) -> Words | None:
    """Where a doctrine bounds the gap between groups of people, live waits until it is known."""
    text, known, most = case.written.text, case.figures, case.procedure.bias_gap_permille
    if text.mode is not Mode.LIVE or most is None:
        return None
    gap = None if known is None else known.widest_gap(case.definition, synthetic=text.synthetic)
    clause = clause_of(case, "bias_gap_permille")
    if gap is None:
        return say(
            "How unequally it finds people of different groups is not measured, and at most "
            "{most} ‰ is admitted: it can run in shadow mode only ({clause}).",
            most=most,
            clause=clause,
        )
    if gap > most:
        return say(
            "It may find people of one group {gap} ‰ less often than those of another, and at "
            "most {most} ‰ is admitted: it can run in shadow mode only ({clause}).",
            gap=gap,
            most=most,
            clause=clause,
        )
    return None


def shadowed(case: Case, step: Step) -> Words | None:
    """Shadow figures of the same definition come before live, on each camera."""
    text, asked = case.written.text, case.procedure.shadow_days
    if text.mode is not Mode.LIVE or asked == 0:
        return None
    for camera in text.cameras:
        days = shadow_days(case.session, text.definition, camera)
        if days < asked:
            return say(
                "Camera {camera} ran {days} days in shadow mode, and {least} are asked ({clause}).",
                camera=camera,
                days=days,
                least=asked,
                clause=clause_of(case, "shadow_days"),
            )
    return None


def shadow_days(session: Session, definition: str, camera: str) -> int:
    """On how many days a definition looked in shadow mode through a camera."""
    shadows = [
        text
        for use in list_uses(session)
        if (text := text_of(session, use).text).definition == definition
        and text.mode is Mode.SHADOW
    ]
    return len({day for text in shadows for day in days_watched(session, text, camera)})
