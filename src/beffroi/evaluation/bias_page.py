"""The gaps of a bias run as a page that needs no other file: a drawing, and its table."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from beffroi.evaluation.bias import UNMEASURED, Gap
from beffroi.evaluation.bias_events import EventGap

WIDEST: Final = 0.2
"""Gap in the share of people found at the edge of the drawing."""


def as_page(
    found: Sequence[Gap], facts: Mapping[str, object], events: Sequence[EventGap] = ()
) -> str:
    """One HTML page."""
    run = ", ".join(f"{name} {value}" for name, value in facts.items())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Beffroi: bias</title>'
        "<style>body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
        "table{border-collapse:collapse}td,th{border:1px solid #767676;padding:.2rem .6rem;"
        "text-align:left}</style><h1>Who is seen less well</h1><p><strong>Synthetic</strong>: "
        "drawn figures in identical poses, one trait changed. It says nothing of what drawn "
        f"figures cannot show. Not measured: {escape(', '.join(UNMEASURED))}.</p>{drawing(found)}"
        f"{_table(found)}{_events(events) if events else ''}<p>{escape(run)}</p></html>\n"
    )


def drawing(found: Sequence[Gap]) -> str:
    """Each gap in the share of people found, with its interval, as SVG."""
    height = 34 * len(found) + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 720 {height}" '
        'font-family="sans-serif" font-size="13"><title>Change in the share of people found, with '
        "95 % intervals; the table holds the same</title>"
        f'<path d="M{_x(0)} 8V{height - 26}" stroke="#767676"/>'
    ]
    parts += [
        f'<text x="{_x(tick)}" y="{height - 8}" text-anchor="middle">{tick:+.0%}</text>'
        for tick in (-0.2, -0.1, 0.0, 0.1, 0.2)
    ]
    for i, gap in enumerate(found):
        y, (change, low, high) = 24 + 34 * i, gap.found_gap
        named = escape(f"{gap.factor}: {gap.traits[1]}")
        parts.append(f'<text x="250" y="{y + 4}" text-anchor="end">{named}</text>')
        parts.append(f'<path d="M{_x(low)} {y}H{_x(high)}" stroke="#0b5394" stroke-width="3"/>')
        parts.append(f'<circle cx="{_x(change)}" cy="{y}" r="5" fill="#0b5394"/>')
    return "".join(parts) + "</svg>"


def told(gap: tuple[float, float, float] | None, digits: str) -> str:
    """A change and its interval, or a dash where nobody was seen twice."""
    if gap is None:
        return "–"
    change, low, high = (f"{value:+{digits}}" for value in gap)
    return f"{change} ({low} to {high})"


def shares(pair: tuple[float, float] | None, digits: int) -> str:
    """Both sides of a comparison, or a dash where there is nothing to compare."""
    return "–" if pair is None else f"{pair[0]:.{digits}f} → {pair[1]:.{digits}f}"


def _x(change: float) -> float:
    held = max(-WIDEST, min(WIDEST, change))
    return round(490 + held / WIDEST * 210, 1)


def _table(found: Sequence[Gap]) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(gap.factor)}<td>{escape(' → '.join(gap.traits))}"
        f"<td>{gap.pairs}<td>{gap.found[0]:.3f} → {gap.found[1]:.3f}"
        f"<td>{told(gap.found_gap, '.3f')}"
        f"<td>{told(gap.error_gap, '.2f')}"
        f"<td>{gap.extra[0]:.2f} → {gap.extra[1]:.2f}"
        for gap in found
    )
    return (
        "<table><tr><th>factor<th>compared<th>pairs<th>share found<th>gap (95 % interval)"
        "<th>joints off: change in % of height<th>skeletons of nobody, a picture"
        + rows
        + "</table>"
    )


def _events(gaps: Sequence[EventGap]) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(gap.factor)}<td>{escape(' → '.join(gap.traits))}"
        f"<td>{gap.event}<td>{gap.events}<td>{shares(gap.found, 2)}<td>{told(gap.found_gap, '.2f')}"
        f"<td>{shares(gap.false, 1)}<td>{told(gap.false_gap, '.1f')}"
        for gap in gaps
    )
    return (
        "<h2>Whose events are missed, and about whom alerts are false</h2><table><tr><th>factor"
        "<th>compared<th>event<th>events<th>share found<th>gap (95 % interval)"
        "<th>false detections an hour<th>gap (95 % interval)" + rows + "</table>"
    )
