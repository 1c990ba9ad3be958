"""Default deny: every route declares the permission it asks for, or that it is public.

`refuse_undeclared` runs when the application is made, so a route without a declaration does not
start, let alone answer.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Form
from fastapi.dependencies.models import Dependant
from starlette.exceptions import WebSocketException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from beffroi.errors import Actor, NotAuthorised
from beffroi.mandate.rights import Permission, abilities, require
from beffroi.store.accounts import Account
from beffroi.web.accounts import digest, session_account
from beffroi.web.i18n import N_
from beffroi.web.site import Site, site_of

COOKIE: Final = "beffroi_session"
_POLICY_VIOLATION: Final = 1008


class SignInNeeded(NotAuthorised):
    """Nobody is signed in on this browser, or no longer."""

    usual_actor = Actor.USER


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who has signed in on this browser.

    Args:
        account: As the database held it when the request came.
        session: Digest of the browser's token.
        csrf: What every form of this browser carries, so that no other site can post for it.
        abilities: What the account may do.
    """

    account: Account
    session: str
    csrf: str
    abilities: frozenset[Permission]

    def may(self, permission: str) -> bool:
        """Whether a template may offer something."""
        return permission in self.abilities

    def still_may(self, site: Site, permission: Permission) -> bool:
        """Ask the database again, for connections that outlive their first answer."""
        with site.database.read() as session:
            account = session_account(session, self.session, site.clock.now())
        return account is not None and permission in abilities(account)


def recognise(connection: HTTPConnection) -> Visitor | None:
    """Who sent this request, if anyone who has signed in."""
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    site = site_of(connection)
    with site.database.read() as session:
        account = session_account(session, digest(token), site.clock.now())
    if account is None:
        return None
    visitor = Visitor(account, digest(token), _csrf(token), abilities(account))
    connection.state.visitor = visitor
    return visitor


class Needs:
    """Lets in who has a permission.

    Args:
        permission: What is asked for.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, connection: HTTPConnection) -> Visitor:
        """Recognise the visitor, or refuse.

        Raises:
            SignInNeeded: Nobody is signed in.
            NotAuthorised: The account does not have the permission.
        """
        try:
            return self._admit(connection)
        except NotAuthorised as error:
            if connection.scope["type"] == "websocket":
                raise WebSocketException(_POLICY_VIOLATION, error.message) from error
            raise

    def _admit(self, connection: HTTPConnection) -> Visitor:
        visitor = recognise(connection)
        if visitor is None:
            raise SignInNeeded(N_("Sign in to see this page."))
        require(visitor.account, self.permission)
        return visitor


class Acts(Needs):
    """Lets in who has a permission and posts a form that this browser was given."""

    def __call__(self, connection: HTTPConnection, csrf: Annotated[str, Form()] = "") -> Visitor:
        """Recognise the visitor and the form, or refuse.

        Raises:
            SignInNeeded: Nobody is signed in.
            NotAuthorised: No permission, or a form that this browser was not given.
        """
        visitor = self._admit(connection)
        if not hmac.compare_digest(visitor.csrf.encode(), csrf.encode()):
            raise NotAuthorised(
                N_("This form is out of date: go back, load the page again and repeat."),
                actor=Actor.USER,
            )
        return visitor


def needs(permission: Permission) -> Any:
    """Declare what a page asks for."""
    return Depends(Needs(permission))


def acts(permission: Permission) -> Any:
    """Declare what a form asks for."""
    return Depends(Acts(permission))


def _open_to_all() -> None:
    """Anyone may."""


PUBLIC: Final = Depends(_open_to_all)
"""Declares a route that anyone may use."""


def declared(dependant: Dependant) -> Iterable[Callable[..., Any]]:
    """The declarations of a route: `Needs`, `Acts`, or the public one."""
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Needs) or dependency.call is _open_to_all:
            yield dependency.call


def refuse_undeclared(routes: Iterable[BaseRoute]) -> None:
    """Stop a programmer who forgot to say who may use a route.

    Raises:
        NotAuthorised: A route declares nothing, or two different things.
    """
    for route in routes:
        dependant = getattr(route, "dependant", None)
        if not isinstance(dependant, Dependant) or len(list(declared(dependant))) != 1:
            raise NotAuthorised(
                f"The route {getattr(route, 'path', route)} does not declare who may use it.",
                actor=Actor.DEVELOPER,
            )


def _csrf(token: str) -> str:
    # Derived, so that nothing more is kept; one way, so that a page never shows the token.
    return hashlib.sha256(b"form:" + token.encode()).hexdigest()
