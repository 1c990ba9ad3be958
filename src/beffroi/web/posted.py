"""What forms bring that no list of parameters foresees, and what is handed out as a file."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from beffroi.errors import BeffroiError
from beffroi.mandate.impact.texts import Language as Tongue
from beffroi.web.errors import STATUSES
from beffroi.web.render import language_of


async def _typed(request: Request) -> FormData:
    return await request.form()


Typed = Annotated[FormData, Depends(_typed)]
"""Everything that a form brings, for forms whose fields are data."""


def lines(typed: FormData, name: str) -> list[str]:
    """The lines of a text area that say something."""
    return [line.strip() for line in str(typed.get(name, "")).splitlines() if line.strip()]


def status_of(error: BeffroiError | None) -> int:
    """With which status a form comes back."""
    if error is None:
        return HTTPStatus.OK
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def tongue_of(request: Request) -> Tongue:
    """In which of the two languages of the impact files a page speaks of them."""
    return "fr" if language_of(request).code == "fr" else "en"


def download(body: bytes | str, media_type: str, name: str) -> Response:
    """A file that a browser saves and never opens in this site's name."""
    return Response(
        body,
        media_type=media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
