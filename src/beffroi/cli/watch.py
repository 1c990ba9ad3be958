"""`beffroi watch`: look for events in a local clip or a synthetic scene, in the laboratory."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from beffroi.capture.frame import Frame
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.evaluation.overlay import Overlay
from beffroi.evaluation.watch import (
    Summary,
    as_row,
    choose_definitions,
    laboratory_models,
    loaded,
    needed,
)
from beffroi.evaluation.watch import (
    watch as look,
)
from beffroi.evaluation.zones import read_zones
from beffroi.events.detector import Detection, Zones
from beffroi.perception.inference import Inference
from beffroi.perception.models import Precision
from beffroi.perception.observation import Observation

app = typer.Typer()


@app.command()
def watch(
    clip: Annotated[str, typer.Argument(help="A local video, or `sim://street?seed=1`.")],
    events: Annotated[
        str | None,
        typer.Option(help="Events, by comma; all that need no drawing unless given."),
    ] = None,
    zones: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON with forbidden zones, lines and an area."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one line a result.")] = False,
    save: Annotated[
        Path | None,
        typer.Option(metavar="MP4", help="Write skeletons over a blurred picture."),
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=1, max=30, help="Pictures analysed per second.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="Stop after this much; a scene has no end.")
    ] = None,
    size: Annotated[str, typer.Option(help="Input of the pose model, height x width.")] = "288x512",
    precision: Annotated[Precision, typer.Option(help="Arithmetic of the pose model.")] = "f32",
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EVENT.NAME=VALUE",
            help="Try another value than the definition's. It is the laboratory: nothing is voted.",
        ),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
) -> None:
    """Look for events in a clip, as the engine would, without mandate and without alerts.

    Example: `beffroi watch clip.mp4 --events fall --param fall.stay_ms=1000 --json`
    """
    if save is not None and not save.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {save.parent} to write {save.name} in.")
    if save is not None and save.exists() and save.resolve() == Path(clip).resolve():
        raise BadInput(f"{save} is the clip itself: name another file for the skeletons.")
    drawn = Zones() if zones is None else read_zones(zones)
    names = None if events is None else [name.strip() for name in events.split(",")]
    definitions = choose_definitions(names, drawn, dict(_split(item) for item in param or ()))
    models = laboratory_models(needed(definitions, drawn), input_size(size), precision)
    rate = rate or max(definition.rate_hz for definition in definitions)
    with ExitStack() as stack:
        inference = stack.enter_context(Inference(loaded(models), threads=threads))
        overlay = None if save is None else stack.enter_context(Overlay(save, rate))
        bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=save is None,
        )
        bar = stack.enter_context(bars).add_task(f"Watching {clip}", total=seconds)

        def see(frame: Frame, observation: Observation, found: list[Detection]) -> None:
            if overlay is not None:
                overlay(frame, observation, found)
            bars.update(bar, completed=frame.t)

        _print(
            look(
                clip, definitions, drawn, models, inference,
                clock=Clock(), rate_hz=rate, until_s=seconds, viewer=see,
            ),
            as_json,
            [definition.event for definition in definitions],
        )  # fmt: skip
    if save is not None:
        typer.echo(f"Wrote {save}.", err=True)


def _print(results: Iterator[Detection | Summary], as_json: bool, events: Sequence[str]) -> None:
    console = Console(highlight=False)
    for result in results:
        if as_json:
            typer.echo(json.dumps(as_row(result)))
        elif isinstance(result, Summary):
            for what, number in result.counted.items():
                console.print(f"{what}: {number}")
            console.print(
                f"Looked for {', '.join(events)}; {result.detections or 'nothing'} found in "
                f"{result.clip_s:.1f} s of video: "
                f"{result.frames_analysed} of {result.frames_in} frames analysed in "
                f"{result.seconds:.1f} s ({result.fps:.0f} a second)."
            )
        else:
            where = f" in {result.zone}" if result.zone else ""
            who = f", {result.count} concerned" if result.count else ""
            console.print(
                f"[bold]{result.event}[/bold] {max(result.start_t, 0):6.1f} to "
                f"{result.end_t:.1f} s{where}{who}, score {result.score:.2f}"
            )


def _split(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals or "." not in key:
        raise BadInput(f"{item!r} is not EVENT.NAME=VALUE, e.g. fall.stay_ms=1000.")
    return key, value


def input_size(text: str) -> tuple[int, int]:
    """Height and width from a text such as 288x512."""
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal()):
        raise BadInput(f"{text!r} is not a height and a width, e.g. 288x512.")
    return int(height), int(width)
