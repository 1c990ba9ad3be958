"""The evidence of an alert, decrypted for one answer and kept nowhere on the way."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from beffroi.alerts.vault import PIXELATED, SKELETONS
from beffroi.alerts.viewing import view, view_clear
from beffroi.mandate.rights import Permission
from beffroi.web.access import Visitor, acts, needs
from beffroi.web.routes.actions import Reason, stated
from beffroi.web.site import site_of

router = APIRouter(prefix="/console/alerts/{alert_id}")

_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


@router.get("/pixelated.mp4")
def pixelated(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.SEE_ALERTS)],
    alert_id: str,
    range: Annotated[str, Header()] = "",  # noqa: A002 (the header's name)
) -> Response:
    """The pixelated sequence."""
    return _part(_read(request, visitor, alert_id, PIXELATED), range)


@router.get("/skeletons.jsonl")
def skeletons(
    request: Request, visitor: Annotated[Visitor, needs(Permission.SEE_ALERTS)], alert_id: str
) -> Response:
    """The stick figures, one observation a line."""
    data = _read(request, visitor, alert_id, SKELETONS)
    return Response(data, media_type="application/jsonl")


@router.post("/clear")
def clear(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.VIEW_CLEAR)],
    alert_id: str,
    reason: Reason = "",
    note: Reason = "",
) -> Response:
    """The clear sequence, once its viewing is written in the ledger."""
    site = site_of(request)
    stated_reason = stated(reason, note)
    data = view_clear(
        site.database, site.vault, alert_id, stated_reason, visitor.account, site.clock
    )
    return Response(data, media_type="video/mp4")


def _read(request: Request, visitor: Visitor, alert_id: str, part: str) -> bytes:
    site = site_of(request)
    with site.database.read() as session:
        return view(session, site.vault, alert_id, part, visitor.account)


def _part(data: bytes, wanted: str) -> Response:
    """The whole, or the part from one byte to another that some players insist on."""
    asked = _RANGE.fullmatch(wanted)
    headers = {"Accept-Ranges": "bytes"}
    if asked is None or int(asked[1]) >= len(data):
        return Response(data, media_type="video/mp4", headers=headers)
    first = int(asked[1])
    last = min(int(asked[2] or len(data) - 1), len(data) - 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, media_type="video/mp4", headers=headers)
