"""`beffroi evaluate`: how often the detectors are right, on anybody's labelled clips."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from beffroi.cli.watch import input_size
from beffroi.errors import BadInput
from beffroi.evaluation.recordings import Recordings, recordings_directory
from beffroi.evaluation.result import Result, as_page
from beffroi.evaluation.tasks import TASKS, evaluate
from beffroi.perception.models import Precision

app = typer.Typer()

ALL = "all"


@app.command("evaluate")
def evaluate_(
    task: Annotated[str, typer.Argument(help=f"{', '.join(TASKS)}, or all.")],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Labelled clips; see docs/figures.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Write a page with figures and curves.")
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to keep what the models saw; skeletons are personal data.",
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help="Input of the pose model, height x width; the task's own unless given."),
    ] = None,
    precision: Annotated[Precision, typer.Option(help="Arithmetic of the pose model.")] = "f32",
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
) -> None:
    """Measure the detectors on a folder of labelled clips, at the rate that their texts name.

    Example: `beffroi evaluate fall clips/ --json`
    """
    if task not in (*TASKS, ALL):
        raise BadInput(f"There is no task {task!r}; there are {', '.join(TASKS)} and all.")
    given = None if size is None else input_size(size)
    kept = recordings or recordings_directory()

    def judge(name: str) -> Result:
        seen = Recordings(kept, given or TASKS[name].size, threads, precision)
        return evaluate(name, folder, seen)

    results = list(_judge_all(folder, judge)) if task == ALL else [judge(task)]
    if report is not None:
        report.write_text(as_page(results), encoding="utf-8")
    if as_json:
        rows = [result.as_json() for result in results]
        shown = (
            [{**row, "folder": TASKS[row["task"]].folder} for row in rows]
            if task == ALL
            else rows[0]
        )
        typer.echo(json.dumps(shown, indent=1))
    else:
        _print(results)


def _judge_all(folder: Path, judge: Callable[[str], Result]) -> Iterator[Result]:
    """Every task whose files are there; what a folder lacks is said and costs no other task."""
    there = [name for name, each in TASKS.items() if (folder / each.folder / "labels.csv").exists()]
    if not there:
        wanted = ", ".join(f"{name}: {each.folder}" for name, each in TASKS.items())
        raise BadInput(f"{folder} has none of the folders ({wanted}).")
    for name in there:
        try:
            yield judge(name)
        except BadInput as error:
            typer.echo(f"{name} is left out: {error.message}", err=True)


def _print(results: list[Result]) -> None:
    console = Console(highlight=False)
    for result in results:
        table = Table("figure", "value", "95 % interval over scenes", title=result.task)
        for name, figure in result.figures.items():
            table.add_row(name, f"{figure.value:.3f}", figure.interval)
        console.print(table)
        untold = sum(judged.predicted is None for judged in result.files)
        console.print(f"{result.n} with truth" + (f", {untold} without" if untold else ""))
