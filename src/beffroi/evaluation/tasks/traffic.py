"""Films of roads: how many vehicles cross each line in each direction."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from beffroi.errors import BadInput
from beffroi.evaluation.figures import Figure, with_interval
from beffroi.evaluation.judging import configuration, films
from beffroi.evaluation.labels import Clip, read_labels, reading
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Counting, Point, Zones
from beffroi.events.registry import make
from beffroi.mandate.definition import Definition
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation

AXES: Final[Mapping[str, str]] = {"up": "y", "down": "y", "left": "x", "right": "x"}
"""Directions in the picture, and the axis that a line across them is a value of."""

_NEEDS: Final = frozenset({Need.OBJECTS})
_LINE: Final = re.compile(r"\s*([xy])\s*=\s*(\d+(?:\.\d+)?)\s*")

Gate = tuple[str, str]
"""A line and a direction, as the table of a film names them."""


def traffic(folder: Path, recordings: Recordings) -> Result:
    """Vehicles counted at each line and direction of `<clip>_line.csv`; `n` is their number.

    Its columns are `line` and `direction`, a row for each vehicle. A line is `y=216` or `x=300`,
    in pixels of the film; one that is named otherwise is taken for the middle of the picture. A
    direction is up, down, left or right.
    """
    (definition,) = choose_definitions(["traffic"], Zones())
    files, scenes, errors, lines = [], [], [], []
    stray = 0
    for clip in films(read_labels(folder, lambda _: True)):
        table = clip.path.with_name(f"{clip.path.stem}_line.csv")
        if not table.exists():
            files.append(Judged(clip.name, clip.label, None, None))
            continue
        true = _true(table)
        counted = _counted(definition, true, recordings.of(clip.path, definition.rate_hz, _NEEDS))
        off = [abs(counted[gate] - number) / number for gate, number in true.items()]
        errors += off
        scenes += [clip.scene] * len(off)
        stray += sum(number for gate, number in counted.items() if gate not in true)
        lines += _rows(clip, true, counted)
        total = float(sum(counted.values()))
        files.append(Judged(clip.name, clip.label, round(float(np.mean(off)), 4), total))
    if not errors:
        raise BadInput(f"{folder} has no crossings: no <clip>_line.csv beside a film.")
    of_gate = np.array(errors)
    figures = {
        "mean_abs_error": with_interval(
            "mean_abs_error", scenes, lambda at: float(of_gate[at].mean())
        ),
        "stray": Figure("stray", stray),
    }
    facts = {**configuration(definition, recordings), "lines": lines}
    return Result("traffic", len(errors), figures, facts, tuple(files))


def _true(table: Path) -> Counter[Gate]:
    with reading(table) as rows:
        true = Counter((row["line"], row["direction"].strip().lower()) for row in rows)
    for _, direction in true:
        if direction not in AXES:
            raise BadInput(f"{table.name}: {direction!r} is not one of {', '.join(AXES)}.")
    return true


def _counted(
    definition: Definition, true: Counter[Gate], seen: Sequence[Observation]
) -> Counter[Gate]:
    """What is counted at the lines of a table, in both directions of each."""
    size = seen[0].size if seen else (1, 1)
    gates = {
        (line, direction): _ends(line, direction, size)
        for line, named in true
        for direction, axis in AXES.items()
        if axis == AXES[named]
    }
    names = {f"line{number}": gate for number, gate in enumerate(gates)}
    detector = make(definition, Zones(lines={name: gates[gate] for name, gate in names.items()}))
    if not isinstance(detector, Counting):
        raise TypeError("traffic is counted by another detector")
    for observation in seen:
        detector.update(observation)
    counted: Counter[Gate] = Counter()
    for what, number in detector.take().items():
        kind, _, rest = what.partition(":")
        if kind == "passed":
            counted[names[rest.partition(":")[0]]] += number
    return counted


def _ends(line: str, direction: str, size: tuple[int, int]) -> tuple[Point, Point]:
    """The line that is crossed from its left to its right by whoever goes in a direction."""
    axis = AXES[direction]
    written = _LINE.fullmatch(line)
    if written is None:
        at = 0.5
    elif written[1] == axis:
        at = float(written[2]) / size["xy".index(axis)]
    else:
        raise BadInput(f"Nobody crosses the line {line} by going {direction}.")
    low, high = ((at, 0.0), (at, 1.0)) if axis == "x" else ((0.0, at), (1.0, at))
    return (low, high) if direction in ("down", "left") else (high, low)


def _rows(clip: Clip, true: Counter[Gate], counted: Counter[Gate]) -> list[dict[str, str | int]]:
    return [
        {
            "file": clip.name,
            "line": line,
            "direction": direction,
            "true": number,
            "counted": counted[line, direction],
        }
        for (line, direction), number in true.items()
    ]
