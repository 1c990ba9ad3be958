"""Hours of innocent pictures: how often each event is reported where none happens.

The same programme as the days of skeletons, drawn and looked at through the real pose model. Hours
are fewer, since a picture takes a thousand times as long; what is seen is kept, act by act.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from beffroi.capture.frame import Frame
from beffroi.evaluation.grounded import grounded
from beffroi.evaluation.innocence import SCENES, TWINS_PER_HOUR, Innocent, programme
from beffroi.evaluation.judging import models_of
from beffroi.evaluation.recordings import SAMPLES_HZ, Recordings, digest
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.tasks.false_alarms import (
    highest_hz,
    innocent_definitions,
    per_day,
    reported,
    with_worst,
)
from beffroi.events.detector import Zones
from beffroi.events.registry import make
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation
from beffroi.perception.survey import pixels_read
from beffroi.simulation import Scene
from beffroi.simulation.play import Act

HOURS: Final = 6


def false_alarms_in_pictures(folder: Path, recordings: Recordings) -> Result:
    """False alarms of each event in `HOURS` drawn hours; no file is looked at.

    Where people are smaller than a definition was voted for, the gate lets it not run: it is asked
    all the same, and counted apart. An event that could run nowhere has no figure.
    """
    del folder
    definitions = innocent_definitions()
    alarms, unfit, twins, watched_s = (Counter[str]() for _ in range(4))
    files, seen_s = [], 0.0
    for act in (act for hour in range(HOURS) for act in programme(hour)):
        seen = grounded(looked_at(act, recordings), act.setting.camera)
        px = person_px(seen, recordings.size)
        fit = {each.conduct for each in definitions if px >= each.person_px}
        found = reported(act, seen, fit)
        alarms.update(found)
        unfit.update(reported(act, seen, {each.conduct for each in definitions} - fit))
        watched_s.update(dict.fromkeys(fit, round(act.until_s)))
        twins.update(act.twins)
        seen_s += round(act.until_s)
        name = f"{act.setting.name}-{act.seed}"
        files.append(Judged(name, "innocent (synthetic)", None, bool(found.total())))

    figures = [
        per_day(each.event, alarms[each.conduct], HOURS / 24 * watched_s[each.conduct] / seen_s)
        for each in definitions
        if watched_s[each.conduct]
    ]
    facts = {
        **models_of(recordings, _needs()),
        "synthetic": True,
        "hours": HOURS,
        "minutes_with_people": round(seen_s / 60),
        "minutes_fit": {each.event: round(watched_s[each.conduct] / 60) for each in definitions},
        "rate_hz": highest_hz(),
        "twins": dict(sorted(twins.items())),
        "twins_per_hour_at_least": TWINS_PER_HOUR,
        "scenes": list(SCENES),
        "calibrated": True,
        "alarms": {each.event: alarms[each.conduct] for each in definitions},
        "alarms_where_unfit": {each.event: unfit[each.conduct] for each in definitions},
        "interval": "exact Poisson (Garwood 1936)",
    }
    return Result("false_alarms_in_pictures", HOURS, with_worst(figures), facts, tuple(files))


def person_px(seen: Sequence[Observation], pose_input: tuple[int, int]) -> float:
    """Median height of people in what the model reads, each at the highest; 0 without any."""
    tallest: dict[str, float] = {}
    for observation in seen:
        for track in observation.tracks:
            tall = pixels_read(track, observation.size, pose_input)
            tallest[track.id] = max(tall, tallest.get(track.id, 0.0))
    return median(tallest.values()) if tallest else 0.0


def looked_at(act: Innocent, recordings: Recordings) -> list[Observation]:
    """What the models see of an act that is drawn."""
    frames = partial(_drawn, act)
    name = f"{act.setting.name}-{act.seed} innocent {digest(frames(SAMPLES_HZ))}"
    return recordings.made(name, partial(frames, highest_hz()), highest_hz(), _needs())


def _drawn(act: Innocent, rate_hz: float) -> Iterator[Frame]:
    """The pictures of an act, at a rate."""

    def direct(blank: Act) -> None:
        if blank.number == act.act.number:
            blank.parts, blank.things = act.act.parts, act.act.things
            blank.vehicles = act.act.vehicles

    scene = Scene.stage(replace(act.setting, direct=direct), act.seed)
    for index in range(round(act.until_s * rate_hz)):
        t = index / rate_hz
        yield Frame(scene.render(t), t, None, index)


def _needs() -> frozenset[Need]:
    definitions = innocent_definitions()
    return frozenset(need for each in definitions for need in make(each, Zones()).needs)
