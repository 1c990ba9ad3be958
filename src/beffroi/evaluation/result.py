"""The outcome of an evaluation, as values, as JSON and as a page that needs no other file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import numpy as np

from beffroi.evaluation.figures import Figure

FIGURES: Final = (
    "auc",
    "accuracy",
    "recall",
    "false_positive_rate",
    "false_alarms_per_day",
    "mean_abs_error",
)
"""Always there; null where one does not apply."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out for one file; `score` and `predicted` are None where it has no truth."""

    file: str
    label: str
    score: float | None
    predicted: bool | float | None


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one task.

    Args:
        task: Its name.
        n: Files, or visits, with truth.
        figures: By name; those of `FIGURES` that apply, and perhaps more.
        configuration: Everything that they depend on.
        files: Each file.
        positives: Those of the files in which the event happens.
    """

    task: str
    n: int
    figures: Mapping[str, Figure]
    configuration: Mapping[str, Any]
    files: tuple[Judged, ...] = field(repr=False)
    positives: frozenset[str] = field(default=frozenset(), repr=False)

    def as_json(self) -> dict[str, Any]:
        """JSON values; figures rounded to four digits."""
        names = [*FIGURES, *(name for name in self.figures if name not in FIGURES)]
        values = {
            name: _rounded(self.figures[name].value) if name in self.figures else None
            for name in names
        }
        return {
            "task": self.task,
            "n": self.n,
            **values,
            "interval_95": {
                name: [_rounded(figure.low), _rounded(figure.high)]
                for name, figure in self.figures.items()
                if figure.low is not None and figure.high is not None
            },
            "configuration": dict(self.configuration),
            "files": [
                {"file": f.file, "label": f.label, "score": f.score, "predicted": f.predicted}
                for f in self.files
            ],
        }


def as_page(results: Sequence[Result]) -> str:
    """One HTML page: figures, the curve where there is one, and every file."""
    parts = "".join(_section(result) for result in results)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Beffroi: figures</title>'
        "<style>body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
        "table{border-collapse:collapse}td,th{border:1px solid #767676;padding:.2rem .6rem;"
        f"text-align:left}}</style><h1>Figures</h1>{parts}</html>\n"
    )


def _section(result: Result) -> str:
    shown = result.as_json()
    figures = "".join(
        f"<tr><th scope=row>{escape(name)}<td>{figure.value:.3f}<td>{figure.interval}"
        for name, figure in result.figures.items()
    )
    files = "".join(
        f"<tr><td>{escape(f.file)}<td>{escape(f.label)}<td>{f.score}<td>{f.predicted}"
        for f in result.files
    )
    facts = escape(str(shown["configuration"]))
    return (
        f"<h2>{escape(result.task)}: {result.n}</h2><table><tr><th>figure<th>value"
        f"<th>95 % interval over scenes{figures}</table>{_curve(result)}<p>{facts}</p>"
        f"<details><summary>Files</summary><table><tr><th>file<th>label<th>score<th>predicted"
        f"{files}</table></details>"
    )


def _curve(result: Result) -> str:
    """The ROC curve, where files are yes or no and have a score."""
    scored = [f for f in result.files if f.score is not None and isinstance(f.predicted, bool)]
    if "auc" not in result.figures or not scored or not result.positives:
        return ""
    return roc([f.file in result.positives for f in scored], [f.score or 0.0 for f in scored])


def roc(events: Sequence[bool], scores: Sequence[float]) -> str:
    """The ROC curve as SVG: for each threshold, the share of files flagged with and without.

    Args:
        events: Whether the event happens in each file; some do and some do not.
        scores: Of each file, in any unit.
    """
    event, score = np.array(events, bool), np.array(scores, float)
    steps = [
        (float((score[~event] >= t).mean()), float((score[event] >= t).mean()))
        for t in [np.inf, *np.unique(score)[::-1]]
    ]
    points = " ".join(f"{200 * x:.1f},{200 - 200 * y:.1f}" for x, y in steps)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="-2 -2 204 204" width="240">'
        "<title>Share of events flagged over share of others flagged</title>"
        '<path d="M0 0V200H200" fill="none" stroke="#767676"/>'
        f'<polyline points="{points}" fill="none" stroke="#0b5394" stroke-width="2"/></svg>'
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)
