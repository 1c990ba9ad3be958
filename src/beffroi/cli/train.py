"""`beffroi train`: learn again what a detector weighs, with the same seeds and the same bytes."""

import hashlib
import json
from pathlib import Path
from time import process_time
from typing import Annotated

import typer

from beffroi.cli.watch import input_size
from beffroi.evaluation.recordings import Recordings, recordings_directory
from beffroi.training import fire as flames
from beffroi.training.strike import Learnt
from beffroi.training.strike import train as learn

app = typer.Typer(name="train", no_args_is_help=True, help="Learn what a detector weighs.")


@app.command()
def strike(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Clips with a labels.csv; `fight` is looked for.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the model.")] = Path(
        "strike.json"
    ),
    recordings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to keep what the pose model saw."),
    ] = None,
    size: Annotated[str, typer.Option(help="Input of the pose model, height x width.")] = "288x512",
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
) -> None:
    """Learn from clips and synthetic scenes, and print figures out of fold.

    It needs scikit-learn: `pip install "beffroi[train]"`.

    Example: `beffroi train strike clips/ --out strike.json`
    """
    seen = Recordings(recordings or recordings_directory(), input_size(size), threads)
    began = process_time()
    learnt = learn(folder, seen, lambda step: typer.echo(step, err=True))
    out.write_bytes(learnt.weights)
    typer.echo(json.dumps(_shown(learnt) | _spent(began), indent=1))


@app.command()
def fire(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Pictures with a labels.csv; `fire…` is looked for."),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the model.")] = Path(
        "flames.onnx"
    ),
) -> None:
    """Learn what flames look like from pictures, and print figures out of fold.

    It needs scikit-learn: `pip install "beffroi[train]"`.

    Example: `beffroi train fire pictures/ --out flames.onnx`
    """
    began = process_time()
    learnt = flames.train(folder, lambda step: typer.echo(step, err=True))
    out.write_bytes(learnt.weights)
    shown = {
        "sha256": hashlib.sha256(learnt.weights).hexdigest(),
        "figures": {f.name: [f.value, f.low, f.high] for f in learnt.figures},
        "files": [
            {"file": clip.name, "label": clip.label, "score": round(float(score), 4)}
            for clip, score in zip(learnt.clips, learnt.scores, strict=True)
        ],
    }
    typer.echo(json.dumps(shown | _spent(began), indent=1))


def _spent(began: float) -> dict[str, object]:
    """What learning took: time, since a processor's energy can mostly be read by root alone."""
    return {"processor_s": round(process_time() - began)}


def _shown(learnt: Learnt) -> dict[str, object]:
    return {
        "sha256": hashlib.sha256(learnt.weights).hexdigest(),
        "threshold": round(learnt.threshold, 4),
        "figures": {
            given: {f.name: [f.value, f.low, f.high] for f in figures}
            for given, figures in learnt.figures.items()
        },
        "held_scenes": learnt.held,
        "files": [
            {"file": clip.name, "label": clip.label, "score": round(float(score), 4)}
            for clip, score in zip(learnt.clips, learnt.scores, strict=True)
        ],
    }
