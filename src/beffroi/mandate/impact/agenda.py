"""The duties of the whole installation, as its acts and doctrines stand."""

from datetime import datetime

from sqlalchemy.orm import Session

from beffroi.mandate.impact.duties import Duty, report_duties, standing_duties, term, use_duties
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.procedure.record import case_of
from beffroi.mandate.uses import list_uses


def agenda(session: Session, now: datetime) -> list[Duty]:
    """Every duty of every use, risk and incident, by day.

    Raises:
        BadInput: A stored text is not the one that was voted.
    """
    found, watched = standing_duties(session), []
    for use in list_uses(session):
        case, subject = case_of(session, use, now), subject_of(session, use.id)
        found += use_duties(subject, case.acts, case.procedure)
        days = term(subject, case.acts)
        if days is not None and "prefect" in case.procedure.authorisation:
            watched.append(days)
    found += report_duties(watched)
    return sorted(found, key=lambda duty: (duty.due, duty.use_id or "", duty.key))
