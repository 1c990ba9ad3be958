"""`beffroi clock`: whether this machine's clock is believed, and a person's word that it is."""

import typer

from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json
from beffroi.mandate.rights import Permission
from beffroi.mandate.timekeeping import clock_doubt, confirm_clock

app = typer.Typer(
    name="clock",
    no_args_is_help=True,
    help="Whether this machine's clock is believed; what a wrong one erases is gone.",
)


@app.command()
def show(as_json: AsJson = False, data: Data = DATA) -> None:
    """Say whether the clock was seen to be set forward, and nobody has confirmed it.

    Example: `beffroi clock show`
    """
    site = open_installation(data)
    with site.database.read() as session:
        doubt = clock_doubt(session)
    now = site.clock.now()
    if as_json:
        print_json({"now": now, "doubted": doubt is not None, "ahead_s": doubt and doubt.ahead_s})
    elif doubt is None:
        typer.echo(f"{now:%Y-%m-%d %H:%M:%S} UTC; nobody doubts it.")
    else:
        typer.echo(
            f"{now:%Y-%m-%d %H:%M:%S} UTC; it was set forward by {doubt.ahead_s / 3600:.1f} hours. "
            "Nothing more is opened or erased until somebody runs `beffroi clock confirm`."
        )


@app.command()
def confirm(login: As = None, data: Data = DATA) -> None:
    """Say that the clock is right as it is now, after it was set forward or back.

    Look at another clock first: erasure, hours and dates follow this one from here on.

    Example: `beffroi clock confirm --as superviseur`
    """
    site = open_installation(data)
    with site.acting(login, Permission.CONFIRM_CLOCK) as (session, account):
        confirm_clock(session, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"{site.clock.now():%Y-%m-%d %H:%M:%S} UTC is confirmed.")
