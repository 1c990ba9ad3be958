"""Rules about what has to be on the table: impact files, compass, evaluation, limits."""

from datetime import timedelta
from math import ceil

from beffroi.mandate.impact.assessment import complete
from beffroi.mandate.impact.compass import failed
from beffroi.mandate.procedure.acts import (
    ActType,
)
from beffroi.mandate.procedure.case import Case, Step, clause_of
from beffroi.words import Words, say


def files_missing(case: Case) -> list[str]:
    """The impact files that doctrines ask for and that are not complete for this very text."""
    asked = ("dpia", "fria", "compass")
    use, digest = case.written.text.use, case.written.digest
    return [
        kind
        for kind in asked
        if getattr(case.procedure, kind) and not complete(case.session, use, kind, digest)
    ]


def files_complete(case: Case, step: Step) -> Words | None:
    """The impact files that a doctrine asks for are complete, for exactly this text."""
    missing = [kind for kind in files_missing(case) if kind != "compass"]
    if not missing:
        return None
    return say(
        "These impact files are not complete for this text: {files} ({clause}).",
        files=", ".join(missing),
        clause=clause_of(case, missing[0]),
    )


def compass_passed(case: Case, step: Step) -> Words | None:
    """A use that fails the first criterion of the compass is not activable."""
    criteria = failed(case.session, case.written.text.use)
    if criteria:
        return say("The compass says no: {criteria}.", criteria="; ".join(criteria))
    if "compass" in files_missing(case):
        return say("The compass is not filled in ({clause}).", clause=clause_of(case, "compass"))
    return None


def renewal_evaluated(case: Case, step: Step) -> Words | None:
    """A renewal rests on an evaluation of what it renews."""
    if not case.written.text.renews or not case.procedure.evaluation_on_renewal:
        return None
    if case.of(ActType.EVALUATION):
        return None
    return say("A renewal needs an evaluation of {use}.", use=case.written.text.renews)


def within_limits(case: Case, step: Step) -> Words | None:
    """Term and retention keep within the caps of the doctrines."""
    text, procedure = case.written.text, case.procedure
    # A term from midnight to midnight that holds one change of the clocks is an hour longer.
    first, last = (text.local(end).replace(tzinfo=None) for end in (text.starts_at, text.ends_at))
    days = ceil(min(last - first, text.ends_at - text.starts_at) / timedelta(days=1))
    if procedure.term_days is not None and days > procedure.term_days:
        return say(
            "A use lasts at most {most} days, and this one {days} ({clause}).",
            most=procedure.term_days,
            days=days,
            clause=clause_of(case, "term_days"),
        )
    kept = case.definition.retention_days
    if procedure.evidence_days is not None and kept > procedure.evidence_days:
        return say(
            "Evidence is kept at most {most} days, and here {days} ({clause}).",
            most=procedure.evidence_days,
            days=kept,
            clause=clause_of(case, "evidence_days"),
        )
    return None
