"""The risk register, the incidents that came of it, and by when an authority has to be told."""

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from beffroi.errors import BadInput
from beffroi.mandate.impact.risks import (
    IncidentKind,
    RiskLine,
    deadlines,
    record_incident,
    record_risk,
    register,
    report_incident,
)
from beffroi.mandate.rights import Permission
from beffroi.mandate.uses import list_uses
from beffroi.store.impact import Incident, Risk
from beffroi.web.access import Visitor, acts, needs
from beffroi.web.cases import city_zone
from beffroi.web.i18n import N_
from beffroi.web.posted import Typed, moment, status_of, whole
from beffroi.web.render import render
from beffroi.web.site import site_of

router = APIRouter(prefix="/city/risks")

Keeps = Annotated[Visitor, acts(Permission.KEEP_FILES)]


@router.get("")
def show(request: Request, visitor: Annotated[Visitor, needs(Permission.SEE_MANDATES)]) -> Response:
    """The risks, the gravest first, and what went wrong."""
    return _page(request)


@router.post("")
def take_risk(request: Request, visitor: Keeps, typed: Typed) -> Response:
    """Record a risk, or a new line of one."""
    site, values = site_of(request), _values(typed)
    try:
        line = RiskLine(
            name=values.get("name", ""),
            owner=values.get("owner", ""),
            measures=values.get("measures", ""),
            residual=whole(values.get("residual", "")),
            review_on=_day(values.get("review_on", "")),
            use_id=values.get("use") or None,
        )
        with site.database.write() as session:
            record_risk(session, line, actor=visitor.account.pseudonym, clock=site.clock)
    except BadInput as error:
        return _page(request, "risk", values, error)
    return _back()


@router.post("/incidents")
def take_incident(request: Request, visitor: Keeps, typed: Typed) -> Response:
    """Record that something went wrong."""
    site, values = site_of(request), _values(typed)
    try:
        kind = values.get("kind", "")
        if kind not in list(IncidentKind):
            raise BadInput(N_("Say what kind of incident it is."))
        with site.database.write() as session:
            record_incident(
                session,
                whole(values.get("risk", "")),
                IncidentKind(kind),
                values.get("text", ""),
                _moment(session, values.get("noticed_at", "")) or site.clock.now(),
                actor=visitor.account.pseudonym,
                clock=site.clock,
            )
    except BadInput as error:
        return _page(request, "incident", values, error)
    return _back()


@router.post("/incidents/{number}/reported")
def take_reported(request: Request, visitor: Keeps, number: str, typed: Typed) -> Response:
    """Record that an authority was told."""
    site, values = site_of(request), _values(typed)
    try:
        with site.database.write() as session:
            report_incident(
                session,
                whole(number),
                values.get("to", ""),
                _moment(session, values.get("at", "")) or site.clock.now(),
                actor=visitor.account.pseudonym,
                clock=site.clock,
            )
    except BadInput as error:
        return _page(request, f"reported-{number}", values, error)
    return _back()


def _page(
    request: Request,
    form: str = "",
    values: Mapping[str, str] | None = None,
    error: BadInput | None = None,
) -> Response:
    """The page, with what was typed in the form that could not be taken."""
    site = site_of(request)
    with site.database.read() as session:
        names = {risk.id: risk.name for risk in session.scalars(select(Risk))}
        incidents = session.scalars(select(Incident).order_by(Incident.noticed_at.desc()))
        return render(
            request,
            "risks/register.html",
            status=status_of(error),
            risks=register(session),
            waiting=deadlines(session),
            incidents=list(incidents),
            names=names,
            uses=[use.id for use in list_uses(session)],
            kinds=list(IncidentKind),
            now=site.clock.now(),
            zone=city_zone(session),
            form=form,
            values=values or {},
            error=error,
        )


def _values(typed: Typed) -> dict[str, str]:
    return {name: value.strip() for name, value in typed.items() if isinstance(value, str)}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(N_("Give the day on which the risk is looked at again.")) from error


def _moment(session: Session, text: str) -> datetime | None:
    """On the clocks of the city, in which the page shows it again."""
    return moment(text, city_zone(session))


def _back() -> Response:
    return RedirectResponse("/city/risks", HTTPStatus.SEE_OTHER)
