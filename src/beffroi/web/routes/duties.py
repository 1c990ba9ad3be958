"""What is due when: a calendar read off the acts, to be ticked off, and as a file for an agenda."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from beffroi.errors import BadInput
from beffroi.mandate.impact.agenda import agenda
from beffroi.mandate.impact.duties import Duty
from beffroi.mandate.impact.ical import calendar
from beffroi.mandate.impact.reminders import done_marks, is_done, mark_done, reminders
from beffroi.mandate.rights import Permission
from beffroi.web.access import Visitor, acts, needs
from beffroi.web.i18n import N_
from beffroi.web.posted import download
from beffroi.web.render import language_of, render
from beffroi.web.site import site_of

router = APIRouter(prefix="/city/duties")

AHEAD_DAYS: Final = 120

Short = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Duties as people look at them.

    Args:
        late: Tasks whose day is over, the oldest first.
        soon: What wants attention by now.
        later: What follows; of what comes back, the next time.
        done: What was done, the latest first.
    """

    late: list[Duty]
    soon: list[Duty]
    later: list[Duty]
    done: list[Duty]


@router.get("")
def show(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_MANDATES)],
    days: Annotated[int, Query(ge=1, le=3650)] = AHEAD_DAYS,
) -> Response:
    """What is overdue, due soon, and due later."""
    site = site_of(request)
    now = site.clock.now()
    with site.database.read() as session:
        found, marks = agenda(session, now), done_marks(session)
    today = now.date()
    wanted = reminders(found, marks, today)
    return render(
        request,
        "duties/calendar.html",
        days=days,
        today=today,
        calendar=Calendar(
            late=[duty for duty in wanted if duty.due < today],
            soon=[duty for duty in wanted if duty.due >= today],
            later=_next_of_each(
                duty
                for duty in found
                if duty not in wanted
                and today <= duty.due <= today + timedelta(days=days)
                and not is_done(duty, marks)
            ),
            done=[duty for duty in found if is_done(duty, marks)][::-1],
        ),
    )


def pressing(session: Session, now: datetime) -> list[Duty]:
    """What is overdue or due soon, for the page on which people of the office start."""
    return reminders(agenda(session, now), done_marks(session), now.date())


@router.post("/done")
def take_done(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.KEEP_FILES)],
    duty: Short,
    due: Annotated[date, Form()],
    use: Short = "",
) -> Response:
    """Mark a duty as done."""
    site = site_of(request)
    with site.database.write() as session:
        found = [
            one
            for one in agenda(session, site.clock.now())
            if (one.key, one.due, one.use_id or "") == (duty, due, use)
        ]
        if not found:
            raise BadInput(N_("Nothing of the kind is due on that day any more."))
        mark_done(session, found[0], actor=visitor.account.pseudonym, clock=site.clock)
    return RedirectResponse("/city/duties", HTTPStatus.SEE_OTHER)


@router.get("/beffroi.ics")
def file(request: Request, visitor: Annotated[Visitor, needs(Permission.SEE_MANDATES)]) -> Response:
    """The duties as an iCalendar file."""
    site = site_of(request)
    now = site.clock.now()
    with site.database.read() as session:
        found, marks = agenda(session, now), done_marks(session)
    return download(
        calendar(found, marks, language_of(request).code, now), "text/calendar", "beffroi.ics"
    )


def _next_of_each(duties: Iterable[Duty]) -> list[Duty]:
    """Of what comes back week after week, the next time only."""
    following: dict[tuple[str | None, str], Duty] = {}
    for duty in duties:
        following.setdefault((duty.use_id, duty.key), duty)
    return list(following.values())
