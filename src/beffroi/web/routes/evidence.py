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

_RANGE: Final = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


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
    headers = {"Accept-Ranges": "bytes"}
    end = len(data) - 1
    asked = _RANGE.fullmatch(wanted)
    first, last = (int(asked[1]), min(int(asked[2] or end), end)) if asked else (0, -1)
    if last < first:
        return Response(data, media_type="video/mp4", headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, media_type="video/mp4", headers=headers)
