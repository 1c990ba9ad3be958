"""`beffroi demo`: the synthetic city, watched as a real one would be."""

import os
from typing import Annotated

import typer
from rich.console import Console

from beffroi.cli.checks import UNWITNESSED
from beffroi.cli.installation import make_installation
from beffroi.cli.models import progress_bars
from beffroi.cli.options import DATA, Data
from beffroi.web.accounts import create_link, find_account

app = typer.Typer()


@app.command()
def demo(
    data: Data = DATA,
    port: Annotated[int | None, typer.Option(help="TCP port of the command centre.")] = None,
    init_only: Annotated[
        bool, typer.Option("--init-only", help="Fill the data folder and stop there.")
    ] = False,
) -> None:
    """Run the command centre of a fictional city whose cameras see mannequins.

    Example: `beffroi demo --port 8765`
    """
    from beffroi.cli.city import build_city, clear_desk
    from beffroi.engine.server import serve
    from beffroi.logs import configure
    from beffroi.perception.models import install

    configure()
    # Drawing four cameras is heavy work, and its people are large: a machine of two cores keeps
    # the voted rates with two processes and a smaller input.
    os.environ.setdefault("BEFFROI_ENGINE__HOSTS", "2")
    os.environ.setdefault("BEFFROI_ENGINE__POSE_INPUT", "[224, 384]")
    # Its people never tire: without this, a screen that nobody watches fills up within minutes.
    os.environ.setdefault("BEFFROI_ALERTS__PER_HOUR", "3")
    if port is not None:
        # The web server is a process of its own and reads the same settings.
        os.environ["BEFFROI_WEB__PORT"] = str(port)
    console = Console(stderr=True)
    with progress_bars() as report:
        install(progress=report)
    site = make_installation(data)
    build_city(site)
    if init_only:
        typer.echo(f"The demo city is in {data}.")
        return

    started = site.clock.now()

    def greet() -> None:
        web = site.settings.web
        clear_desk(site, started)
        with site.database.write() as session:
            operator, clerk, secretary = (
                f"http://{web.host}:{web.port}/login/"
                + create_link(session, find_account(session, login), site.clock)
                for login in ("operateur", "secretariat", "greffe")
            )
        console.rule("Belfort-les-Eaux, a city that does not exist")
        console.print(
            f"Open [bold]{operator}[/bold]\n"
            "It signs you in once, as an operator. An alert comes within two minutes.\n"
            "In another browser, the town hall: a clerk records decisions,\n"
            f"  {clerk}\n"
            "and the council's secretary confirms them,\n"
            f"  {secretary}\n"
            f"To check it all:      beffroi ledger verify --data {data}\n"
            f"To act by command:    beffroi account password admin --data {data}\n"
            "Ctrl-C stops everything.",
            soft_wrap=True,
        )
        if not site.settings.ledger.witnesses:
            console.print(f"[yellow]{UNWITNESSED}[/]", soft_wrap=True)

    serve(site.folder, site.settings, site.database, site.clock, greet)
