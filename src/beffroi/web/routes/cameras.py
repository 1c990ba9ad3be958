"""Cameras: how they do, how much was skipped, and the picture skeletons are drawn over."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from beffroi.mandate.rights import Permission
from beffroi.store.cameras import CameraBackground
from beffroi.web.access import Visitor, needs
from beffroi.web.camera_uses import read_camera_uses
from beffroi.web.cases import city_zone, read_cameras
from beffroi.web.render import render
from beffroi.web.site import site_of

router = APIRouter(prefix="/console/cameras")

_SIGNATURES = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))


@router.get("")
def list_all(
    request: Request, visitor: Annotated[Visitor, needs(Permission.SEE_CAMERAS)]
) -> Response:
    """Every camera in service."""
    site = site_of(request)
    with site.database.read() as session:
        return render(
            request,
            "cameras.html",
            cameras=read_cameras(session, site.clock),
            uses=read_camera_uses(session, site.clock),
            zone=city_zone(session),
        )


@router.get("/{camera_id}/background")
def background(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.WATCH_LIVE)],
    camera_id: str,
) -> Response:
    """The masked, blurred picture without people."""
    with site_of(request).database.read() as session:
        row = session.get(CameraBackground, camera_id)
    if row is None:
        raise HTTPException(404)
    kinds = (kind for head, kind in _SIGNATURES if row.picture.startswith(head))
    return Response(row.picture, media_type=next(kinds, "application/octet-stream"))
