"""The console: queue, wall and the alert that is being judged."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from beffroi.alerts.life import State, show
from beffroi.mandate.rights import Permission
from beffroi.store.alerts import Alert
from beffroi.web.access import Visitor, needs
from beffroi.web.cases import Case, Queue, city_zone, read_cameras, read_case, read_queue
from beffroi.web.feed import ledger_tail
from beffroi.web.live import shown_state
from beffroi.web.render import is_partial, render
from beffroi.web.site import site_of
from beffroi.web.words import REASONS
from beffroi.words import say

router = APIRouter(prefix="/console")

SeesAlerts = Annotated[Visitor, needs(Permission.SEE_ALERTS)]


@router.get("")
def console(request: Request, visitor: SeesAlerts) -> Response:
    """The console with no alert open: the wall takes the room."""
    return answer(request, None)


@router.get("/queue")
def queue(request: Request, visitor: SeesAlerts, current: str = "") -> Response:
    """The queue alone, for a console that heard of news."""
    with site_of(request).database.read() as session:
        return render(request, "_queue.html", queue=read_queue(session), current=current)


@router.get("/next")
def following(request: Request, visitor: SeesAlerts, after: str = "") -> Response:
    """Go to the alert that comes after one in the queue, or to the first."""
    with site_of(request).database.read() as session:
        waiting = [item.alert.id for item in read_queue(session).waiting]
    at = waiting.index(after) + 1 if after in waiting else 0
    path = f"/console/alerts/{waiting[at % len(waiting)]}" if waiting else "/console"
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


@router.get("/alerts/{alert_id}")
def alert(request: Request, visitor: SeesAlerts, alert_id: str) -> Response:
    """Open an alert: from here on it counts as shown."""
    site = site_of(request)
    with site.database.read() as session:
        waiting = session.get(Alert, alert_id)
    if waiting is None:
        raise HTTPException(404, say("There is no alert {alert}.", alert=alert_id))
    if waiting.state == State.RAISED:
        with site.database.write() as session:
            show(session, alert_id, visitor.account, site.clock)
    return answer(request, alert_id)


def answer(request: Request, alert_id: str | None) -> Response:
    """The console with an alert open, or the pane alone where htmx asks for it."""
    site = site_of(request)
    with site.database.read() as session:
        case = None if alert_id is None else read_case(session, alert_id, site.clock.now())
        if is_partial(request):
            return _pane(request, case, read_queue(session))
        # Read first: what comes later than this position reaches the page as news.
        position = ledger_tail(session)
        return render(
            request,
            "console.html",
            case=case,
            channels=site.settings.handover.channels,
            cameras=read_cameras(session, site.clock),
            shown_state=shown_state,
            now=site.clock.now(),
            position=position,
            queue=read_queue(session),
            reasons=REASONS,
            current="" if case is None else case.alert.id,
            zone=city_zone(session) or "",
        )


def _pane(request: Request, case: Case | None, queue: Queue) -> Response:
    site = site_of(request)
    response = render(
        request,
        "_pane.html",
        case=case,
        channels=site.settings.handover.channels,
        queue=queue,
        reasons=REASONS,
    )
    path = "/console" if case is None else f"/console/alerts/{case.alert.id}"
    response.headers.update({"HX-Push-Url": path, "HX-Trigger": "queue-changed"})
    return response
