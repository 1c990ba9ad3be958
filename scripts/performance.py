"""Write docs/performance.md and its plots from one run of the benchmarks.

`make performance` runs them and keeps what they found in docs/performance/results.json; without
`--latest` the page is written again from that file. A test fails when the page is stale.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from scripts.drawing import Series, bars, lines, number

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "performance.md"
FOLDER: Final = ROOT / "docs" / "performance"
RESULTS: Final = FOLDER / "results.json"
NOTES: Final = FOLDER / "notes.yaml"
FOUND: Final = (ROOT / "benchmarks" / "latest.json", ROOT / "benchmarks" / "series.json")

FILMS: Final = ("busy", "empty", "light", "dense")
WATCHERS: Final = {"tracks": "Beffroi", "peer_threads": "threads", "peer_processes": "processes"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """File name, what it shows, the SVG, and the same as a table."""

    name: str
    title: str
    drawing: str
    table: str


def pages() -> dict[Path, str]:
    """Everything that is generated, by path."""
    found: Row = json.loads(RESULTS.read_text(encoding="utf-8"))
    notes: Row = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    parts = [notes["before"], _machine(found), _targets(notes["targets"], found)]
    drawn: dict[Path, str] = {}
    for section in notes["sections"]:
        known = {name: said for name, said in section["figures"].items() if name in found}
        if not known:
            continue
        rows = [[said, _shown(found, name)] for name, said in known.items()]
        parts += [f"## {section['title']}", section["said"], _table(["figure", "measured"], rows)]
        for plot in DRAWINGS[section["drawing"]](found) if "drawing" in section else ():
            drawn[FOLDER / f"{plot.name}.svg"] = plot.drawing
            parts += [f"![{plot.title}](performance/{plot.name}.svg)", plot.table]
    parts.append(notes["after"])
    return {PAGE: "\n\n".join(part.strip() for part in parts) + "\n", **drawn}


def _machine(found: Row) -> str:
    return (
        f"Measured at commit `{found['commit']}` on {found['cores']} cores of "
        f"{found['processor']}, {found['memory_gb']} GB of memory, {found['system']}, "
        f"Python {found['python']}, OpenVINO {found['openvino']}; pose model "
        f"`{found['pose_digest'][:12]}` in {found['pose_input']}. Load of the machine before the "
        f"run: {found['load_before']}. All figures as they came: "
        "[results.json](performance/results.json)."
    )


def _targets(targets: Sequence[Row], found: Row) -> str:
    values = [found.get(target["figure"]) for target in targets]
    rows = [
        [target["of"], _told(value), _aim(target), _met(target, value)]
        for target, value in zip(targets, values, strict=True)
    ]
    return _table(["ratio", "measured", "target", ""], rows)


def _aim(target: Row) -> str:
    if "least" in target:
        return f"≥ {target['least']}"
    return f"≤ {target['most']}" if "most" in target else "published"


def _met(target: Row, value: float | None) -> str:
    if value is None or not {"least", "most"} & target.keys():
        return ""
    met = value >= target["least"] if "least" in target else value <= target["most"]
    return "reached" if met else "**not reached**"


def _shown(found: Row, name: str) -> str:
    spread = found.get(f"{name}_spread")
    return _told(found[name]) + ("" if spread is None else f" ± {spread:.0%}".replace("%", " %"))


def _told(value: float | None) -> str:
    return "not measured" if value is None else number(value)


def _table(names: Sequence[str], rows: Sequence[Sequence[float | str]]) -> str:
    told = ([cell if isinstance(cell, str) else _told(cell) for cell in row] for row in rows)
    drawn = [list(names), ["---"] * len(names), *told]
    return "\n".join(f"| {' | '.join(row)} |" for row in drawn)


def _curve(name: str, title: str, across: str, unit: str, series: Series) -> Plot:
    xs = [x for x, _ in next(iter(series.values()))]
    rows = [[x, *(dict(points)[x] for points in series.values())] for x in xs]
    names = [said if said == unit else f"{said}, {unit}" for said in series]
    table = _table([across, *names], rows)
    return Plot(name, title, lines(title, across, unit, series), table)


def _peers(found: Row) -> Iterator[Plot]:
    if found["peers_missing"] is not None:
        return
    title = "Processor seconds per camera-second, by what the camera sees"
    values = {
        film: {
            said: found[f"{name}_s" if film == "busy" else f"{name}_{film}_s"]
            for name, said in WATCHERS.items()
        }
        for film in FILMS
    }
    rows = [[film, *each.values()] for film, each in values.items()]
    drawing = bars(title, "processor seconds per camera-second", values)
    yield Plot("peers", title, drawing, _table(["film", *WATCHERS.values()], rows))


def _capacity(found: Row) -> Iterator[Plot]:
    for name, title, unit, field in (
        ("capacity", "Processors in use, by cameras at work", "processors", "busy"),
        ("late", "Share of pictures that were late, by cameras at work", "share", "late"),
        ("memory", "Memory of all processes, by cameras at work", "MB", "memory_mb"),
    ):
        points = sorted((step["cameras"], step[field]) for step in found["capacity_steps"])
        yield _curve(name, title, "cameras", unit, {unit: points})


def _growth(found: Row) -> Iterator[Plot]:
    unit = "processor seconds per camera-second"
    for name, across in (("people", "people in the picture"), ("events", "events in force")):
        points = [(point[name], point["camera_s"]) for point in found[f"growth_{name}"]]
        title = f"Cost of a camera, by {across}"
        yield _curve(f"growth-{name}", title, across, unit, {unit: points})
    title = "Deciding which cameras may be opened, by cameras in service"
    points = [(point["cameras"], point["gate_ms"]) for point in found["growth_cameras"]]
    yield _curve("growth-cameras", title, "cameras in service", "ms", {"ms": points})
    title = "Raising an alert and reading the queue, by alerts in the database"
    series = {
        said: [(point["alerts"], point[field]) for point in found["growth_alerts"]]
        for said, field in (("raising", "raise_ms"), ("reading", "queue_ms"))
    }
    yield _curve("growth-alerts", title, "alerts in the database", "ms", series)


def _overload(found: Row) -> Iterator[Plot]:
    title = "Memory of all processes at three times the load"
    points = [(sample["t"], sample["memory_mb"]) for sample in found["overload_samples"]]
    yield _curve("overload", title, "seconds", "MB", {"MB": points})


DRAWINGS: Final[Mapping[str, Callable[[Row], Iterator[Plot]]]] = {
    "peers": _peers,
    "capacity": _capacity,
    "growth": _growth,
    "overload": _overload,
}


def main() -> None:
    """Take over the latest run if asked, then write every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latest", action="store_true", help="Publish the latest run.")
    if parser.parse_args().latest:
        found = [json.loads(path.read_text(encoding="utf-8")) for path in FOUND]
        text = json.dumps({**found[0], **found[1]}, indent=1, ensure_ascii=False)
        RESULTS.write_text(text + "\n", encoding="utf-8")
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
