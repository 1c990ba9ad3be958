"""Days of innocent skeletons: how often each event is reported in a day on which none happens.

People are drawn and seen with the errors of `noise.json`, so the figures hold for no film; what is
not modelled is said there. Hours of pictures are in `innocent_pictures`.
"""

import argparse
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from math import exp, lgamma, log
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from beffroi.errors import BadInput
from beffroi.evaluation.figures import Figure
from beffroi.evaluation.hours import Hour, Hours
from beffroi.evaluation.innocence import SCENES, TWINS_PER_HOUR, Innocent, programme
from beffroi.evaluation.recordings import Recordings, recordings_directory
from beffroi.evaluation.result import Judged, Result
from beffroi.events.detector import Zones
from beffroi.events.registry import make, shipped_definitions
from beffroi.mandate.definition import Definition
from beffroi.perception.observation import Observation

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
    del folder
    return in_days(DAYS, recordings.folder)


def in_days(days: float, kept: Path) -> Result:
    """The same for any number of days.

    Args:
        days: How many.
        kept: Folder of the hours that were judged before.

    Raises:
        BadInput: Less than an hour.
    """
    total = round(24 * days)
    if total < 1:
        raise BadInput("Less than an hour says nothing of a day.")
    hours = Hours(kept)
    conducts = {definition.event: definition.conduct for definition in innocent_definitions()}
    asked = [(number, hours.unknown(number, conducts.values())) for number in range(total)]
    todo = [each for each in asked if each[1]]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as workers:
        for hour in workers.map(in_hour, *zip(*todo, strict=True)) if todo else ():
            hours.keep(hour)
    found = {event: hours.alarms(conduct, total) for event, conduct in conducts.items()}
    figures = [per_day(event, found[event], total / 24) for event in EVENTS]
    facts = {
        "camera_days": total / 24,
        "twins": dict(sorted(hours.twins(total).items())),
        "twins_per_hour_at_least": TWINS_PER_HOUR,
        "scenes": list(SCENES),
        "calibrated": True,
        "conduct": conducts,
        "interval": "exact Poisson (Garwood 1936)",
    }
    files = tuple(
        Judged(event, "innocent days", None, float(found[event])) for event in sorted(EVENTS)
    )
    return Result("false_alarms", total, with_worst(figures), facts, files)


def in_hour(number: int, conducts: Collection[str]) -> Hour:
    """One hour, for the definitions of these conducts."""
    alarms, twins = Counter[str](dict.fromkeys(conducts, 0)), Counter[str]()
    for act in programme(number):
        alarms.update(alarms_in(act, conducts))
        twins.update(act.twins)
    return Hour(number, alarms, twins)


def alarms_in(act: Innocent, conducts: Collection[str]) -> Counter[str]:
    """How often each definition's event is reported in one act, in which none happens."""
    return reported(act, act.observations(highest_hz()), conducts)


def reported(act: Innocent, seen: Iterable[Observation], conducts: Collection[str]) -> Counter[str]:
    """How often each definition's event is reported of an act that was seen at the highest rate.

    Whoever looks on: errors depend on the rate, so that there is one for all definitions.
    """
    watchers = [
        (definition, make(definition, _zones(act, definition.event)))
        for definition in innocent_definitions()
        if definition.conduct in conducts
    ]
    hz = highest_hz()
    alarms = Counter[str]()
    for observation in seen:
        for definition, detector in watchers:
            if _due(observation.t, hz, definition.rate_hz):
                alarms[definition.conduct] += len(detector.update(observation))
    return alarms


def with_worst(figures: Sequence[Figure]) -> dict[str, Figure]:
    """Figures by name, and before them that of the event which is reported most often."""
    worst = max(figures, key=lambda figure: figure.value)
    first = replace(worst, name="false_alarms_per_day")
    return {figure.name: figure for figure in (first, *figures)}


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


def highest_hz() -> int:
    """The highest rate of all these definitions."""
    return max(definition.rate_hz for definition in innocent_definitions())


@cache
def innocent_definitions() -> list[Definition]:
    """What can be judged here, as it ships."""
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
    """`python -m beffroi.evaluation.tasks.false_alarms --days 10`: any number of days.

    Broken off, it goes on where it was.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=DAYS)
    result = in_days(parser.parse_args().days, recordings_directory())
    print(json.dumps(result.as_json(), indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
