"""What is due when: the duties of a use, read off its text, its acts and the procedure.

Nothing is typed in: change an act and the calendar follows.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from beffroi.mandate.doctrine.procedure import Procedure
from beffroi.mandate.impact.risks import deadlines, register
from beffroi.mandate.impact.subject import Subject
from beffroi.mandate.impact.texts import Data, Text, read


class Act(Protocol):
    """What the calendar reads of an act that counts."""

    @property
    def type(self) -> str:
        """Which decision."""

    @property
    def date(self) -> str:
        """Its day, ``YYYY-MM-DD``."""

    @property
    def details(self) -> Mapping[str, Any]:
        """What it says beside."""


class DutyText(Data):
    """What a duty is, whenever it falls due.

    Attributes:
        title: What has to be done.
        source: What asks for it.
        verified: Whether somebody has compared this row with that source.
        remind_days: How many days ahead one wants to hear of it.
        task: Whether somebody has to do something; else it comes about by itself that day.
    """

    title: Text
    source: str
    verified: bool
    remind_days: int
    task: bool = True


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to be done by one day.

    Args:
        name: Its name in the table of duties.
        due: Last day, included.
        text: What it is.
        use_id: The use that it belongs to, if it belongs to one.
        about: What it is about beside the use: a body, a risk, an incident.
    """

    name: str
    due: date
    text: DutyText
    use_id: str | None = None
    about: str = ""

    @property
    def key(self) -> str:
        """What tells it from others of the same use and day."""
        return f"{self.name}:{self.about}" if self.about else self.name


class _Table(Data):
    duties: Mapping[str, DutyText]


@cache
def table() -> Mapping[str, DutyText]:
    """Every kind of duty, by name."""
    return read("duties", _Table).duties


ENDINGS: Final = frozenset({"repeal", "withdrawal"})
CONSULTATION: Final = frozenset({"consultation_opened", "consultation_closed"})
LIMITS: Final[Mapping[str, str]] = {
    "authorisation": "until",
    "publication": "ends_at",
}
"""Acts that set an end, and where they say it."""

RENEWAL_DAYS: Final = 90
"""For evaluation, new study and vote, beside the consultation and the delay of publication."""


def use_duties(subject: Subject, acts: Sequence[Act], procedure: Procedure) -> list[Duty]:
    """The duties of a use, by day.

    Args:
        subject: The use and its dates.
        acts: Those that count, in their order.
        procedure: What the doctrines in force ask for.
    """
    found = [
        Duty(name, due, table()[name], subject.use_id)
        for name, due in (*_of_acts(acts), *_of_term(subject, acts, procedure))
    ]
    return sorted(found, key=lambda duty: (duty.due, duty.name))


def standing_duties(session: Session) -> list[Duty]:
    """The duties that come of risks and incidents, by day."""
    texts = table()
    found = [
        Duty(
            "risk_review",
            date.fromisoformat(risk.review_on),
            texts["risk_review"],
            risk.use_id,
            risk.name,
        )
        for risk in register(session)
    ]
    for one in deadlines(session):
        text = DutyText(
            title=one.timer.title,
            source=one.timer.source,
            verified=one.timer.verified,
            remind_days=texts["incident"].remind_days,
        )
        found.append(Duty("incident", one.at.date(), text, about=str(one.incident.id)))
    return sorted(found, key=lambda duty: (duty.due, duty.name, duty.about))


def _of_acts(acts: Sequence[Act]) -> Iterator[tuple[str, date]]:
    """What each act brings about by itself."""
    consultations = [act for act in acts if act.type in CONSULTATION]
    for act in acts:
        match act.type:
            case "consultation_opened" if act is consultations[-1]:
                yield "answer_contributions", _day(act.details["closes"])
                yield "close_consultation", _day(act.details["closes"]) + timedelta(days=1)
            case "authorisation" if act.details.get("until"):
                yield "authorisation_end", _day(act.details["until"])
            case "publication":
                yield "effect", _day(act.details["effect_on"])
                yield "contest_until", months_after(_day(act.date), 2)
                if act.details.get("ends_at"):
                    yield "urgency_end", _day(act.details["ends_at"])


def term(subject: Subject, acts: Sequence[Act]) -> tuple[date, date] | None:
    """First and last day of a use; None while it is not published.

    Its own end, the end of its authorisation or urgency and its repeal count: the first of them.
    """
    published = [act for act in acts if act.type == "publication"]
    if not published:
        return None
    effect = _day(published[-1].details["effect_on"])
    ends = [_local(subject, subject.ends_at - timedelta(microseconds=1))]
    ends += [_day(act.date) for act in acts if act.type in ENDINGS]
    ends += [
        _day(act.details[LIMITS[act.type]])
        for act in acts
        if act.type in LIMITS and act.details.get(LIMITS[act.type])
    ]
    return max(effect, _local(subject, subject.starts_at)), min(ends)


def _of_term(
    subject: Subject, acts: Sequence[Act], procedure: Procedure
) -> Iterator[tuple[str, date]]:
    """What comes back, or comes at the end, of a use that was published."""
    days = term(subject, acts)
    if days is None:
        return
    begin, stop = days
    done = {act.type for act in acts}
    yield "processing_record", begin
    if procedure.fria:
        yield "fria_notification", begin
    if procedure.worker_notice and "worker_notice" not in done:
        yield "worker_notice", begin
    if subject.mode == "shadow" and procedure.shadow_days:
        yield "shadow_evaluation", begin + timedelta(days=procedure.shadow_days)
    if procedure.dpia:
        yield from (("dpia_review", due) for due in _every_year(begin, stop))
    if procedure.compass:
        yield from (("compass_review", due) for due in _every_year(begin, stop))
    if done.isdisjoint(ENDINGS):
        yield "term_end", stop
        # A trial ends; whoever wants more drafts a live use.
        if subject.mode != "shadow":
            lead = procedure.consultation_days + procedure.publication_delay_days + RENEWAL_DAYS
            yield "renewal", max(begin, stop - timedelta(days=lead))


def report_duties(terms: Iterable[tuple[date, date]]) -> list[Duty]:
    """The reports on uses that a prefect authorised: one for all of them.

    Each falls due on the day after the week (from Monday) or quarter that it covers.

    Args:
        terms: First and last day of each such use.
    """
    due: dict[str, set[date]] = {"weekly_report": set(), "quarterly_report": set()}
    for begin, stop in terms:
        monday = begin - timedelta(days=begin.weekday())
        while monday <= stop:
            monday += timedelta(weeks=1)
            due["weekly_report"].add(monday)
        quarter = date(begin.year, 3 * ((begin.month - 1) // 3) + 1, 1)
        while quarter <= stop:
            quarter = months_after(quarter, 3)
            due["quarterly_report"].add(quarter)
    return [Duty(name, day, table()[name]) for name, days in due.items() for day in sorted(days)]


def _every_year(begin: date, stop: date) -> Iterator[date]:
    """A year after the begin, and so on up to and including `stop`."""
    years = 1
    while (due := months_after(begin, 12 * years)) <= stop:
        yield due
        years += 1


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(text: str) -> date:
    """The day of ``2026-11-22`` or of a time written in ISO 8601."""
    return datetime.fromisoformat(text).date()


def _local(subject: Subject, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(subject.timezone)).date()
