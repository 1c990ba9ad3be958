"""Local accounts: how a person proves who they are, and how a browser remembers it.

A stolen database opens no session: passwords are kept as argon2id, session and link tokens as
their SHA-256 only. Guessing is slowed per login and per address; a one-time link from an
administrator still gets a person in who was locked out by somebody else's guesses.
"""

import hashlib
import re
import secrets
import threading
import uuid
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import Actor, BadInput, NotAuthorised
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.rights import Permission, Role, abilities
from beffroi.store.accounts import Account, LoginFailure, LoginLink, WebSession
from beffroi.web.i18n import N_

SESSION_LIFE: Final = timedelta(hours=12)
LINK_LIFE: Final = timedelta(minutes=15)
FAILURE_LIFE: Final = timedelta(minutes=15)
FAILURES_PER_LOGIN: Final = 5
FAILURES_PER_ADDRESS: Final = 20
PASSWORD_LENGTH: Final = (12, 1024)

_hasher = PasswordHasher()
# Each check takes 64 MiB: a burst of sign-ins must not take the machine's memory.
_checks = threading.BoundedSemaphore(2)
# Checked for logins that do not exist, so that they take as long as those that do.
_NOBODY: Final = _hasher.hash(secrets.token_urlsafe())


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
            f"{login!r} cannot be a login: use two or more small letters, digits, dots or hyphens."
        )
    if session.scalars(select(Account).where(Account.login == login)).first() is not None:
        raise BadInput(f"There is already an account {login}.")
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
        raise BadInput(f"There is no account {login}.")
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
            f"{account.login} is the last administrator: enter another one before closing this "
            "account."
        )
    account.active = False
    session.execute(delete(WebSession).where(WebSession.account_id == account.id))
    session.execute(delete(LoginLink).where(LoginLink.account_id == account.id))
    payload = {"account": account.pseudonym, "active": False}
    append(session, Kind.ACCOUNT_CHANGED, actor=actor, payload=payload, clock=clock)


def hash_password(password: str) -> str:
    """Argon2id of a password, with its salt and cost.

    Raises:
        BadInput: Too short to be worth keeping, or absurdly long.
    """
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise BadInput(f"A password has at least {shortest} characters; a sentence is best.")
    with _checks:
        return _hasher.hash(password)


def check_password(account: Account | None, password: str) -> bool:
    """Whether the password is the account's; takes as long when there is no such account."""
    known = account.password_hash if account is not None and account.active else None
    with _checks:
        try:
            _hasher.verify(known or _NOBODY, password[: PASSWORD_LENGTH[1]])
        except VerifyMismatchError:
            return False
    return known is not None


def begin_attempt(session: Session, login: str, address: str, clock: Clock) -> None:
    """Count a sign-in as failed before it is checked, so that a burst cannot outrun the count.

    Raises:
        NotAuthorised: Too many failures for this login or from this address.
    """
    now = clock.now()
    session.execute(delete(LoginFailure).where(LoginFailure.at <= now - FAILURE_LIFE))
    limits = {_by_login(login): FAILURES_PER_LOGIN, _by_address(address): FAILURES_PER_ADDRESS}
    for key, limit in limits.items():
        count = session.scalar(select(func.count()).where(LoginFailure.login == key))
        if (count or 0) >= limit:
            raise NotAuthorised(
                N_(
                    "Too many refused sign-ins. Wait a quarter of an hour, or ask an "
                    "administrator for a one-time link."
                ),
                actor=Actor.USER,
            )
        session.add(LoginFailure(login=key, at=now))


def forgive_attempts(session: Session, login: str, address: str) -> None:
    """Take back the count of a sign-in that succeeded: all of the login, one of the address."""
    session.execute(delete(LoginFailure).where(LoginFailure.login == _by_login(login)))
    latest = select(func.max(LoginFailure.id)).where(LoginFailure.login == _by_address(address))
    session.execute(delete(LoginFailure).where(LoginFailure.id == latest.scalar_subquery()))


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
            WebSession.expires_at > now,
            Account.active,
        )
    ).first()


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


def use_link(session: Session, token: str, clock: Clock) -> Account:
    """Spend a one-time link.

    Raises:
        NotAuthorised: Unknown, spent or out of time, without saying which.
    """
    link = session.get(LoginLink, digest(token), with_for_update=True)
    now = clock.now()
    account = None if link is None else session.get(Account, link.account_id)
    if link is None or link.used_at is not None or link.expires_at <= now:
        account = None
    if link is None or account is None or not account.active:
        raise NotAuthorised(
            N_("This link was used already or is too old. Ask an administrator for a new one."),
            actor=Actor.USER,
        )
    link.used_at = now
    return account


def digest(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _by_login(login: str) -> str:
    return login[:64]


def _by_address(address: str) -> str:
    # No login starts with an at sign, so the two kinds of key cannot meet.
    return f"@{address}"
