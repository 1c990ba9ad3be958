"""Rules about stops, their end, cameras found right, and motions."""

from beffroi.mandate.cameras import current_version
from beffroi.mandate.procedure.acts import (
    Motion,
    Resumption,
    Revalidation,
)
from beffroi.mandate.procedure.case import Case, Step, clause_of
from beffroi.mandate.procedure.standing import LIFTED_BY, lifted
from beffroi.words import Words, say


def lifted_by_whom(case: Case, step: Step) -> Words | None:
    """Nobody lifts what a higher authority stopped."""
    lift: Resumption = step.details
    stops = sorted(case.standing.stops)
    if lifted(stops, lift.by):
        return None
    return say(
        "A suspension by {stopped} is lifted by {lifters}, not by {by}.",
        stopped=" / ".join(stops),
        lifters=" / ".join(sorted(frozenset().union(*(LIFTED_BY[stop] for stop in stops)))),
        by=lift.by,
    )


def camera_named(case: Case, step: Step) -> Words | None:
    """Only a camera of the use can be found to fit it."""
    camera: Revalidation = step.details
    if camera.camera in case.written.text.cameras:
        return None
    return say("The use does not cover camera {camera}.", camera=camera.camera)


def as_synthetic(case: Case, step: Step) -> Words | None:
    """What was voted for drawn people is not turned upon a real place."""
    seen: Revalidation = step.details
    address = current_version(case.session, seen.camera).address
    if not case.written.text.synthetic or address.startswith("sim://"):
        return None
    return say("The use was voted for synthetic cameras, and {camera} is real.", camera=seen.camera)


def petition_large_enough(case: Case, step: Step) -> Words | None:
    """A petition reaches the doctrine's threshold; a member of the council needs none."""
    motion: Motion = step.details
    least = case.procedure.motion_signatures
    if motion.by == "member" or (least is not None and motion.signatures >= least):
        return None
    if least is None:
        return say("No doctrine in force says how many signatures a petition needs.")
    return say(
        "A petition needs {least} signatures, and this one has {signatures} ({clause}).",
        least=least,
        signatures=motion.signatures,
        clause=clause_of(case, "motion_signatures"),
    )
