"""Days of innocent skeletons: how often each event is reported in a day on which none happens.

People are drawn and seen with the errors of `noise.json`, so the figures hold for no film; what is
not modelled is said there. Hours of pictures are measured apart.
"""

import argparse
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from math import exp, lgamma, log
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from beffroi.errors import BadInput
from beffroi.evaluation.figures import Figure
from beffroi.evaluation.innocence import SCENES, TWINS_PER_HOUR, Innocent, programme
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.events.detector import Zones
from beffroi.events.registry import make, shipped_definitions
from beffroi.mandate.definition import Definition

EVENTS: Final = (
    "crowd_motion",
    "density",
    "fall",
    "gathering",
    "intrusion",
    "running",
    "strike",
)
"""What can be judged from where people are and how they move."""
DAYS: Final = 10
_PROCESSES: Final = 2


def false_alarms(folder: Path, recordings: Recordings) -> Result:
    """False alarms of each event in `DAYS` synthetic camera-days; no file is looked at."""
    del folder, recordings
    return in_days(DAYS)


def in_days(days: float) -> Result:
    """The same for any number of days.

    Raises:
        BadInput: Less than an hour.
    """
    hours = round(24 * days)
    if hours < 1:
        raise BadInput("Less than an hour says nothing of a day.")
    found, twins = Counter[str](), Counter[str]()
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as workers:
        for alarms, shown in workers.map(in_hour, range(hours)):
            found += alarms
            twins += shown
    figures = {f"{event}_per_day": per_day(event, found[event], hours / 24) for event in EVENTS}
    worst = max(figures.values(), key=lambda figure: figure.value)
    worst = Figure("false_alarms_per_day", worst.value, worst.low, worst.high)
    facts = {
        "camera_days": hours / 24,
        "twins": dict(sorted(twins.items())),
        "twins_per_hour_at_least": TWINS_PER_HOUR,
        "scenes": list(SCENES),
        "calibrated": True,
        "conduct": {definition.event: definition.conduct for definition in _definitions()},
        "interval": "exact Poisson (Garwood 1936)",
    }
    files = tuple(
        Judged(event, "innocent days", None, float(found[event])) for event in sorted(EVENTS)
    )
    return Result("false_alarms", hours, {worst.name: worst} | figures, facts, files)


def in_hour(hour: int) -> tuple[Counter[str], Counter[str]]:
    """Alarms by event and twins by kind in one hour."""
    alarms, twins = Counter[str](), Counter[str]()
    for act in programme(hour):
        alarms += alarms_in(act)
        twins += act.twins
    return alarms, twins


def alarms_in(act: Innocent) -> Counter[str]:
    """How often each event is reported in one act, in which none happens."""
    watchers = [
        (make(definition, _zones(act, definition.event)), definition.rate_hz)
        for definition in _definitions()
    ]
    hz = max(rate for _, rate in watchers)
    alarms = Counter[str]()
    for observation in act.observations(hz):
        for detector, rate in watchers:
            if _due(observation.t, hz, rate):
                alarms[detector.id] += len(detector.update(observation))
    return alarms


def per_day(event: str, found: int, days: float) -> Figure:
    """A rate and its exact 95 % interval (Garwood, Biometrika 28, 1936)."""
    low = _mean_where(found - 1, 0.975) if found else 0.0
    high = _mean_where(found, 0.025)
    return Figure(f"{event}_per_day", found / days, low / days, high / days)


def _mean_where(most: int, chance: float) -> float:
    """The mean of a Poisson distribution that gives at most so many with this chance."""
    low, high = 1e-9, 10.0 + 4.0 * (most + 1)
    for _ in range(60):
        mean = (low + high) / 2
        upto = sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(most + 1))
        low, high = (mean, high) if upto > chance else (low, mean)
    return low


def _due(t: float, hz: int, rate: int) -> bool:
    """Whether a detector of this rate looks at this moment of a film of `hz`."""
    number = round(t * hz)
    return number * rate // hz != (number - 1) * rate // hz


@cache
def _definitions() -> list[Definition]:
    shipped = (voted.definition for voted in shipped_definitions())
    return [definition for definition in shipped if definition.event in EVENTS]


def _zones(act: Innocent, event: str) -> Zones:
    """The tracks, where there are some and nobody may walk on them."""
    ring = act.setting.zones.get("track")
    if event != "intrusion" or ring is None:
        return Zones()
    camera = act.setting.camera
    pixels = camera.project([(x, y, 0.0) for x, y in ring]) / camera.size
    return Zones(forbidden={"track": tuple((float(x), float(y)) for x, y in pixels)})


def main() -> None:
    """`python -m beffroi.evaluation.tasks.false_alarms --days 10`: any number of days."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=DAYS)
    print(json.dumps(in_days(parser.parse_args().days).as_json(), indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
