"""What forms bring that no list of parameters foresees, and what is handed out as a file."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from beffroi.errors import BadInput, BeffroiError
from beffroi.mandate.hours import zone_of
from beffroi.mandate.procedure.documents import attach
from beffroi.web.access import Visitor
from beffroi.web.errors import STATUSES
from beffroi.web.i18n import N_
from beffroi.web.site import Site

_LONG: Final = 10
"""So many digits are more than any number here has, and than every database takes."""


async def _typed(request: Request) -> FormData:
    return await request.form()


Typed = Annotated[FormData, Depends(_typed)]
"""Everything that a form brings, for forms whose fields are data."""


def attached(site: Site, visitor: Visitor, typed: FormData) -> dict[str, str]:
    """Keep an attachment by itself, so that a form that comes back still holds it.

    One that no act takes within a day is dropped.

    Returns:
        What the form then carries in the place of the file; nothing if none was chosen.

    Raises:
        BadInput: Empty, too large, or of a kind that nobody could open later.
    """
    file = uploaded(typed, "file")
    if file is None:
        return {}
    with site.database.write() as session:
        kept = attach(
            session,
            file.filename or "",
            file.file.read(),
            actor=visitor.account.pseudonym,
            clock=site.clock,
        )
        return {"document": kept.digest, "document_name": kept.name}


def uploaded(typed: FormData, name: str) -> UploadFile | None:
    """A file that was chosen; None where the field was left blank."""
    file = typed.get(name)
    return file if isinstance(file, UploadFile) and file.filename else None


def lines(typed: FormData, name: str) -> list[str]:
    """The lines of a text area that say something."""
    return [line.strip() for line in str(typed.get(name, "")).splitlines() if line.strip()]


def whole(text: str) -> int:
    """A whole number that was picked from a list; 0, which numbers nothing, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONG else 0


def moment(text: str, zone: str | None) -> datetime | None:
    """A moment as a form gives it, on the clocks of a zone; None where it was left blank.

    Without a zone those of this machine are meant, as on the pages.

    Raises:
        BadInput: Not a day and an hour, or no such zone.
    """
    clocks = zone_of(zone) if zone else None
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(N_("Give a day and an hour, e.g. 2026-11-22T18:30.")) from error
    return (typed if typed.tzinfo else typed.replace(tzinfo=clocks)).astimezone(UTC)


def status_of(error: BeffroiError | None) -> int:
    """With which status a form comes back."""
    if error is None:
        return HTTPStatus.OK
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def download(body: bytes | str, media_type: str, name: str) -> Response:
    """A file that a browser saves and never opens in this site's name."""
    return Response(
        body,
        media_type=media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
