"""Impact files: versions of a form, filled from the configuration and completed by people.

A file belongs to one text of a use, by that text's digest: change the text, or renew the use, and
the file has to be made again. What the configuration said is kept in each version beside what
people wrote, so that a later reader sees both as they were.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.canonical import canonical, digest
from beffroi.mandate.impact.content import Content, content_of, missing
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.subject import Subject, subject_of
from beffroi.store.base import Json
from beffroi.store.impact import Assessment
from beffroi.store.mandates import Use
from beffroi.store.procedure import Contribution
from beffroi.words import say


def record(
    session: Session,
    use_id: str,
    study: Study,
    content: Content,
    *,
    actor: str,
    clock: Clock,
    contribution_id: int | None = None,
) -> Assessment:
    """Keep a version for the use's present text; earlier ones stay.

    Args:
        session: A write session.
        use_id: The use.
        study: Which file.
        content: As `read_content` has checked it.
        actor: Pseudonym of who answers for this version.
        clock: Gives the time.
        contribution_id: The contribution to a consultation that caused this version.

    Raises:
        BadInput: No such use or contribution, or a renewal that copies the study of the use
            it renews.
    """
    subject = subject_of(session, use_id)
    # One writer at a time gives the numbers, on PostgreSQL too.
    session.scalars(select(Use.id).where(Use.id == use_id).with_for_update()).one()
    _check_cause(session, use_id, contribution_id)
    _check_renewal(session, subject, study, content)
    last = latest(session, use_id, study)
    kept = content.model_dump(mode="json")
    row = Assessment(
        use_id=use_id,
        kind=study.value,
        number=1 if last is None else last.number + 1,
        text_digest=subject.text_digest,
        content=kept,
        complete=not missing(study, content),
        author=actor,
        recorded_at=clock.now(),
        contribution_id=contribution_id,
    )
    session.add(row)
    payload: Json = {
        "use": use_id,
        "study": study.value,
        "number": row.number,
        "text": row.text_digest,
        "content": digest(canonical(kept)),
        "complete": row.complete,
        "contribution": contribution_id,
    }
    append(session, Kind.ASSESSMENT_RECORDED, actor=actor, payload=payload, clock=clock)
    return row


def _check_cause(session: Session, use_id: str, contribution_id: int | None) -> None:
    if contribution_id is None:
        return
    cause = session.get(Contribution, contribution_id)
    if cause is None or cause.use_id != use_id:
        raise BadInput(
            say(
                "The use {use} received no contribution {number}.",
                use=use_id,
                number=contribution_id,
            )
        )


def _check_renewal(session: Session, subject: Subject, study: Study, content: Content) -> None:
    if subject.renews is None:
        return
    old = latest(session, subject.renews, study)
    if old is not None and _words(content) == _words(content_of(old)):
        raise BadInput(
            say(
                "This is word for word the {study} of {use}: a renewal needs a study of its own, "
                "of what the first term has shown.",
                study=study.value,
                use=subject.renews,
            )
        )


def _words(content: Content) -> tuple[object, ...]:
    return content.texts, content.lists, content.grades, content.measures


def versions(session: Session, use_id: str, study: Study) -> list[Assessment]:
    """Every version of a file, the first one first."""
    found = select(Assessment).where(Assessment.use_id == use_id, Assessment.kind == study.value)
    return list(session.scalars(found.order_by(Assessment.number)))


def latest(session: Session, use_id: str, study: Study) -> Assessment | None:
    """The last version of a file, whichever text it assessed."""
    found = versions(session, use_id, study)
    return found[-1] if found else None


def complete(session: Session, use_id: str, kind: str, text_digest: str) -> bool:
    """Whether a file is complete for exactly this text, by its last version about it.

    Args:
        session: Any session.
        use_id: The use.
        kind: One of `Study`.
        text_digest: SHA-256 of the text put to the vote.
    """
    found = versions(session, use_id, Study(kind))
    about = [version for version in found if version.text_digest == text_digest]
    return bool(about) and about[-1].complete
