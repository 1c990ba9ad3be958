"""What a command needs of an installation: its folder, settings, database, and who is acting."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from beffroi.cli.options import existing_folder
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.folder import DataFolder
from beffroi.mandate.rights import Permission, require
from beffroi.settings import Settings
from beffroi.store.accounts import Account
from beffroi.store.database import Database
from beffroi.store.migrations import upgrade
from beffroi.web.accounts import find_account

As = Annotated[
    str | None,
    typer.Option("--as", metavar="LOGIN", envvar="BEFFROI_AS", help="Your account, recorded."),
]
"""`--as LOGIN`; give it the default None."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One city's installation on this machine."""

    folder: DataFolder
    settings: Settings
    database: Database
    clock: Clock

    @contextmanager
    def acting(
        self, login: str | None, permission: Permission
    ) -> Iterator[tuple[Session, Account]]:
        """A write session, and the account that acts in it.

        Raises:
            BadInput: Nobody named, or no such account.
            NotAuthorised: The account may not do this.
        """
        if login is None:
            raise BadInput(
                "Say who you are with --as LOGIN; `beffroi account add` makes an account."
            )
        with self.database.write() as session:
            account = find_account(session, login)
            require(account, permission)
            yield session, account


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


def os_user() -> str:
    """Who is signed in to the machine, recorded beside the account."""
    return getpass.getuser()
