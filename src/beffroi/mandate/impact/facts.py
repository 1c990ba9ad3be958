"""What the configuration says by itself: the part of an impact file that nobody has to type."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Final

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from beffroi import __version__
from beffroi.mandate import annexes
from beffroi.mandate.definition import Definition
from beffroi.mandate.energy import Energy, energy_of
from beffroi.mandate.impact.figures import Figures, figures
from beffroi.mandate.impact.remedies import rights_of
from beffroi.mandate.impact.subject import Subject
from beffroi.mandate.impact.texts import Data, phrase, read, value
from beffroi.mandate.reading import day, in_language, read_out_annex, render
from beffroi.mandate.uses import find_use, text_of
from beffroi.words import Language, locale_of

EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)

Facts = Mapping[str, str]


class _Models(Data):
    known: Mapping[str, str]


@cache
def known_models() -> Mapping[str, str]:
    """Name → SHA-256 of the models that are known to hold nothing biometric."""
    return read("models", _Models).known


def unknown_models(definition: Definition) -> list[str]:
    """The models of a definition of which nobody has established that, by name."""
    known = known_models()
    return sorted(name for name, sha in definition.models.items() if known.get(name) != sha)


def facts_of(
    session: Session,
    subject: Subject,
    language: Language,
    *,
    now: datetime,
) -> Facts:
    """Every blank of the forms that the system can fill in, by its name.

    Args:
        session: Any session.
        subject: The use.
        language: Of the words.
        now: Until when the use's alerts are counted.
    """
    text = text_of(session, find_use(session, subject.use_id)).text
    energy = energy_of(session, text.cameras)
    return {
        **_of_text(subject, language),
        **_of_definition(subject, language),
        **{f"right_{right.id}": right.how[language] for right in rights_of(subject.regime)},
        **measured(figures(session, subject.use_id, EVER, now), language, energy),
        "dataset": _dataset(session, subject, language),
        "software": f"Beffroi {__version__}",
    }


def measured(counted: Figures, language: Language, spent: Energy | None) -> Facts:
    """What was measured where the use runs; "not measured" where nothing was."""
    unknown = phrase("not_measured", language)
    precision, workload, energy = unknown, unknown, unknown
    share = counted.precision
    if share.total:
        low, high = share.interval
        precision = phrase(
            "precision",
            language,
            confirmed=share.part,
            judged=share.total,
            percent=round(100 * share.value),
            low=math.floor(100 * low),
            high=math.ceil(100 * high),
        )
    if counted.operator_hours:
        rate = counted.judged / counted.operator_hours
        workload = phrase("workload", language, rate=number(rate, language), judged=counted.judged)
    if spent is not None:
        kind = "energy_estimated" if spent.estimated else "energy"
        energy = phrase(kind, language, value=number(spent.wh, language))
    consultation = phrase(
        "consultation", language, received=counted.contributions, answered=counted.answered
    )
    incidents = phrase("incidents", language, count=counted.incidents)
    return {
        "precision": precision,
        "workload": workload,
        "energy": energy,
        "consultation": consultation,
        "incidents": incidents,
    }


def _dataset(session: Session, subject: Subject, language: Language) -> str:
    """The figures in use that hold for the definition as it runs."""
    recorded = annexes.figures(session, subject.definition_digest)
    if recorded is None or not recorded.hold_for(subject.definition, synthetic=True):
        return phrase("not_measured", language)
    return _named(read_out_annex(recorded, subject.definition, language), language)


def _named(rows: Iterable[tuple[str, str]], language: Language) -> str:
    """Names with their values, in one line."""
    told = (phrase("named", language, name=name, value=text) for name, text in rows)
    return phrase("then", language).join(told)


def number(quantity: float, language: Language) -> str:
    """A number with one decimal, as the language writes it."""
    return format_decimal(quantity, format="#,##0.0", locale=locale_of(language))


def _of_text(subject: Subject, language: Language) -> Facts:
    def listed(names: Sequence[str]) -> str:
        return ", ".join(names) or phrase("nobody", language)

    masked = phrase("masked", language, masked=subject.masked, all=len(subject.cameras))
    return {
        "use": subject.use_id,
        "text_digest": subject.text_digest,
        "mode": value("mode", subject.mode, language),
        "purpose": subject.purpose,
        "law": ", ".join(filter(None, (subject.law, subject.legal_basis))),
        "regime": value("regime", subject.regime, language),
        "controller": subject.controller,
        "processors": listed(subject.processors),
        "partners": listed(subject.partners),
        "timezone": subject.timezone,
        "hours": _hours(subject.hours, language),
        "starts": day(subject.starts_at, language),
        "ends": day(subject.ends_at, language),
        "cameras": listed(subject.cameras),
        "masked": masked,
    }


def _of_definition(subject: Subject, language: Language) -> Facts:
    definition = subject.definition
    unknown = unknown_models(definition)
    strange = phrase("unknown_models", language, models=", ".join(unknown))
    return {
        "event": definition.event,
        "version": str(definition.version),
        "definition_digest": subject.definition_digest,
        "title": in_language(definition.title, language),
        "criterion": in_language(definition.criterion, language),
        "not_detected": in_language(definition.not_detected, language),
        "alternative": in_language(definition.alternative, language),
        "told": in_language(definition.told, language),
        "detector": definition.detector,
        "behaviour": str(definition.behaviour),
        "parameters": _named(
            (
                (in_language(definition.labels[name], language), render(name, set_to, language))
                for name, set_to in definition.parameters.items()
            ),
            language,
        ),
        "models": ", ".join(sorted(definition.models)),
        "biometrics": strange if unknown else phrase("known_models", language),
        "precisions": ", ".join(definition.precisions),
        "rate": str(definition.rate_hz),
        "person_px": str(definition.person_px),
        "evidence": value("evidence", definition.evidence, language),
        "retention": render("retention_days", definition.retention_days, language),
    }


def _hours(hours: Mapping[str, Sequence[Sequence[str]]], language: Language) -> str:
    """Weekdays with the same spans are said together."""
    spans = {
        str(weekday): ", ".join("–".join(span) for span in hours.get(str(weekday), ()))
        for weekday in range(7)
    }
    if set(spans.values()) == {"00:00–24:00"}:
        return phrase("always", language)
    parts = []
    for text, group in groupby(spans, key=lambda weekday: spans[weekday]):
        days = [value("day", weekday, language) for weekday in group]
        if text:
            parts.append(f"{days[0] if len(days) == 1 else f'{days[0]}–{days[-1]}'} {text}")
    return phrase("then", language).join(parts)
