"""`beffroi simulate`: film a scene of the synthetic city, with the truth about it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from beffroi.cli.options import DATA, Data
from beffroi.errors import BadInput
from beffroi.simulation import Scene, write_clip
from beffroi.simulation.weather import WEATHERS

app = typer.Typer()


@app.command()
def simulate(
    scene: Annotated[str, typer.Argument(help="Name of the scene, e.g. `square`.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The MP4 to write.")],
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The JSON to write: skeletons, boxes, events."),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Length of the clip.")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same people, same truth.")] = 0,
    weather: Annotated[
        str, typer.Option(help=f"What lies over it: {', '.join(WEATHERS)}.")
    ] = "clear",
    data: Data = DATA,
) -> None:
    """Film a scene of the synthetic city: no camera, no one filmed, and the truth is known.

    Nothing is written into the data folder of an installation.

    Example: `beffroi simulate square --seconds 30 --seed 1 --out clip.mp4 --truth truth.json`
    """
    for file in filter(None, (out, truth)):
        _keep_out(file, data)
    if weather not in WEATHERS:
        raise BadInput(f"There is no weather {weather!r}; there is {', '.join(WEATHERS)}.")
    stage = Scene.create(scene, seed, WEATHERS[weather])
    with Progress(console=Console(stderr=True)) as bars:
        bar = bars.add_task(f"Filming {scene}", total=None)
        write_clip(
            stage,
            seconds,
            out,
            truth,
            lambda done, frames: bars.update(bar, completed=done, total=frames),
        )


def _keep_out(file: Path, data: Path) -> None:
    """No film lies in the clear in a data folder, so that one found there is always a fault."""
    if file.absolute().is_relative_to(data.absolute()):
        raise BadInput(f"{file} lies in the data folder {data}: write films elsewhere.")
