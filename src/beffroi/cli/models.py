"""`beffroi models`: which models there are, installing them, and checking that they are intact."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.folder import DataFolder
from beffroi.perception import models
from beffroi.perception.models.fetch import Progress as Report

app = typer.Typer(name="models", no_args_is_help=True, help="List, install and verify the models.")

Manifest = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="These models alone, TOML; see docs/models. Else those of Beffroi "
        "and of models.toml in the data folder.",
    ),
]


@app.command("list")
def list_(as_json: AsJson = False, manifest: Manifest = None, data: Data = DATA) -> None:
    """List the models, who made them, and whether they are installed.

    Example: `beffroi models list --json`
    """
    rows = [
        {
            "name": status.model.name,
            "task": status.model.task,
            "title": status.model.title,
            "made_by": status.model.made_by,
            "country": status.model.country,
            "licence": status.model.licence,
            "trained_on": status.model.trained_on,
            "sizes": status.model.sizes,
            "sha256": status.model.sha256,
            "state": status.state,
            "path": status.path,
        }
        for status in models.list_models(models=_chosen(manifest, data))
    ]
    columns = ("name", "task", "made_by", "country", "licence", "state")
    print_rows(columns, rows, as_json=as_json, none="No models are known.", whole={"name"})


@app.command()
def install(data: Data = DATA) -> None:
    """Download, check and convert what is not installed yet, into the user's cache.

    A city's own models lie where its manifest says: they are checked, and never downloaded.

    Example: `beffroi models install`
    """
    with progress_bars() as report:
        installed = [status.model for status in models.install(progress=report)]
    names = ", ".join(model.name for model in (*installed, *_own(data)))
    typer.echo(f"Models installed and verified: {names}.", err=True)


@app.command()
def verify(manifest: Manifest = None, data: Data = DATA) -> None:
    """Check every model file against the hash that its manifest pins; fails if one differs.

    Example: `beffroi models verify`
    """
    for status in models.verify(models=_chosen(manifest, data)):
        typer.echo(f"{status.model.name} is intact: SHA-256 {status.model.sha256}")


def _chosen(manifest: Path | None, data: Path) -> tuple[models.Model, ...]:
    if manifest is not None:
        return models.own_models(manifest)
    return models.builtin_models() + _own(data)


def _own(data: Path) -> tuple[models.Model, ...]:
    manifest = DataFolder(data).models
    return models.own_models(manifest) if manifest.exists() else ()


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Bars on standard error, one a step, while the block runs; none if it has nothing to do.

    Where no terminal can draw them, a line for each quarter of a step.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _in_lines()
        return
    bars = Progress(console=console)
    tasks = {}

    def report(step: str, share: float) -> None:
        if step not in tasks:
            bars.start()
            tasks[step] = bars.add_task(step, total=1.0)
        bars.update(tasks[step], completed=share)

    try:
        yield report
    finally:
        if tasks:
            bars.stop()


def _in_lines() -> Report:
    told: dict[str, int] = {}

    def report(step: str, share: float) -> None:
        quarters = int(4 * share)
        if quarters > told.get(step, -1):
            told[step] = quarters
            typer.echo(f"{step}: {quarters * 25} %", err=True)

    return report
