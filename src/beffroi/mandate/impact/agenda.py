"""The duties of the whole installation, as its acts and doctrines stand."""

from datetime import datetime

from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.mandate.impact.duties import (
    Duty,
    report_duties,
    standing_duties,
    table,
    term,
    use_duties,
)
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.procedure.case import Case, case_of
from beffroi.mandate.uses import list_uses


def agenda(session: Session, now: datetime) -> list[Duty]:
    """Every duty of every use, risk and incident, by day.

    A use whose text is not the one that was voted says so today, and keeps no other from its own.
    """
    found, watched = standing_duties(session), []
    for use in list_uses(session):
        try:
            case, subject = case_of(session, use, now), subject_of(session, use.id)
        except BadInput:
            found.append(Duty("altered", now.date(), table()["altered"], use.id))
            continue
        found += use_duties(subject, case.acts, case.procedure)
        days = term(subject, case.acts)
        if days is not None and _reported(case):
            watched.append(days)
    found += report_duties(watched)
    return sorted(found, key=lambda duty: (duty.due, duty.use_id or "", duty.key))


def _reported(case: Case) -> bool:
    """Whether a prefect hears of it week by week, as law 2023-380 of France alone asks."""
    french = any(doctrine.jurisdiction == "FR" for doctrine in case.stack.doctrines)
    return french and "prefect" in case.procedure.authorisation
