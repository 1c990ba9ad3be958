"""How a person proves who they are: a password, kept as argon2id, and guesses that are slowed down.

Guessing is counted per login and per address; a one-time link from an administrator still gets a
person in who was locked out by somebody else's guesses.
"""

import secrets
import threading
from datetime import timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import Actor, BadInput, NotAuthorised
from beffroi.store.accounts import Account, LoginFailure
from beffroi.store.database import Database
from beffroi.web.i18n import N_
from beffroi.words import say

FAILURE_LIFE: Final = timedelta(minutes=15)
FAILURES_PER_LOGIN: Final = 5
FAILURES_PER_ADDRESS: Final = 20
PASSWORD_LENGTH: Final = (12, 1024)

_hasher = PasswordHasher()
# Each check takes 64 MiB: a burst of sign-ins must not take the machine's memory.
_checks = threading.BoundedSemaphore(2)
# Checked for logins that do not exist, so that they take as long as those that do.
_NOBODY: Final = _hasher.hash(secrets.token_urlsafe())


def authenticate(
    database: Database, login: str, password: str, address: str, clock: Clock
) -> Account:
    """Whose login and password these are.

    Args:
        database: Where the accounts are.
        login: As it was typed.
        password: The same.
        address: Where it was typed: guesses are counted for it.
        clock: Gives the time of the guess.

    Raises:
        NotAuthorised: They do not go together, or there were too many guesses.
    """
    with database.write() as session:
        _begin_attempt(session, login, address, clock)
        account = session.scalars(select(Account).where(Account.login == login)).first()
    # Outside any transaction: the check takes long, and a writer must not wait for it.
    if not check_password(account, password) or account is None:
        raise NotAuthorised(N_("This login and password do not go together."), actor=Actor.USER)
    with database.write() as session:
        _forgive_attempts(session, login, address)
    return account


def hash_password(password: str) -> str:
    """Argon2id of a password, with its salt and cost.

    Raises:
        BadInput: Too short to be worth keeping, or absurdly long.
    """
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise BadInput(
            say(
                "A password has at least {shortest} characters; a sentence is best.",
                shortest=shortest,
            )
        )
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


def _begin_attempt(session: Session, login: str, address: str, clock: Clock) -> None:
    """Count a sign-in as failed before it is checked, so that a burst cannot outrun the count.

    Raises:
        NotAuthorised: Too many failures for this login or from this address.
    """
    now = clock.now()
    # Those of a clock that was ahead would shut people out until it has come.
    over = or_(LoginFailure.at <= now - FAILURE_LIFE, LoginFailure.at > now)
    session.execute(delete(LoginFailure).where(over))
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


def _forgive_attempts(session: Session, login: str, address: str) -> None:
    """Take back the count of a sign-in that succeeded: all of the login, one of the address."""
    session.execute(delete(LoginFailure).where(LoginFailure.login == _by_login(login)))
    latest = select(func.max(LoginFailure.id)).where(LoginFailure.login == _by_address(address))
    session.execute(delete(LoginFailure).where(LoginFailure.id == latest.scalar_subquery()))


def _by_login(login: str) -> str:
    return login[:64]


def _by_address(address: str) -> str:
    # No login starts with an at sign, so the two kinds of key cannot meet.
    return f"@{address[:64]}"
