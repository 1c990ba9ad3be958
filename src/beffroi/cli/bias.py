"""`beffroi bias`: whether the pose model sees some people less well, on the synthetic city."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from beffroi.cli.options import AsJson, print_json
from beffroi.cli.watch import input_size
from beffroi.errors import BadInput
from beffroi.evaluation.bias import FACTORS, UNMEASURED, Gap, gaps
from beffroi.evaluation.bias_events import PLAYS, EventGap, event_gaps
from beffroi.evaluation.bias_page import as_page, shares, told
from beffroi.perception.inference import Inference
from beffroi.perception.models import Precision, variant
from beffroi.perception.perceive import Models

app = typer.Typer()


@app.command()
def bias(
    factor: Annotated[
        list[str] | None, typer.Option(help="A factor, e.g. `skin tone`; all unless given.")
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=1, max=100, help="Casts; each makes 32 pairs of pictures a factor.")
    ] = 6,
    size: Annotated[str, typer.Option(help="Input of the pose model, height x width.")] = "384x640",
    precision: Annotated[Precision, typer.Option(help="Arithmetic of the pose model.")] = "f32",
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 2,
    events: Annotated[
        bool,
        typer.Option(
            "--events",
            help="Play strikes, falls and intrusions too: two minutes a factor and cast.",
        ),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Write a page with the gaps drawn.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the same pictures of the synthetic city twice, one trait changed, and compare.

    Example: `beffroi bias --factor "skin tone" --factor clothes --report bias.html`
    """
    chosen = factor or list(FACTORS)
    for name in chosen:
        if name not in FACTORS:
            raise BadInput(f"There is no factor {name!r}; there are {', '.join(FACTORS)}.")
    pose = variant("movenet-multipose", input_size(size), precision)
    found: list[Gap] = []
    happened: list[EventGap] = []
    with (
        Inference([pose], threads=threads) as inference,
        Progress(console=Console(stderr=True)) as bars,
    ):
        # Casts that no rule and no threshold was chosen on.
        casts = range(61, 61 + seeds)
        factors = {name: FACTORS[name] for name in chosen}
        plays = PLAYS if events else {}
        bar = bars.add_task("Comparing", total=len(factors) * (1 + len(plays)))
        for gap in gaps(pose, inference, casts, factors):
            found.append(gap)
            bars.update(bar, advance=1, description=f"Compared {gap.factor}")
        for one in event_gaps(Models(pose), inference, casts, factors, plays):
            happened.append(one)
            bars.update(bar, advance=1, description=f"Compared {one.factor}, {one.event}")
    facts = {"model": pose.model.sha256, "size": size, "precision": precision, "seeds": seeds}
    if report is not None:
        report.write_text(as_page(found, facts, happened), encoding="utf-8")
    if as_json:
        rows: list[dict[str, Any]] = [asdict(gap) for gap in found]
        plays_rows = [asdict(one) for one in happened]
        print_json(
            {
                "synthetic": True,
                **facts,
                "unmeasured": UNMEASURED,
                "gaps": rows,
                "events": plays_rows,
            }
        )
    else:
        _print(found, happened)


def _print(found: list[Gap], happened: list[EventGap]) -> None:
    table = Table(
        "factor", "compared", "pairs", "found", "gap, 95 % interval", "joints off, % of height"
    )
    for gap in found:
        table.add_row(
            gap.factor,
            " → ".join(gap.traits),
            str(gap.pairs),
            f"{gap.found[0]:.3f} → {gap.found[1]:.3f}",
            told(gap.found_gap, ".3f"),
            told(gap.error_gap, ".2f"),
        )
    console = Console(highlight=False)
    console.print(table)
    if happened:
        console.print(_events(happened))
    console.print(f"Synthetic figures. Not measured: {', '.join(UNMEASURED)}.")


def _events(happened: list[EventGap]) -> Table:
    table = Table("factor", "event", "of", "found", "gap", "false an hour", "gap")
    for gap in happened:
        table.add_row(
            f"{gap.factor}: {gap.traits[1]}",
            gap.event,
            str(gap.events),
            shares(gap.found, 2),
            told(gap.found_gap, ".2f"),
            shares(gap.false, 1),
            told(gap.false_gap, ".1f"),
        )
    return table
