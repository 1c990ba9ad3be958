"""What is printed for people who have no screen: the notice of a use, the sign for its street.

Both tell the public what was decided, so anybody may have them.
"""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from beffroi.errors import BadInput
from beffroi.mandate.notices.notice import notice
from beffroi.mandate.notices.press import to_pdf
from beffroi.mandate.notices.sign import sign
from beffroi.store.base import Json
from beffroi.web.access import PUBLIC
from beffroi.web.posted import download
from beffroi.web.render import language_of
from beffroi.web.site import site_of
from beffroi.words import Language

router = APIRouter(prefix="/uses/{use_id}", dependencies=[PUBLIC])

Content = Callable[[Session, str, Language, datetime], Json]


@router.get("/notice.pdf")
def notice_on_paper(request: Request, use_id: str) -> Response:
    """The notice of a use that was voted on, as an accessible PDF."""
    return _printed(request, "notice", notice, use_id)


@router.get("/sign.pdf")
def sign_on_paper(request: Request, use_id: str) -> Response:
    """The sign for the street of a published use, as an accessible PDF."""
    return _printed(request, "sign", sign, use_id)


def _printed(request: Request, template: str, say: Content, use_id: str) -> Response:
    site = site_of(request)
    now = site.clock.now()
    with site.database.read() as session:
        try:
            said = say(session, use_id, language_of(request).code, now)
        except BadInput as error:
            # No such use, or nothing to announce yet: to the public that is the same.
            raise HTTPException(404) from error
    return download(to_pdf(template, said, now), "application/pdf", f"{template}-{use_id}.pdf")
