"""The command `beffroi`.

Each command is a module of this package that holds a Typer named `app`: named, it becomes a group
(`beffroi ledger verify`); nameless, its commands join the root (`beffroi watch`). Only the module
that was asked for is imported, so that `beffroi ledger` never waits for an inference library.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Final

import typer

from beffroi import __version__
from beffroi.errors import Actor, BeffroiError

COMMANDS: Final = (
    "demo",
    "serve",
    "watch",
    "evaluate",
    "bias",
    "data",
    "train",
    "simulate",
    "models",
    "camera",
    "definition",
    "doctrine",
    "use",
    "tune",
    "act",
    "consultation",
    "impact",
    "mandate",
    "account",
    "alert",
    "ledger",
    "clock",
    "doctor",
)

TRACEBACK: Final = "BEFFROI_TRACEBACK"
"""Set to 1 by a developer who wants to see where an unexpected error comes from."""

MUST_ACT: Final = {
    Actor.USER: "",
    Actor.OPERATOR: " [for the operator]",
    Actor.ADMINISTRATOR: " [for the administrator]",
    Actor.DEVELOPER: " [for the developers: please report it]",
}


def application(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """The Typer application with these commands."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        callback=_root,
    )
    for command in commands:
        app.add_typer(import_module(f"{__name__}.{command}").app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; errors become one line that says who must act, never a traceback.

    Exits with 0 on success, 1 on any failure, 2 on wrong usage, 130 when interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    wanted = given[:1] if given and given[0] in COMMANDS else COMMANDS
    try:
        application(wanted)(given, prog_name="beffroi")
    except BeffroiError as error:
        _fail(f"{error.message}{MUST_ACT[error.actor]}")
    except Exception as error:
        if os.environ.get(TRACEBACK) == "1":
            raise
        if isinstance(error, OSError) and error.filename:
            _fail(f"{error.filename}: {error.strerror}.")
        kind = type(error).__name__
        _fail(f"Unexpected error, {kind}: {error}{MUST_ACT[Actor.DEVELOPER]}")


def _fail(message: str) -> None:
    typer.echo("beffroi: " + " ".join(message.splitlines()), err=True)
    raise SystemExit(1)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"beffroi {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Watches a city's cameras only for the events its council has authorised.

    A person decides; anyone can check.

    Example: `beffroi demo`
    """
