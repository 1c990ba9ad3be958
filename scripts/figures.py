"""Write docs/figures.md, its plots and the scores behind it from one run over the public clips.

`make figures DATA=clips` looks at the clips, keeps every file's score in docs/figures/results.json
and writes the page; without clips the page is written again from those scores. A test fails when
the page is stale, and another, where the clips are at hand, when a figure has dropped.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from beffroi.evaluation.bias import Gap
from beffroi.evaluation.bias_events import EventGap
from beffroi.evaluation.bias_page import drawing, shares, told
from beffroi.evaluation.result import roc
from beffroi.evaluation.tasks import TASKS
from scripts.drawing import BLUE, GREY, ORANGE, opening

DOCS: Final = Path(__file__).parent.parent / "docs"
PAGE: Final = DOCS / "figures.md"
FOLDER: Final = DOCS / "figures"
RESULTS: Final = FOLDER / "results.json"
NOTES: Final = FOLDER / "notes.yaml"
BIAS: Final = FOLDER / "bias.json"
BIAS_PAGE: Final = DOCS / "bias.md"
BIAS_HEAD: Final = """# Who is seen less well

<!-- Written by `make figures` from docs/figures/bias.json. -->

**Synthetic.** The same drawn people in the same poses are filmed twice, with one trait changed, and
the pose model looks at both (`beffroi bias --json`). What differs is due to that trait, as far as
drawn figures can show it; it says nothing of real people that they cannot. *Found* is a skeleton
with an OKS of at least 0.5, of everybody who is taller than 60 pixels and hidden by nothing."""
BIAS_EVENTS: Final = """## Whose events are missed, and about whom alerts are false

The same plays of 45 seconds, twice, through model, tracker and detectors (`beffroi bias --events`).
Events are few, so that the intervals are wide: a gap of nothing is not shown by this."""

MADE: Final = (
    "fire_synthetic",
    "abandoned_object_synthetic",
    "running_synthetic",
    "crowd_motion_synthetic",
    "false_alarms_in_pictures",
)
"""Tasks on made films, which are no part of a collection."""
DAYS: Final = "false_alarms"
"""The task that takes hours, and is asked for by its number of days."""

NAMES: Final[Mapping[str, str]] = {
    "auc": "AUC",
    "accuracy": "accuracy",
    "recall": "recall",
    "recall_at_5_percent": "recall where 5 % of files without are flagged",
    "false_positive_rate": "false flags, share of files without",
    "false_alarms_per_day": "false alarms per camera-day",
    "mean_abs_error": "mean absolute error, relative",
}

SHARES: Final = (*NAMES, "idf1", "false_share")
"""What lies between 0 and 1 and may be drawn on one scale."""

BETTER: Final = {
    "auc": 1,
    "accuracy": 1,
    "recall": 1,
    "recall_at_5_percent": 1,
    "false_positive_rate": -1,
    "mean_abs_error": -1,
}
"""Whether more is better, 1, or less, -1."""
POINT: Final = 0.01

Row = Mapping[str, Any]


def pages() -> dict[Path, str]:
    """Everything that is generated, by path."""
    results = _kept()
    notes = _notes()
    curves = {FOLDER / f"{row['task']}.svg": _curve(row) for row in results}
    drawn = {path: curve for path, curve in curves.items() if curve}
    overview = FOLDER / "overview.svg"
    parts = [
        notes["before"],
        "![Each figure with its interval and its target](figures/overview.svg)",
    ]
    parts += [_section(row, notes["tasks"][row["task"]], drawn) for row in results]
    parts += [notes["after"]]
    page = "\n\n".join(part.strip() for part in parts) + "\n"
    return {PAGE: page, overview: _overview(results, notes["tasks"]), **drawn}


def bias_pages() -> dict[Path, str]:
    """docs/bias.md and its drawing, from the last run of `beffroi bias`."""
    run = json.loads(BIAS.read_text(encoding="utf-8"))
    found = [Gap(**{name: _tuple(value) for name, value in row.items()}) for row in run["gaps"]]
    table = [
        "| trait | compared | pairs | share found | gap, 95 % interval | joints off, % of height | "
        "skeletons of nobody, a picture |",
        "|---|---|---|---|---|---|---|",
    ]
    table += [
        f"| {gap.factor} | {' → '.join(gap.traits)} | {gap.pairs} "
        f"| {gap.found[0]:.3f} → {gap.found[1]:.3f} | {told(gap.found_gap, '.3f')} "
        f"| {told(gap.error_gap, '.2f')} | {gap.extra[0]:.2f} → {gap.extra[1]:.2f} |"
        for gap in found
    ]
    facts = (
        f"`{run['size']}`, {run['precision']}, {run['seeds']} casts, model `{run['model'][:12]}`."
    )
    parts = [
        BIAS_HEAD,
        "![Change in the share of people found, with intervals](figures/bias.svg)",
        "\n".join(table),
        *_bias_of_events(run.get("events", [])),
        f"Pose input {facts} Not measured: {', '.join(run['unmeasured'])}.",
    ]
    page = "\n\n".join(parts) + "\n"
    return {BIAS_PAGE: page, FOLDER / "bias.svg": drawing(found) + "\n"}


def _bias_of_events(rows: Sequence[Row]) -> list[str]:
    """The plays of a run that had any: a heading, what they are, a table."""
    gaps = [EventGap(**{name: _tuple(value) for name, value in row.items()}) for row in rows]
    table = [
        "| trait | compared | event | of | found | gap, 95 % interval | false detections an hour | "
        "gap, 95 % interval |",
        "|---|---|---|---|---|---|---|---|",
    ]
    table += [
        f"| {gap.factor} | {' → '.join(gap.traits)} | {gap.event} | {gap.events} "
        f"| {shares(gap.found, 2)} | {told(gap.found_gap, '.2f')} "
        f"| {shares(gap.false, 1)} | {told(gap.false_gap, '.1f')} |"
        for gap in gaps
    ]
    return [BIAS_EVENTS, "\n".join(table)] if gaps else []


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _section(row: Row, notes: Row, drawn: Mapping[Path, str]) -> str:
    table = ["| figure | value | 95 % interval over scenes | target |", "|---|---|---|---|"]
    for name, value, interval in _figures(row):
        low_high = "" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"
        target = notes.get("targets", {}).get(name, {}).get("said", "")
        shown = NAMES.get(name, name.replace("_", " "))
        table.append(f"| {shown} | {value:.3f} | {low_high} | {target} |")
    files = f"{row['n']} {notes['unit']}"
    parts = [f"### {notes['title']}, {files}", "\n".join(table)]
    if FOLDER / f"{row['task']}.svg" in drawn:
        parts.append(f"![ROC curve of {notes['title'].lower()}](figures/{row['task']}.svg)")
    parts += [notes["said"], f"`{_facts(row['configuration'])}`"]
    return "\n\n".join(part.strip() for part in parts)


def _facts(configuration: Row) -> str:
    short = {
        name: {model: digest[:12] for model, digest in value.items()} if name == "models" else value
        for name, value in configuration.items()
    }
    return json.dumps(short, sort_keys=True)


def _figures(row: Row) -> Iterator[tuple[str, float, Sequence[float] | None]]:
    """Those of a result that apply: name, value, interval."""
    rest = {"task", "n", "interval_95", "configuration", "files", "folder"}
    for name, value in row.items():
        if name not in rest and isinstance(value, int | float):
            yield name, float(value), row["interval_95"].get(name)


def _curve(row: Row) -> str:
    """The ROC curve of files that are yes or no and have a score, or nothing."""
    label = TASKS[row["task"]].positive
    scored = [f for f in row["files"] if isinstance(f["predicted"], bool)]
    if row.get("auc") is None or not label or not scored:
        return ""
    return roc([f["label"].startswith(label) for f in scored], [f["score"] for f in scored])


def _overview(results: Sequence[Row], notes: Row) -> str:
    """A row for each share between 0 and 1 that has a target: interval, value, target."""
    rows = list(chain.from_iterable(_aimed(row, notes[row["task"]]) for row in results))
    height = 34 * len(rows) + 40
    parts = [opening(height, "Each figure with its interval and its target")]
    parts += [
        f'<path d="M{_x(tick)} 10V{height - 26}" stroke="{GREY}"/>'
        f'<text x="{_x(tick)}" y="{height - 8}" text-anchor="middle">{tick:g}</text>'
        for tick in (0, 0.25, 0.5, 0.75, 1)
    ]
    for i, (text, value, interval, target) in enumerate(rows):
        y = 28 + 34 * i
        parts.append(f'<text x="345" y="{y + 4}" text-anchor="end">{escape(text)}</text>')
        if interval is not None:
            line = f"M{_x(interval[0])} {y}H{_x(interval[1])}"
            parts.append(f'<path d="{line}" stroke="{BLUE}" stroke-width="3"/>')
        parts.append(f'<circle cx="{_x(value)}" cy="{y}" r="5" fill="{BLUE}"/>')
        parts.append(f'<path d="M{_x(target)} {y - 10}v20" stroke="{ORANGE}" stroke-width="2"/>')
    return "".join(parts) + "</svg>\n"


def _aimed(row: Row, notes: Row) -> Iterator[tuple[str, float, Sequence[float] | None, float]]:
    for name, value, interval in _figures(row):
        target = notes.get("targets", {}).get(name)
        if target is not None and name in SHARES:
            said = NAMES.get(name, name.replace("_", " "))
            yield f"{notes['title']}: {said}", value, interval, target["value"]


def _x(share: float) -> float:
    return round(360 + 380 * share, 1)


def _measure(clips: Path) -> None:
    """Look at the clips and at made films, and keep what came out."""
    rows = _evaluated("all", clips)
    for task in MADE:
        rows += _evaluated(task, clips)
    _keep(rows + [row for row in _kept() if row["task"] == DAYS])


def _count(days: str) -> None:
    """Play days on which nothing happens, and keep what came out; broken off, it goes on."""
    (result,) = _printed([sys.executable, "-m", f"beffroi.evaluation.tasks.{DAYS}", "--days", days])
    _keep([row for row in _kept() if row["task"] != DAYS] + [result])


def _notes() -> Row:
    notes: Row = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    return notes


def _kept() -> list[Row]:
    rows: list[Row] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return rows


def _keep(rows: Iterable[Row]) -> None:
    """Keep rows in the order in which the page tells of them."""
    order = list(_notes()["tasks"])
    rows = sorted(rows, key=lambda row: order.index(row["task"]))
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _dropped(clips: Path) -> Iterator[str]:
    """What has become worse by more than a point since the scores were kept."""
    kept = {row["task"]: row for row in _kept()}
    for row in _evaluated("all", clips):
        before = kept.get(row["task"], {})
        for name, better in BETTER.items():
            old, new = before.get(name), row.get(name)
            if old is not None and new is not None and better * (old - new) > POINT:
                yield f"{row['task']}: {NAMES[name]} was {old:.3f} and is {new:.3f}"


def _evaluated(task: str, clips: Path) -> list[Row]:
    beffroi = Path(sys.executable).with_name("beffroi")
    return _printed([beffroi, "evaluate", task, clips, "--json"])


def _printed(command: Sequence[str | Path]) -> list[Row]:
    shown = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return shown if isinstance(shown, list) else [shown]


def main() -> None:
    """Measure if clips are named, then write every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="?", help="Folder of the public clips.")
    parser.add_argument("--check", action="store_true", help="Only say what has become worse.")
    parser.add_argument("--days", help="Days without any event: eight minutes of a core each.")
    given = parser.parse_args()
    if given.check:
        worse = list(_dropped(given.clips))
        sys.exit("\n".join(worse) or 0)
    if given.clips is not None:
        _measure(given.clips)
    if given.days is not None:
        _count(given.days)
    for path, text in {**pages(), **bias_pages()}.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
