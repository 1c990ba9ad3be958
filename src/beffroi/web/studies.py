"""The impact files of a use as pages show them: versions, what is missing, the form to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from beffroi.mandate.doctrine.clauses import Clause
from beffroi.mandate.impact.assessment import latest, versions
from beffroi.mandate.impact.content import Content, content_of, draft, missing
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.forms import Field, Form, Study, form
from beffroi.mandate.impact.subject import Subject
from beffroi.mandate.procedure.case import case_of
from beffroi.mandate.uses import find_use
from beffroi.store.impact import Assessment
from beffroi.web.posted import lines
from beffroi.words import Language as Tongue

SPARE_MEASURES = 2
"""Blank measures at the end of a form."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A study of a use, as far as it has come.

    Args:
        study: Which one.
        form: What it asks.
        versions: Every version, the last one first.
        present: Whether the last version is about the text as it stands.
        lacking: What people still have to answer in it.
        asked_by: Doctrine and clause that ask for it; None where none does.
    """

    study: Study
    form: Form
    versions: Sequence[Assessment]
    present: bool
    lacking: Sequence[Field]
    asked_by: tuple[str, Clause] | None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.present and not self.lacking


def read_studies(session: Session, subject: Subject, now: datetime) -> list[Kept]:
    """The three studies of a use.

    Raises:
        BadInput: No such use, or its text is not the one that was voted.
    """
    because = case_of(session, find_use(session, subject.use_id), now).procedure.because
    found = []
    for study in Study:
        kept = versions(session, subject.use_id, study)[::-1]
        found.append(
            Kept(
                study=study,
                form=form(study),
                versions=kept,
                present=bool(kept) and kept[0].text_digest == subject.text_digest,
                lacking=missing(study, content_of(kept[0])) if kept else [],
                asked_by=because.get(study.value),
            )
        )
    return found


def begin(
    session: Session, subject: Subject, study: Study, tongue: Tongue, now: datetime
) -> tuple[Content, int]:
    """The form as it is to be filled in, and the number of the version that it starts from.

    A study goes on in the language in which it was begun.
    """
    last = latest(session, subject.use_id, study)
    before = None if last is None else content_of(last)
    language = tongue if before is None else before.language
    facts = facts_of(session, subject, language, now=now)
    return draft(study, facts, language, before), 0 if last is None else last.number


def typed_answers(study: Study, begun: Content, typed: FormData) -> dict[str, Any]:
    """What was typed, in the shape of a content; blanks are left out."""
    fields = list(form(study).fields())
    texts = {one.id: str(typed.get(f"text-{one.id}", "")).strip() for one in fields}
    grades = {one.id: str(typed.get(f"grade-{one.id}", "")) for one in fields}
    lists = {one.id: lines(typed, f"list-{one.id}") for one in fields if one.asks == "list"}
    measures = _typed_measures(typed)
    named = {f"3.1.{measure['title']}" for measure in measures}
    return begun.model_dump(mode="json") | {
        "texts": {name: text for name, text in texts.items() if text},
        "grades": {name: int(grade) for name, grade in grades.items() if grade.isdecimal()},
        "lists": {name: items for name, items in lists.items() if items},
        "measures": measures,
        # A measure that is gone takes its evaluation along.
        "reviews": {
            part: review.model_dump()
            for part, review in begun.reviews.items()
            if not part.startswith("3.1.") or part in named
        },
    }


def _typed_measures(typed: FormData) -> list[dict[str, str]]:
    titles, texts = typed.getlist("measure-title"), typed.getlist("measure-text")
    return [
        {"title": str(title).strip(), "text": str(text).strip()}
        for title, text in zip(titles, texts, strict=False)
        if str(title).strip()
    ]
