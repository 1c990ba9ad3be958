"""The weekly and the quarterly report: what was detected, how it was judged, who stopped what.

A report is made of counts that anybody can make again from the same rows. Shares come with their
interval, and the register of follow-ups names alerts, never people.
"""

from collections.abc import Mapping
from dataclasses import asdict

from babel.numbers import format_percent
from sqlalchemy.orm import Session

from beffroi.mandate.impact import chronicle
from beffroi.mandate.impact.chronicle import heads, label
from beffroi.mandate.impact.document import Document, Part, Table
from beffroi.mandate.impact.facts import number
from beffroi.mandate.impact.figures import Figures, Share, figures
from beffroi.mandate.impact.period import Period, Span
from beffroi.mandate.impact.texts import phrase
from beffroi.mandate.procedure.standing import PUBLISHED
from beffroi.mandate.reading import day
from beffroi.mandate.uses import list_uses, standing_of
from beffroi.store.base import Json
from beffroi.store.mandates import Use
from beffroi.words import Language, locale_of


def report(
    session: Session,
    span: Span,
    covered: Period,
    language: Language,
) -> tuple[Document, Json]:
    """Make a report.

    Args:
        session: Any session.
        span: Which report.
        covered: Its days (:func:`period`).
        language: Of the words.

    Returns:
        The document for people, and its numbers for programs.
    """
    counted = {
        use.id: found
        for use in list_uses(session)
        if (found := figures(session, use.id, covered.since, covered.until)).alerts
        or _was_published(session, use, covered)
    }
    title = chronicle.labels()[span][language].format(
        first=day(covered.first, language), last=day(covered.last, language)
    )
    parts = (
        Part(label("figures", language), (label("read", language),), _figures(counted, language)),
        Part(label("decisions", language), table=chronicle.decisions(session, covered, language)),
        Part(label("stops", language), table=chronicle.stops(session, covered, language)),
        Part(label("incidents", language), table=chronicle.incidents(session, covered, language)),
        Part(label("access", language), table=chronicle.access(session, covered, language)),
        Part(label("follow_ups", language), table=chronicle.follow_ups(session, covered, language)),
    )
    return Document(title, language, parts), _numbers(span, covered, counted)


def _was_published(session: Session, use: Use, covered: Period) -> bool:
    """Whether a use stood published at the beginning or the end of the days covered."""
    ends = covered.since, covered.until
    return any(standing_of(session, use, moment).state in PUBLISHED for moment in ends)


def _figures(counted: Mapping[str, Figures], language: Language) -> Table:
    columns = "use alerts confirmed lifted unsure lapsed handed_over precision median pauses"
    rows = tuple(
        (
            use,
            str(found.alerts),
            *(str(found.verdicts.get(name, 0)) for name in ("confirmed", "lifted", "unsure")),
            str(found.lapsed),
            str(found.handed_over),
            share(found.precision, language),
            "–" if found.delays_s is None else f"{number(found.delays_s[0], language)} s",
            str(found.pauses),
        )
        for use, found in counted.items()
    )
    return Table(heads(columns, language), rows)


def share(found: Share, language: Language) -> str:
    """A share as people read it, and its interval."""
    if not found.total:
        return phrase("not_measured", language)
    value, low, high = (
        format_percent(part, locale=locale_of(language)) for part in (found.value, *found.interval)
    )
    return f"{value} ({low} – {high})"


def _numbers(span: Span, covered: Period, counted: Mapping[str, Figures]) -> Json:
    def plain(found: Figures) -> Json:
        precision = found.precision
        interval = list(precision.interval) if precision.total else None
        return {
            **asdict(found),
            "verdicts": dict(found.verdicts),
            "precision": precision.value if precision.total else None,
            "precision_interval": interval,
        }

    return {
        "span": span.value,
        "first": covered.first.isoformat(),
        "last": covered.last.isoformat(),
        "uses": {use: plain(found) for use, found in counted.items()},
    }
