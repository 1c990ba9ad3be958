"""What a person does about an alert; every form works without a script."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from beffroi.alerts.life import Judgement, close_alert, hand_over, judge
from beffroi.errors import BadInput
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.rights import Permission
from beffroi.store.alerts import Alert
from beffroi.web.access import Visitor, acts
from beffroi.web.i18n import N_
from beffroi.web.render import is_partial
from beffroi.web.routes.console import answer
from beffroi.web.site import site_of

router = APIRouter(prefix="/console")

Reason = Annotated[str, Form(max_length=500)]


@router.post("/alerts/{alert_id}/judge")
def take_verdict(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.JUDGE)],
    alert_id: str,
    verdict: Annotated[Judgement, Form()],
    reason: Reason = "",
    note: Reason = "",
) -> Response:
    """Take a verdict."""
    site = site_of(request)
    with site.database.write() as session:
        judge(session, alert_id, verdict, stated(reason, note), visitor.account, site.clock)
    return _back(request, alert_id)


@router.post("/alerts/{alert_id}/hand-over")
def take_hand_over(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.HAND_OVER)],
    alert_id: str,
    channel: Annotated[str, Form()],
) -> Response:
    """Hand a confirmed alert over."""
    site = site_of(request)
    if channel not in {known.name for known in site.settings.handover.channels}:
        raise BadInput(N_("There is no such channel here: an administrator can set one up."))
    with site.database.write() as session:
        hand_over(session, alert_id, channel, visitor.account, site.clock)
    return _back(request, alert_id)


@router.post("/alerts/{alert_id}/close")
def take_close(
    request: Request, visitor: Annotated[Visitor, acts(Permission.JUDGE)], alert_id: str
) -> Response:
    """Put a judged alert away."""
    site = site_of(request)
    with site.database.write() as session:
        close_alert(session, alert_id, visitor.account, site.clock)
    return _back(request, alert_id)


@router.post("/alerts/{alert_id}/stop")
def take_stop(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.PAUSE_USE)],
    alert_id: str,
    reason: Reason = "",
    note: Reason = "",
) -> Response:
    """Stop the use of this alert on its camera."""
    site = site_of(request)
    with site.database.write() as session:
        alert = _alert(session, alert_id)
        pause(
            session,
            alert.use_id,
            alert.camera_id,
            stated(reason, note),
            actor=visitor.account.pseudonym,
            clock=site.clock,
        )
    return _back(request, alert_id)


@router.post("/cameras/{camera_id}/uses/{use_id}/resume")
def take_resume(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.RESUME_USE)],
    camera_id: str,
    use_id: str,
) -> Response:
    """Lift a stop."""
    site = site_of(request)
    with site.database.write() as session:
        resume(session, use_id, camera_id, actor=visitor.account.pseudonym, clock=site.clock)
    return RedirectResponse("/console/cameras", HTTPStatus.SEE_OTHER)


def stated(reason: str, note: str) -> str:
    """A reason that was picked and a note that was typed, as one text; either may be missing."""
    return " · ".join(text.strip() for text in (reason, note) if text.strip())


def _alert(session: Session, alert_id: str) -> Alert:
    alert = session.get(Alert, alert_id)
    if alert is None:
        raise BadInput(N_("There is no such alert."))
    return alert


def _back(request: Request, alert_id: str) -> Response:
    """The pane for htmx; for a plain form, the page again so that reloading repeats nothing."""
    if is_partial(request):
        return answer(request, alert_id)
    return RedirectResponse(f"/console/alerts/{alert_id}", HTTPStatus.SEE_OTHER)
