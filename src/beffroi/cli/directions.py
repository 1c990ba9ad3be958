"""`beffroi use propose-direction`: which way most go in a zone. It changes nothing.

A direction is a line that a use draws and a council votes; what is learnt here only says where it
would lie, and how many go along.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json
from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.events.direction import Direction, Directions
from beffroi.events.registry import build, shipped_definitions
from beffroi.events.wrong_way import WrongWay, WrongWayParameters
from beffroi.mandate.definition import Definition, read_definition
from beffroi.mandate.impact.figures import Share
from beffroi.perception.observation import Observation

LEAST_WAYS: Final = 20
"""Fewer say too little."""
PREVAILS: Final = 0.8
"""Least share that must go along, by the lower end of its interval, for a direction to be one."""
WHOLE: Final = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def propose_direction(
    source: Annotated[
        str, typer.Argument(help="A film, `sim://road?seed=1`, or a camera that may be set up.")
    ],
    zones: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON with named zones; see `watch`.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long to look at most.")] = 600,
    definition: Annotated[
        Path | None,
        typer.Option(help="Whose ways count; those of the shipped definition unless given."),
    ] = None,
    size: Annotated[str, typer.Option(help="Input of the pose model, height x width.")] = "288x512",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write zones and directions, for `use add --zones`."),
    ] = None,
    as_json: AsJson = False,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Say which way most go in each zone, as a direction to be voted. Nothing changes.

    Example: `beffroi use propose-direction rue --zones lanes.json --as technicien`
    """
    from beffroi.evaluation.zones import read_zones

    drawn = Zones() if zones is None else read_zones(zones)
    text = _definition(definition)
    parameters = WrongWayParameters.model_validate(text.parameters)
    rings = drawn.forbidden or {"direction": drawn.area or WHOLE}
    directions = Directions(rings, parameters.kinds)
    for observation in _seen(source, text, size, seconds, login, data):
        directions.note(observation)
    found = directions.prevailing()
    if as_json:
        print_json([_row(zone, found.get(zone)) for zone in rings])
    else:
        _print(rings, found)
    if out is not None:
        _write(out, drawn, {zone: one for zone, one in found.items() if _prevails(one)})


def _seen(
    source: str, text: Definition, size: str, seconds: float, login: str | None, data: Path
) -> Iterator[Observation]:
    """Films and scenes are looked at in the laboratory, cameras under a logged commissioning."""
    from beffroi.cli.visiting import sign_in_to_visit
    from beffroi.cli.watch import input_size
    from beffroi.clock import Clock
    from beffroi.engine import setup
    from beffroi.evaluation.watch import laboratory_models, loaded, needed, observe
    from beffroi.perception.inference import Inference
    from beffroi.perception.perceive import Perception

    needs = needed([text], Zones())
    models = laboratory_models(needs, input_size(size))
    with Inference(loaded(models), threads=2) as inference:
        if "://" in source or Path(source).exists():
            film = observe(
                source, models, inference, needs=needs, rate_hz=text.rate_hz, clock=Clock()
            )
            for frame, observation in film:
                if frame.t > seconds:
                    return
                yield observation
        else:
            visit = sign_in_to_visit(open_installation(data), source, login)
            perception = Perception(source, models, inference, needs=needs)
            yield from setup.observe(visit, seconds, perception, text.rate_hz)


def _definition(path: Path | None) -> Definition:
    if path is None:
        return next(
            v.definition for v in shipped_definitions() if v.definition.event == "wrong_way"
        )
    voted = read_definition(path)
    if not isinstance(build(voted, Zones()), WrongWay):
        raise BadInput(f"{path} is not about a direction: its detector is no wrong_way.")
    return voted.definition


def _prevails(direction: Direction) -> bool:
    share = Share(direction.along, direction.ways)
    return direction.ways >= LEAST_WAYS and share.interval[0] >= PREVAILS


def _row(zone: str, direction: Direction | None) -> dict[str, Any]:
    if direction is None or direction.ways < LEAST_WAYS:
        return {"zone": zone, "fewer_than": LEAST_WAYS, "proposed": False}
    share = Share(direction.along, direction.ways)
    return {
        "zone": zone,
        "ways": direction.ways,
        "proposed": _prevails(direction),
        "line": direction.line,
        "along": direction.along,
        "share": round(share.value, 4),
        "interval_95": [round(end, 4) for end in share.interval],
    }


def _print(zones: Mapping[str, object], found: Mapping[str, Direction]) -> None:
    table = Table("zone", "from", "to", "go along", "95 % interval", "")
    for zone in zones:
        one = found.get(zone)
        if one is None or one.ways < LEAST_WAYS:
            # So few are not told apart: one of one would be somebody.
            table.add_row(zone, "", "", f"fewer than {LEAST_WAYS} went any way", "", "")
            continue
        share = Share(one.along, one.ways)
        low, high = share.interval
        table.add_row(
            zone,
            *(f"{x:.3f}, {y:.3f}" for x, y in one.line),
            f"{share.value:.2f} ({one.along} of {one.ways})",
            f"{low:.2f} to {high:.2f}",
            "proposed" if _prevails(one) else "",
        )
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"Proposed where at least {LEAST_WAYS} went some way and surely {PREVAILS:.0%} along. What "
        "most do is not yet what is allowed: a direction is drawn on a use, and voted."
    )


def _write(out: Path, drawn: Zones, proposed: Mapping[str, Direction]) -> None:
    if not proposed:
        raise BadInput("There is nothing to write: no direction prevails.")
    zones = {
        "area": drawn.area,
        "forbidden": {name: ring for name, ring in drawn.forbidden.items() if name in proposed},
        "lines": {name: one.line for name, one in proposed.items()},
    }
    try:
        with out.open("x", encoding="utf-8") as file:
            json.dump(zones, file)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
    typer.echo(f"{out} holds {len(proposed)} of them, for `beffroi use add --zones`.", err=True)
