"""What a command needs of an installation: its folder, settings, database, and who is acting."""

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy.orm import Session

from beffroi.cli.options import existing_folder
from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.folder import DataFolder, read_private
from beffroi.ledger.append import ORIGIN
from beffroi.mandate.rights import Permission, require
from beffroi.settings import Settings
from beffroi.store.accounts import Account
from beffroi.store.database import Database
from beffroi.store.migrations import upgrade
from beffroi.web.accounts import find_account
from beffroi.web.passwords import authenticate

PASSWORD_FILE: Final = "BEFFROI_PASSWORD_FILE"  # noqa: S105 (the name of a variable)
"""Names a file with the password of `--as`, for where there is no terminal."""

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="LOGIN",
        envvar="BEFFROI_AS",
        help="Your account; your password is asked, or read from the file that "
        "BEFFROI_PASSWORD_FILE names.",
    ),
]
"""`--as LOGIN`; give it the default None."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One city's installation on this machine."""

    folder: DataFolder
    settings: Settings
    database: Database
    clock: Clock

    def sign_in(self, login: str | None, permission: Permission) -> Account:
        """Who is at this command, once they have proved it.

        Raises:
            BadInput: Nobody named, no such account, or no way to ask for the password.
            NotAuthorised: The password is wrong or was never set, or the account may not do this.
        """
        if login is None:
            raise BadInput(
                "Say who you are with --as LOGIN; `beffroi account add` makes an account."
            )
        with self.database.read() as session:
            account = find_account(session, login)
        require(account, permission)
        if account.password_hash is None:
            raise NotAuthorised(
                f"The account {login} has no password to prove itself by; an administrator sets "
                f"one with `beffroi account password {login}`."
            )
        return authenticate(
            self.database, login, _password_of(login), f"command line of {os_user()}", self.clock
        )

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A write session whose ledger lines tell the command line, and who is at it."""
        with self.database.write() as session:
            session.info[ORIGIN] = origin()
            yield session

    @contextmanager
    def acting(
        self, login: str | None, permission: Permission
    ) -> Iterator[tuple[Session, Account]]:
        """A write session, and the account that acts in it, once it has proved who it is.

        Raises:
            BadInput: See `sign_in`.
            NotAuthorised: See `sign_in`.
        """
        signed_in = self.sign_in(login, permission)
        with self.writing() as session:
            account = session.get_one(Account, signed_in.id)
            require(account, permission)
            yield session, account


def origin() -> dict[str, str]:
    """Where what is done by a command comes from, for the ledger."""
    return {"through": "command line", "os_user": os_user()}


def open_installation(data: Path) -> Installation:
    """The installation in a folder that exists.

    Raises:
        BadInput: There is no such folder.
        Unavailable: Its database does not answer.
    """
    return _open(existing_folder(data))


def make_installation(data: Path) -> Installation:
    """The installation in a folder, made if there is none."""
    return _open(DataFolder(data).make())


def _open(folder: DataFolder) -> Installation:
    settings = Settings.load(folder)
    database = Database(settings.database_url)
    upgrade(database)
    return Installation(folder, settings, database, Clock())


def _password_of(login: str) -> str:
    if file := os.environ.get(PASSWORD_FILE):
        return read_private(Path(file))
    if not sys.stdin.isatty():
        raise BadInput(
            f"There is no terminal to ask for the password of {login}: name a file that holds it "
            f"in {PASSWORD_FILE}."
        )
    answer: str = typer.prompt(f"Password of {login}", hide_input=True)
    return answer


def os_user() -> str:
    """Who is signed in to the machine, by the kernel's word: the environment can say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"uid {os.getuid()}"
