"""What is printed for people who have no screen: the notice of a use, the sign for its street."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from beffroi.mandate.notices.notice import notice
from beffroi.mandate.notices.press import to_pdf
from beffroi.mandate.notices.sign import sign
from beffroi.store.base import Json
from beffroi.web.posted import download
from beffroi.web.render import language_of
from beffroi.web.routes.impact import Sees, subject_or_404
from beffroi.web.site import site_of
from beffroi.words import Language

router = APIRouter(prefix="/city/uses/{use_id}/print")

Address = Annotated[str, Query(max_length=500, pattern=r"^(https?://\S+)?$")]
Content = Callable[[Session, str, Language, datetime, str], Json]


@router.get("/notice.pdf")
def notice_on_paper(request: Request, visitor: Sees, use_id: str, url: Address = "") -> Response:
    """The notice of a use, as an accessible PDF; its code leads to `url`, else where it says."""
    return _printed(request, "notice", notice, use_id, url)


@router.get("/sign.pdf")
def sign_on_paper(request: Request, visitor: Sees, use_id: str, url: Address = "") -> Response:
    """The sign for the street, as an accessible PDF."""
    return _printed(request, "sign", sign, use_id, url)


def _printed(request: Request, template: str, say: Content, use_id: str, url: str) -> Response:
    site = site_of(request)
    now = site.clock.now()
    with site.database.read() as session:
        subject_or_404(session, use_id)
        said = say(session, use_id, language_of(request).code, now, url)
    return download(to_pdf(template, said, now), "application/pdf", f"{template}-{use_id}.pdf")
