"""The technical file of AI Act Annex IV, written from what is configured and measured here."""

from datetime import date

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.mandate.impact.document import Document, Table
from beffroi.mandate.impact.dossier import dossier
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.risks import register
from beffroi.mandate.impact.subject import Subject
from beffroi.mandate.impact.texts import phrase
from beffroi.mandate.reading import day, in_language, render
from beffroi.words import Language


def annex_iv(
    session: Session,
    subject: Subject,
    language: Language,
    clock: Clock,
) -> Document:
    """The file of one use.

    Args:
        session: Any session.
        subject: The use.
        language: Of the words.
        clock: Tells until when its alerts are counted.
    """
    facts = facts_of(session, subject, language, now=clock.now())
    tables = {
        "parameters": _parameters(subject, language),
        "models": _models(subject, language),
        "risks": _risks(session, subject, language),
    }
    return dossier("annex_iv", facts, language, tables)


def _parameters(subject: Subject, language: Language) -> Table:
    definition = subject.definition
    heads = (
        phrase("parameter", language),
        phrase("what_it_is", language),
        phrase("value", language),
    )
    rows = tuple(
        (name, in_language(definition.labels[name], language), render(name, value, language))
        for name, value in sorted(definition.parameters.items())
    )
    return Table(heads, rows)


def _models(subject: Subject, language: Language) -> Table:
    return Table(
        (phrase("model", language), "SHA-256"), tuple(sorted(subject.definition.models.items()))
    )


def _risks(session: Session, subject: Subject, language: Language) -> Table:
    heads = tuple(
        phrase(name, language) for name in ("risk", "owner", "measures", "residual", "review_on")
    )
    rows = tuple(
        (
            risk.name,
            risk.owner,
            risk.measures,
            str(risk.residual),
            day(date.fromisoformat(risk.review_on), language),
        )
        for risk in register(session)
        if risk.use_id in (None, subject.use_id)
    )
    return Table(heads, rows)
