"""`beffroi account`: who may sign in, and one-time links for those who cannot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from beffroi.cli.installation import As, Installation, make_installation, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.errors import BadInput
from beffroi.folder import read_private
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.rights import Permission, Role
from beffroi.web.accounts import (
    create_account,
    create_link,
    disable_account,
    find_account,
    list_accounts,
    list_administrators,
    set_password,
)

app = typer.Typer(
    name="account",
    no_args_is_help=True,
    help="Say who may sign in, set passwords, and give one-time links.",
)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Small letters, digits, hyphens.")]
NewPasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Holds the new password, which is asked otherwise."),
]


@app.command()
def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="What the person is here for.")],
    name: Annotated[str, typer.Option(help="What colleagues call the person.")],
    link: Annotated[
        bool, typer.Option("--link", help="Print a one-time link instead of asking a password.")
    ] = False,
    new_password_file: NewPasswordFile = None,
    acting: As = None,
    data: Data = DATA,
) -> None:
    """Enter a person who may sign in, and make the data folder if there is none.

    The first account is an administrator's and needs no --as; an administrator enters the others.

    Example: `beffroi account add ada --role operator --name "Ada Martin" --link --as admin`
    """
    site = make_installation(data)
    if role is not Role.ADMINISTRATOR:
        _require_administrator(site)
    chosen = None if link else _choose(login, new_password_file)
    with _managing(site, acting) as (session, actor):
        account = create_account(
            session,
            login=login,
            name=name,
            role=role,
            password=chosen,
            actor=actor,
            clock=site.clock,
        )
        token = create_link(session, account, site.clock, actor=actor) if link else None
    if token is None:
        typer.echo(f"{login} may sign in as {role}.")
    else:
        _print_link(site, token)


@app.command("list")
def list_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the accounts.

    Example: `beffroi account list --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        rows = [
            {
                "login": account.login,
                "name": account.name,
                "role": account.role,
                "active": account.active,
                "password": account.password_hash is not None,
                "pseudonym": account.pseudonym,
                "created_at": account.created_at,
            }
            for account in list_accounts(session)
        ]
    columns = ("login", "name", "role", "active", "pseudonym")
    print_rows(columns, rows, as_json=as_json, none="Nobody can sign in yet.")


@app.command()
def link(login: Login, acting: As = None, data: Data = DATA) -> None:
    """Print a link that signs a person in once, within a quarter of an hour; this is recorded.

    Whoever holds it signs in as that person, so only an administrator may ask for one.

    Example: `beffroi account link ada --as admin`
    """
    site = open_installation(data)
    with _managing(site, acting) as (session, actor):
        account = find_account(session, login)
        if not account.active:
            raise BadInput(f"The account {login} is closed.")
        token = create_link(session, account, site.clock, actor=actor)
    _print_link(site, token)


@app.command()
def password(
    login: Login,
    new_password_file: NewPasswordFile = None,
    acting: As = None,
    data: Data = DATA,
) -> None:
    """Set a password: an administrator anyone's, everybody their own; open sessions end.

    An administrator's needs no --as while no administrator has one.

    Example: `beffroi account password ada --as admin`
    """
    site = open_installation(data)
    chosen = _choose(login, new_password_file)
    with _setting_password(site, login, acting) as (session, actor):
        account = find_account(session, login)
        set_password(session, account, chosen, actor=actor, clock=site.clock)
    typer.echo(f"{login} has a new password.")


@app.command()
def disable(login: Login, acting: As = None, data: Data = DATA) -> None:
    """Close an account, its sessions and its links at once; what it did stays recorded.

    Example: `beffroi account disable ada --as admin`
    """
    site = open_installation(data)
    with site.acting(acting, Permission.MANAGE_ACCOUNTS) as (session, actor):
        account = find_account(session, login)
        disable_account(session, account, actor=actor.pseudonym, clock=site.clock)
    typer.echo(f"{login} can no longer sign in.")


def _require_administrator(site: Installation) -> None:
    """Refuse to begin with anybody else, before a password is asked in vain."""
    with site.database.read() as session:
        if list_administrators(session):
            return
    raise BadInput(
        "The first account must be an administrator's, who then enters the others: "
        '`beffroi account add LOGIN --role administrator --name "…"`.'
    )


@contextmanager
def _managing(site: Installation, acting: str | None) -> Iterator[tuple[Session, str]]:
    """A write session and who manages accounts in it: nobody, until an administrator exists."""
    if acting is not None:
        with site.acting(acting, Permission.MANAGE_ACCOUNTS) as (session, account):
            yield session, account.pseudonym
        return
    with site.writing() as session:
        if list_administrators(session):
            raise BadInput("Say which administrator you are with --as LOGIN.")
        yield session, SYSTEM


@contextmanager
def _setting_password(
    site: Installation, login: str, acting: str | None
) -> Iterator[tuple[Session, str]]:
    """The same for a password, which is one's own too, and which a first administrator lacks."""
    if acting is not None:
        permission = Permission.SIGN_IN if acting == login else Permission.MANAGE_ACCOUNTS
        with site.acting(acting, permission) as (session, account):
            yield session, account.pseudonym
        return
    with site.writing() as session:
        administrators = list_administrators(session)
        first = login in [one.login for one in administrators]
        if not first or any(one.password_hash for one in administrators):
            raise BadInput("Say with --as LOGIN which administrator you are, or that it is you.")
        yield session, SYSTEM


def _choose(login: str, file: Path | None) -> str:
    if file is not None:
        return read_private(file)
    chosen: str = typer.prompt(
        f"New password of {login}", hide_input=True, confirmation_prompt=True
    )
    return chosen


def _print_link(site: Installation, token: str) -> None:
    """The link alone goes to standard output, for whoever pipes it."""
    web, address = site.settings.web, site.folder.address
    # Where the running server answers, which may have been told another port.
    serving = address.read_text() if address.exists() else None
    typer.echo(f"{serving or f'http://{web.host}:{web.port}'}/login/{token}")
    if serving is None:
        typer.echo("It opens once `beffroi serve` runs, within a quarter of an hour.", err=True)
