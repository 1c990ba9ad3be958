"""Impact files: versions of a form, filled from the configuration and completed by people.

A file belongs to one text of a use, by that text's digest: change the text, or renew the use, and
the file has to be made again. What the configuration said is kept in each version beside what
people wrote, so that a later reader sees both as they were.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Ranged
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.mandate.canonical import canonical, digest
from beffroi.mandate.impact.facts import Facts
from beffroi.mandate.impact.forms import Field, Form, Study, form
from beffroi.mandate.impact.subject import Subject, subject_of
from beffroi.mandate.impact.texts import Language
from beffroi.store.base import Json
from beffroi.store.impact import Assessment
from beffroi.store.mandates import Use
from beffroi.store.procedure import Contribution


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Closed):
    """Something done against a risk."""

    title: str = Ranged(min_length=1)
    text: str = ""


class Review(_Closed):
    """What the evaluator says of a part: 1 to fix, 2 improvable, 3 acceptable."""

    status: int = Ranged(ge=0, le=3)
    comment: str = ""
    plan: str = ""


class Content(_Closed):
    """What a version holds, by the ids of the form's fields.

    Attributes:
        language: In which people wrote, and the facts are told.
        facts: What the configuration said.
        texts: What people wrote.
        lists: Answers that are lists.
        grades: Gauges (DPIA: 1 to 4), scores (compass: 0 to 2), opinions (0 against, 1 for).
        measures: Measures, in the order in which the lists of the DPIA name them.
        reviews: What the evaluator said, by part.
    """

    language: Language
    facts: dict[str, str] = {}
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    grades: dict[str, int] = {}
    measures: tuple[Measure, ...] = ()
    reviews: dict[str, Review] = {}


def read_content(study: Study, value: object) -> Content:
    """Check what somebody wrote against the form.

    Raises:
        BadInput: It is not a content, or answers something that the form does not ask.
    """
    try:
        content = Content.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadInput(f"{where} cannot be used: {first['msg']}.") from error
    known = {field.id for field in form(study).fields()}
    for name in (*content.texts, *content.lists):
        if name not in known:
            raise BadInput(f"The {study} asks nothing called {name!r}.")
    numbers = form(study).grades()
    for name, grade in content.grades.items():
        if grade not in numbers.get(name, ()):
            taken = ", ".join(map(str, numbers.get(name, ()))) or "nothing"
            raise BadInput(f"The grade of {name} is one of {taken}, not {grade}.")
    return content


def draft(study: Study, facts: Facts, language: Language, before: Content | None) -> Content:
    """A new version to work on: today's facts, and people's words of the version before.

    Args:
        study: Which file.
        facts: What the configuration says (:func:`beffroi.mandate.impact.facts.facts_of`).
        language: Of the facts.
        before: The last version of the same use, if there is one.
    """
    asked = form(study)
    told = {field.id: field.facts for field in asked.fields() if field.facts is not None}
    filled = {name: text[language].format_map(facts) for name, text in told.items()}
    if before is not None:
        return before.model_copy(update={"language": language, "facts": filled})
    standing = {
        field.id: tuple(m.title[language] for m in asked.measures if field.id in m.against)
        for field in asked.fields()
    }
    return Content(
        language=language,
        facts=filled,
        lists={name: titles for name, titles in standing.items() if titles},
        measures=tuple(
            Measure(title=measure.title[language], text=measure.text[language])
            for measure in asked.measures
        ),
    )


def missing(study: Study, content: Content) -> list[Field]:
    """What people still have to answer."""
    return [
        field for field in form(study).fields() if field.required and not _answered(field, content)
    ]


def _answered(field: Field, content: Content) -> bool:
    text = bool(content.texts.get(field.id, "").strip())
    if field.asks == "list":
        return any(item.strip() for item in content.lists.get(field.id, ()))
    if field.asks in {"grade", "opinion"}:
        return field.id in content.grades and text
    return text


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
        raise BadInput(f"The use {use_id} received no contribution {contribution_id}.")


def _check_renewal(session: Session, subject: Subject, study: Study, content: Content) -> None:
    if subject.renews is None:
        return
    old = latest(session, subject.renews, study)
    if old is not None and _words(content) == _words(content_of(old)):
        raise BadInput(
            f"This is word for word the {study} of {subject.renews}: a renewal needs a study of "
            "its own, of what the first term has shown."
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


def content_of(version: Assessment) -> Content:
    """What a kept version holds."""
    return Content.model_validate(version.content)


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


def titles(asked: Form, language: Language) -> Mapping[str, str]:
    """What each field of a form is called, by its id."""
    return {field.id: field.title[language] for field in asked.fields()}
