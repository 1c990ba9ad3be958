"""Local accounts, their one-time links, and how a browser remembers who signed in.

A stolen database opens no session: of the tokens of sessions and links only the SHA-256 is kept.
"""

import hashlib
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from beffroi.clock import Clock
from beffroi.errors import Actor, BadInput, NotAuthorised
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.rights import Permission, Role, abilities
from beffroi.store.accounts import Account, LoginLink, WebSession
from beffroi.web.i18n import N_
from beffroi.web.passwords import hash_password
from beffroi.words import say

SESSION_LIFE: Final = timedelta(hours=12)
LINK_LIFE: Final = timedelta(minutes=15)


def create_account(
    session: Session,
    *,
    login: str,
    name: str,
    role: Role,
    password: str | None,
    actor: str,
    clock: Clock,
) -> Account:
    """Enter a person who may sign in; without a password, by one-time links only.

    Raises:
        BadInput: The login is malformed or taken, or the password too short.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,62}", login):
        raise BadInput(
            say(
                "{login!r} cannot be a login: use two or more small letters, digits, dots or "
                "hyphens.",
                login=login,
            )
        )
    if session.scalars(select(Account).where(Account.login == login)).first() is not None:
        raise BadInput(say("There is already an account {login}.", login=login))
    account = Account(
        id=str(uuid.uuid4()),
        login=login,
        name=name.strip() or login,
        role=role.value,
        pseudonym=secrets.token_hex(16),
        password_hash=None if password is None else hash_password(password),
        active=True,
        created_at=clock.now(),
    )
    session.add(account)
    payload = {"account": account.pseudonym, "login": login, "role": role.value}
    append(session, Kind.ACCOUNT_CREATED, actor=actor, payload=payload, clock=clock)
    return account


def find_account(session: Session, login: str) -> Account:
    """The account of a login.

    Raises:
        BadInput: Nobody has this login.
    """
    account = session.scalars(select(Account).where(Account.login == login)).first()
    if account is None:
        raise BadInput(
            say("There is no account {login}; `beffroi account list` shows them all.", login=login)
        )
    return account


def list_accounts(session: Session) -> list[Account]:
    """Every account, by login, closed ones too."""
    return list(session.scalars(select(Account).order_by(Account.login)))


def list_administrators(session: Session) -> list[Account]:
    """The accounts that may manage accounts now."""
    return [a for a in list_accounts(session) if Permission.MANAGE_ACCOUNTS in abilities(a)]


def disable_account(session: Session, account: Account, *, actor: str, clock: Clock) -> None:
    """Close an account and every session and link of it, at once.

    Raises:
        BadInput: It is the last administrator's: nobody could manage accounts any more.
    """
    if list_administrators(session) == [account]:
        raise BadInput(
            say(
                "{login} is the last administrator: enter another one before closing this account.",
                login=account.login,
            )
        )
    account.active = False
    _sign_out_everywhere(session, account)
    payload = {"account": account.pseudonym, "active": False}
    append(session, Kind.ACCOUNT_CHANGED, actor=actor, payload=payload, clock=clock)


def set_password(
    session: Session, account: Account, password: str, *, actor: str, clock: Clock
) -> None:
    """Give an account a new password; whoever came in by the old one is signed out.

    Raises:
        BadInput: The password is too short, or the account is closed.
    """
    if not account.active:
        raise BadInput(say("The account {login} is closed.", login=account.login))
    account.password_hash = hash_password(password)
    _sign_out_everywhere(session, account)
    payload = {"account": account.pseudonym, "password": "set"}
    append(session, Kind.ACCOUNT_CHANGED, actor=actor, payload=payload, clock=clock)


def open_session(session: Session, account: Account, *, method: str, clock: Clock) -> str:
    """Sign an account in.

    Args:
        session: A write session.
        account: Who has proved to be who they are.
        method: ``password`` or ``link``, for the ledger.
        clock: Gives the time of the entry.

    Returns:
        The token for the browser's cookie; only its digest is kept here.
    """
    now = clock.now()
    session.execute(delete(WebSession).where(WebSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(token_digest=digest(token), account_id=account.id, expires_at=now + SESSION_LIFE)
    )
    payload = {"account": account.pseudonym, "method": method}
    append(session, Kind.SIGNED_IN, actor=account.pseudonym, payload=payload, clock=clock)
    return token


def close_session(session: Session, token: str) -> None:
    """Forget a browser."""
    session.execute(delete(WebSession).where(WebSession.token_digest == digest(token)))


def session_account(session: Session, token_digest: str, now: datetime) -> Account | None:
    """Whose browser this is, while the session lasts and the account is active."""
    return session.scalars(
        select(Account)
        .join(WebSession, WebSession.account_id == Account.id)
        .where(
            WebSession.token_digest == token_digest,
            *_lasting(WebSession.expires_at, now, SESSION_LIFE),
            Account.active,
        )
    ).first()


def _lasting(
    until: InstrumentedAttribute[datetime], now: datetime, life: timedelta
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Not over, and not begun under a clock that was ahead."""
    return until > now, until <= now + life


def create_link(session: Session, account: Account, clock: Clock, *, actor: str = SYSTEM) -> str:
    """A token that signs the account in once, within a quarter of an hour.

    Whoever holds it can sign in as that person, so that its making is recorded. The path is
    ``/login/<token>``.
    """
    now = clock.now()
    session.execute(delete(LoginLink).where(LoginLink.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginLink(
            token_digest=digest(token),
            account_id=account.id,
            expires_at=now + LINK_LIFE,
            used_at=None,
        )
    )
    payload = {"account": account.pseudonym, "link": "issued"}
    append(session, Kind.ACCOUNT_CHANGED, actor=actor, payload=payload, clock=clock)
    return token


def open_link(session: Session, token: str, clock: Clock) -> Account:
    """Whom a one-time link would sign in; it is not spent by that.

    Raises:
        NotAuthorised: Unknown, spent or out of time, without saying which.
    """
    found = session.execute(
        select(Account)
        .join(LoginLink, LoginLink.account_id == Account.id)
        .where(
            LoginLink.token_digest == digest(token),
            LoginLink.used_at.is_(None),
            *_lasting(LoginLink.expires_at, clock.now(), LINK_LIFE),
            Account.active,
        )
    ).scalar()
    if found is None:
        raise NotAuthorised(
            N_("This link was used already or is too old. Ask an administrator for a new one."),
            actor=Actor.ADMINISTRATOR,
        )
    return found


def use_link(session: Session, token: str, clock: Clock) -> Account:
    """Spend a one-time link.

    Raises:
        NotAuthorised: Unknown, spent or out of time, without saying which.
    """
    # Locked before it is looked at: of two who come at once, the second finds it spent.
    link = session.get(LoginLink, digest(token), with_for_update=True)
    account = open_link(session, token, clock)
    if link is not None:
        link.used_at = clock.now()
    return account


def digest(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _sign_out_everywhere(session: Session, account: Account) -> None:
    session.execute(delete(WebSession).where(WebSession.account_id == account.id))
    session.execute(delete(LoginLink).where(LoginLink.account_id == account.id))
