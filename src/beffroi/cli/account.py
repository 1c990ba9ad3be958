"""`beffroi account`: who may sign in, and one-time links for those who cannot."""

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from beffroi.cli.installation import As, Installation, make_installation, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.errors import BadInput
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.rights import Permission, Role, require
from beffroi.web.accounts import (
    create_account,
    create_link,
    disable_account,
    find_account,
    list_accounts,
    list_administrators,
)

app = typer.Typer(
    name="account",
    no_args_is_help=True,
    help="Say who may sign in, and give one-time links.",
)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Small letters, digits, hyphens.")]


@app.command()
def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="What the person is here for.")],
    name: Annotated[str, typer.Option(help="What colleagues call the person.")],
    link: Annotated[
        bool, typer.Option("--link", help="Print a one-time link instead of asking a password.")
    ] = False,
    acting: As = None,
    data: Data = DATA,
) -> None:
    """Enter a person who may sign in; the first account needs no --as.

    Example: `beffroi account add ada --role operator --name "Ada Martin" --link --as admin`
    """
    site = make_installation(data)
    password = None
    if not link:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with site.database.write() as session:
        actor = _actor(session, acting)
        account = create_account(
            session,
            login=login,
            name=name,
            role=role,
            password=password,
            actor=actor,
            clock=site.clock,
        )
        token = create_link(session, account, site.clock, actor=actor) if link else None
    typer.echo(f"{login} may sign in as {role}." if token is None else _address(site, token))


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
    with site.database.write() as session:
        account = find_account(session, login)
        if not account.active:
            raise BadInput(f"The account {login} is closed.")
        token = create_link(session, account, site.clock, actor=_actor(session, acting))
    typer.echo(_address(site, token))


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


def _actor(session: Session, acting: str | None) -> str:
    """Who manages accounts: nobody can be named before the first administrator exists."""
    if acting is None and not list_administrators(session):
        return SYSTEM
    if acting is None:
        raise BadInput("Say which administrator you are with --as LOGIN.")
    account = find_account(session, acting)
    require(account, Permission.MANAGE_ACCOUNTS)
    return account.pseudonym


def _address(site: Installation, token: str) -> str:
    web = site.settings.web
    return f"http://{web.host}:{web.port}/login/{token}"
