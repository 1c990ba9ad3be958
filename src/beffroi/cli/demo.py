"""`beffroi demo`: the synthetic city, watched as a real one would be."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from beffroi.cli.installation import Installation, make_installation
from beffroi.cli.models import progress_bars
from beffroi.cli.options import DATA, Data
from beffroi.cli.station import fire_station
from beffroi.settings import Settings
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
    from beffroi.logs import configure, kept_in
    from beffroi.perception.models import install

    # Drawing four cameras is heavy work, and its people are large: a machine of two cores keeps
    # the voted rates with two processes and a smaller input.
    os.environ.setdefault("BEFFROI_ENGINE__HOSTS", "2")
    os.environ.setdefault("BEFFROI_ENGINE__POSE_INPUT", "[224, 384]")
    # Its people never tire: without this, a screen that nobody watches fills up within minutes.
    os.environ.setdefault("BEFFROI_ALERTS__PER_HOUR", "3")
    if port is not None:
        # The web server is a process of its own and reads the same settings.
        os.environ["BEFFROI_WEB__PORT"] = str(port)
    with progress_bars() as report:
        install(progress=report)
    site = make_installation(data)
    build_city(site)
    if init_only:
        typer.echo(f"The demo city is in {data}.")
        return

    started = site.clock.now()
    log = site.folder.path / "demo.log"
    with kept_in(log) as person, fire_station(site.folder) as station:
        configure()
        console = Console(file=person)

        def greet() -> None:
            clear_desk(site, started)
            console.rule("Belfort-les-Eaux, a city that does not exist")
            console.print(_welcome(site, data, station), soft_wrap=True)
            console.print(
                f"What the machine says is kept in {log}. Ctrl-C stops everything.", soft_wrap=True
            )

        # Read again, as its processes will: the station is one of the channels.
        settings = Settings.load(site.folder)
        serve(site.folder, settings, site.database, site.clock, greet)
        console.print("Stopped. The same command goes on with this city.")


def _welcome(site: Installation, data: Path, station: str) -> str:
    """What there is to do, with links that sign in."""
    web = site.settings.web
    with site.database.write() as session:
        operator, clerk, secretary = (
            f"http://{web.host}:{web.port}/login/"
            + create_link(session, find_account(session, login), site.clock)
            for login in ("operateur", "service-des-actes", "secretariat-du-conseil")
        )
    return (
        f"Open [bold]{operator}[/bold]\n"
        "It signs you in once, as an operator. An alert comes within two minutes.\n"
        f"What you confirm and hand over arrives at the fire station: {station}\n"
        "In a private window each, the town hall: a clerk records decisions,\n"
        f"  {clerk}\n"
        "and the council's secretary confirms them,\n"
        f"  {secretary}\n"
        f"To check it all:      {_command('ledger verify', data)}\n"
        f"To act by command:    {_command('account password admin', data)}"
    )


def _command(words: str, data: Path) -> str:
    """A command as it can be typed where this one was started."""
    beside = Path(sys.executable).with_name("beffroi")
    if beside.is_relative_to(Path.cwd()):
        beside = beside.relative_to(Path.cwd())
    name = "beffroi" if shutil.which("beffroi") else beside
    return f"{name} {words} --data {shlex.quote(str(data))}"
