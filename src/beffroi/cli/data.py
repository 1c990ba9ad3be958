"""`beffroi data`: the public clips behind the published figures, and whether a folder has them."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from beffroi.cli.options import AsJson, print_rows
from beffroi.errors import Tampered
from beffroi.evaluation.collection import State, public_files
from beffroi.evaluation.collection import verify as compare

app = typer.Typer(
    name="data", no_args_is_help=True, help="The public clips that figures are measured on."
)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the public files: source, licence, SHA-256. None of them ships with Beffroi.

    Example: `beffroi data list --json`
    """
    rows = [
        {
            "file": each.file,
            "label": each.label,
            "scene": each.scene,
            "source": each.source,
            "licence": each.licence,
            "sha256": each.sha256,
            "split": each.split,
        }
        for each in public_files()
    ]
    columns = ("file", "label", "source", "licence")
    print_rows(columns, rows, as_json=as_json, none="No public files are listed.")


@app.command()
def verify(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", envvar="BEFFROI_REAL_DATA", help="Where the files lie."),
    ],
) -> None:
    """Check a folder against the list; fails if a file is missing or another than was measured.

    Example: `beffroi data verify clips/`
    """
    faults = []
    with Progress(console=Console(stderr=True)) as bars:
        for listed, state in bars.track(
            compare(folder), total=len(public_files()), description="Checking"
        ):
            if state is not State.INTACT:
                faults.append((state, listed.file))
    if faults:
        for state, file in faults:
            typer.echo(f"{state}: {file}", err=True)
        count = Counter(state for state, _ in faults)
        raise Tampered(
            f"{count[State.MISSING]} files are missing and {count[State.ALTERED]} are not those "
            "that the figures were measured on; figures from this folder are others."
        )
    typer.echo(f"{len(public_files())} files are those that the figures were measured on.")
