"""Are events of some people missed more often, or alerts about them false? The same plays twice.

A whole play goes through model, tracker and detector, with one trait and then with the other. It
is what matters in the end, and it is dear: a few events a play, where pictures tell of hundreds of
people. So read the intervals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np

from beffroi.capture.frame import Frame
from beffroi.evaluation.bias import FACTORS, Trait, interval, staged, two
from beffroi.evaluation.judging import found_in
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.registry import make
from beffroi.perception.inference import Inference
from beffroi.perception.perceive import Models, Perception
from beffroi.simulation import Scene

PLAYS: Final[Mapping[str, str]] = MappingProxyType(
    {"strike": "street", "fall": "park", "intrusion": "platform"}
)
"""Each event and the scene in which it happens, among its innocent twins."""
AFOOT: Final = ("fall", "strike")
"""Nobody does these seated: there only those around them go in wheelchairs."""
FORBIDDEN: Final = "track"
"""The zone of the platform that an intrusion is into."""
SECONDS: Final = 45.0
LATEST_S: Final = 8.0
"""How long after its decisive moment an event is still found in time."""
SLACK_S: Final = 2.0
HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class EventGap:
    """What changes for events when everybody has the second trait.

    Args:
        factor: Its name, as in `FACTORS`.
        traits: Names of its two traits.
        event: Which event was looked for.
        events: How many happened in each of the two.
        found: Shares found with the first and with the second trait; None if none happened.
        found_gap: Second minus first, with its 95 % interval over plays, likewise.
        false: Detections of anything else in an hour of such plays, with either trait.
        false_gap: Second minus first, with its interval.
    """

    factor: str
    traits: tuple[str, str]
    event: str
    events: int
    found: tuple[float, float] | None
    found_gap: tuple[float, float, float] | None
    false: tuple[float, float]
    false_gap: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Played:
    """Of each event of a play whether it was found, and how many detections were of none."""

    found: tuple[bool, ...]
    false: int


def event_gaps(
    models: Models,
    inference: Inference,
    seeds: Sequence[int],
    factors: Mapping[str, tuple[Trait, Trait]] = FACTORS,
    plays: Mapping[str, str] = PLAYS,
    seconds: float = SECONDS,
) -> Iterator[EventGap]:
    """Compare factor by factor and event by event.

    Args:
        models: What looks.
        inference: With them loaded.
        seeds: One play of each scene for each.
        factors: What is changed.
        plays: Events and their scenes.
        seconds: How much of each play.
    """

    # Factors that are compared with how things are have their first side in common.
    @cache
    def played(looks: tuple[object, ...], event: str, seed: int) -> _Played:
        return _play(sides[looks], event, plays[event], seed, seconds, models, inference)

    sides = {_looks(trait): trait for traits in factors.values() for trait in traits}
    for factor, traits in factors.items():
        for event in plays:
            pairs = [
                (played(_looks(traits[0]), event, seed), played(_looks(traits[1]), event, seed))
                for seed in seeds
            ]
            names = (traits[0].name, traits[1].name)
            yield _gap(factor, names, event, pairs, HOUR_S / seconds)


def _looks(trait: Trait) -> tuple[object, ...]:
    """What makes a trait, whatever it is called."""
    return trait.figure, trait.people, trait.setting, trait.picture


def _play(
    trait: Trait,
    event: str,
    place: str,
    seed: int,
    seconds: float,
    models: Models,
    inference: Inference,
) -> _Played:
    scene = staged(trait, place, seed, AFOOT)
    zones = _zones(scene) if event == "intrusion" else Zones()
    (definition,) = choose_definitions([event], zones)
    perception = Perception(scene.name, models, inference, needs=make(definition, zones).needs)
    times = np.arange(seconds * definition.rate_hz) / definition.rate_hz
    seen = [
        perception.observe(Frame(trait.picture(scene.render(t)), t, None, index))
        for index, t in enumerate(times.tolist())
    ]
    ends = [detection.end_t for detection in found_in(definition, zones, seen)]
    spans = [
        (one.start_s - SLACK_S, max(one.end_s, one.instant_s + LATEST_S) + SLACK_S)
        for one in scene.events(seconds)
        if one.event == event and one.instant_s + LATEST_S <= seconds
    ]
    right = [[start <= end <= stop for end in ends] for start, stop in spans]
    of_any = np.any(right, axis=0) if spans and ends else np.zeros(len(ends), bool)
    return _Played(tuple(any(one) for one in right), int((~of_any).sum()))


def _zones(scene: Scene) -> Zones:
    """The ground that nobody may enter."""
    ring = (scene.zones[FORBIDDEN].pixels / scene.size).tolist()
    return Zones(forbidden={FORBIDDEN: tuple((x, y) for x, y in ring)})


def _gap(
    factor: str,
    traits: tuple[str, str],
    event: str,
    pairs: Sequence[tuple[_Played, _Played]],
    hourly: float,
) -> EventGap:
    plays = np.arange(len(pairs)).astype(str)
    of = np.array([i for i, (one, _) in enumerate(pairs) for _ in one.found], int)
    found = np.array(
        [both for one, other in pairs for both in zip(one.found, other.found, strict=True)], float
    )
    false = hourly * np.array([(one.false, other.false) for one, other in pairs], float)
    return EventGap(
        factor=factor,
        traits=traits,
        event=event,
        events=len(found),
        found=two(found) if len(found) else None,
        found_gap=interval(plays[of], found[:, 1] - found[:, 0]) if len(found) else None,
        false=two(false),
        false_gap=interval(plays, false[:, 1] - false[:, 0]),
    )
