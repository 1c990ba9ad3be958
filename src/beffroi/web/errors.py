"""Errors as pages: what happened, what to do, who can; never a traceback."""

import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from beffroi.errors import Actor, BadInput, BeffroiError, NotAuthorised, Tampered, Unavailable
from beffroi.web.access import SignInNeeded
from beffroi.web.i18n import N_
from beffroi.web.render import is_partial, language_of, render
from beffroi.web.security import HEADERS
from beffroi.web.telling import tell

STATUSES: Final[tuple[tuple[type[BeffroiError], HTTPStatus], ...]] = (
    (SignInNeeded, HTTPStatus.UNAUTHORIZED),
    (BadInput, HTTPStatus.BAD_REQUEST),
    (NotAuthorised, HTTPStatus.FORBIDDEN),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Tampered, HTTPStatus.INTERNAL_SERVER_ERROR),
)
TITLES: Final = {
    HTTPStatus.BAD_REQUEST: N_("This cannot be done as asked"),
    HTTPStatus.UNAUTHORIZED: N_("Please sign in"),
    HTTPStatus.FORBIDDEN: N_("This is not allowed"),
    HTTPStatus.NOT_FOUND: N_("There is no such page"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Something is wrong here"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("Not available for the moment"),
}

COMMAND: Final = "`beffroi "
"""What a message names that is put right on the server itself, by whoever may sign in there."""

_log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Answer every error with a page."""
    app.add_exception_handler(BeffroiError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_malformed)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unknown)


def error_page(request: Request, status: int, message: str, actor: Actor) -> Response:
    """A page, or a piece of one, that says what happened and who can act."""
    if COMMAND in message and actor is Actor.USER:
        actor = Actor.ADMINISTRATOR
    known = HTTPStatus(status)
    return render(
        request,
        "_error.html" if is_partial(request) else "error.html",
        status=status,
        title=TITLES.get(known, TITLES[HTTPStatus.BAD_REQUEST]),
        message=tell(language_of(request), message),
        actor=actor.value,
    )


def _on_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, BeffroiError)  # noqa: S101 (how Starlette registers it)
    if isinstance(error, SignInNeeded) and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        sign_in = f"/login?next={quote(here)}"
        if is_partial(request):
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/login"})
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(sign_in, HTTPStatus.SEE_OTHER)
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    return error_page(request, status, error.message, error.actor)


def _on_malformed(request: Request, error: Exception) -> Response:
    message = N_("A value of this form is missing or cannot be used.")
    return error_page(request, HTTPStatus.BAD_REQUEST, message, Actor.USER)


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (how Starlette registers it)
    message = (
        N_("The address may be mistyped, or what it showed is gone.")
        if error.detail == HTTPStatus.NOT_FOUND.phrase
        else error.detail
    )
    return error_page(request, error.status_code, message, Actor.USER)


def _on_unknown(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    _log.error("web.fault", number=number, path=request.url.path, exc_info=error)
    message = language_of(request).gettext(
        N_("The fault is written in this server's log under the number %s.")
    )
    page = error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, message % number, Actor.DEVELOPER)
    # This page is made outside of all middleware.
    page.headers.update(HEADERS | {"Cache-Control": "no-store"})
    return page
