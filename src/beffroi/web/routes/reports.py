"""The weekly and the quarterly report, to be read, printed and counted again."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from beffroi.mandate.canonical import canonical
from beffroi.mandate.impact.document import Document
from beffroi.mandate.impact.period import Period, Span, period
from beffroi.mandate.impact.report import report
from beffroi.mandate.rights import Permission
from beffroi.store.base import Json
from beffroi.web.access import Visitor, needs
from beffroi.web.posted import download
from beffroi.web.render import language_of, render
from beffroi.web.site import site_of

router = APIRouter(prefix="/city/reports")

Sees = Annotated[Visitor, needs(Permission.SEE_MANDATES)]
ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Made:
    """A report.

    Args:
        covered: Its days.
        document: For people.
        numbers: For programs.
    """

    covered: Period
    document: Document
    numbers: Json

    @property
    def name(self) -> str:
        """Of its file, without the ending."""
        return f"{self.numbers['span']}-{self.covered.first}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report is wanted.

    Args:
        span: A week or a quarter.
        before: A day after it; today unless given.
        zone: IANA name; days are read in it.
    """

    span: Annotated[Span, Query()] = Span.WEEK
    before: Annotated[date | None, Query()] = None
    zone: Annotated[str, Query(max_length=64)] = ZONE


Which = Annotated[Asked, Depends()]


@router.get("")
def show(request: Request, visitor: Sees, asked: Which) -> Response:
    """The last whole week or quarter, or the one before a day."""
    return render(
        request,
        "duties/report.html",
        span=asked.span,
        spans=list(Span),
        before=asked.before or site_of(request).clock.now().date(),
        zone=asked.zone,
        made=_make(request, asked),
    )


@router.get("/report.html")
def on_paper(request: Request, visitor: Sees, asked: Which) -> Response:
    """A report, to be printed."""
    made = _make(request, asked)
    return download(made.document.to_html(), "text/html", f"{made.name}.html")


@router.get("/report.json")
def in_numbers(request: Request, visitor: Sees, asked: Which) -> Response:
    """Its numbers."""
    made = _make(request, asked)
    return download(canonical(made.numbers), "application/json", f"{made.name}.json")


def _make(request: Request, asked: Asked) -> Made:
    site = site_of(request)
    covered = period(asked.span, asked.before or site.clock.now().date(), asked.zone)
    with site.database.read() as session:
        document, numbers = report(session, asked.span, covered, language_of(request).code)
    return Made(covered, document, numbers)
