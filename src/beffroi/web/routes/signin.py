"""Signing in and out."""

import re
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from beffroi.errors import NotAuthorised
from beffroi.mandate.rights import Permission, abilities
from beffroi.store.accounts import Account
from beffroi.web.access import COOKIE, PUBLIC, Visitor, acts
from beffroi.web.accounts import (
    SESSION_LIFE,
    close_session,
    open_link,
    open_session,
    use_link,
)
from beffroi.web.passwords import authenticate
from beffroi.web.render import render
from beffroi.web.site import site_of

router = APIRouter()

_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


@router.get("/login", dependencies=[PUBLIC])
def ask(request: Request, next: str = "") -> Response:  # noqa: A002 (its name in the address)
    """The form to sign in."""
    return render(request, "login.html", next=next, login="", refused="")


@router.post("/login", dependencies=[PUBLIC])
def sign_in(
    request: Request,
    login: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "",  # noqa: A002
) -> Response:
    """Check a password and open a session."""
    site = site_of(request)
    login = login.strip().lower()
    try:
        account = authenticate(site.database, login, password, _address(request), site.clock)
    except NotAuthorised as error:
        return render(
            request, "login.html", status=403, next=next, login=login, refused=error.message
        )
    with site.database.write() as session:
        token = _rotate(session, request, account, "password")
    landing = next if _LOCAL_PATH.fullmatch(next) else first_page(account)
    response = RedirectResponse(landing, HTTPStatus.SEE_OTHER)
    return _remember(request, response, token)


@router.get("/login/{token}", dependencies=[PUBLIC])
def follow_link(request: Request, token: str) -> Response:
    """Ask before a one-time link is spent: mail scanners and browsers follow links too."""
    site = site_of(request)
    with site.database.read() as session:
        account = open_link(session, token, site.clock)
    return render(request, "login_link.html", name=account.name)


@router.post("/login/{token}", dependencies=[PUBLIC])
def spend_link(request: Request, token: str) -> Response:
    """Sign in by a one-time link."""
    site = site_of(request)
    with site.database.write() as session:
        account = use_link(session, token, site.clock)
        cookie = _rotate(session, request, account, "link")
    response = RedirectResponse(first_page(account), HTTPStatus.SEE_OTHER)
    return _remember(request, response, cookie)


@router.post("/logout")
def sign_out(request: Request, visitor: Annotated[Visitor, acts(Permission.SIGN_IN)]) -> Response:
    """Close the session."""
    with site_of(request).database.write() as session:
        close_session(session, request.cookies[COOKIE])
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE)
    return response


def first_page(account: Account) -> str:
    """Where a person starts."""
    given = abilities(account)
    if Permission.SEE_ALERTS in given:
        return "/console"
    return "/city" if Permission.SEE_MANDATES in given else "/console/cameras"


def _rotate(session: Session, request: Request, account: Account, method: str) -> str:
    old = request.cookies.get(COOKIE)
    if old:
        close_session(session, old)
    return open_session(session, account, method=method, clock=site_of(request).clock)


def _remember(request: Request, response: Response, token: str) -> Response:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _address(request: Request) -> str:
    return "unknown" if request.client is None else request.client.host
