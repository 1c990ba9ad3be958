"""The detectors on the true skeletons of the synthetic city, shaken and thinned out."""

from functools import cache

import numpy as np
import pytest

from beffroi.events.detector import Detection, Zones
from beffroi.perception.observation import Observation, Track
from beffroi.simulation import Scene
from beffroi.simulation.truth import VISIBLE, Event, Twin
from tests.events.shipped import VOTED, detector
from tests.events.stick import run

SECONDS, HZ = 48, 12
NOISE, LOST = 0.01, 0.1
"""Joint noise in statures, and share of visible joints that are missed."""


@cache
def observed(name: str, seed: int) -> tuple[Scene, list[Observation]]:
    scene, chance = Scene.create(name, seed), np.random.default_rng(seed)
    result = []
    for t in np.arange(SECONDS * HZ) / HZ:
        tracks = []
        for person in scene.state(float(t)).people:
            noise = chance.normal(0, NOISE * person.height_px, (17, 2))
            seen = (person.visibility == VISIBLE) & (chance.random(17) > LOST)
            keypoints = np.column_stack([person.keypoints_px + noise, np.where(seen, 0.9, 0.01)])
            box, joints = person.box, keypoints.astype(np.float32)
            x, y = person.ground_m
            ground = (float(x), float(y))
            tracks.append(Track(f"{person.id:08x}", "person", box, 0.9, joints, ground, 0.1, 0))
        result.append(Observation(name, float(t), None, scene.size, 0.1, True, tuple(tracks)))
    return scene, result


def found_in(name: str, seed: int, event: str) -> tuple[list[Detection], list[Event], list[Twin]]:
    scene, observations = observed(name, seed)
    rails = {
        zone: tuple((x / scene.size[0], y / scene.size[1]) for x, y in area.pixels.tolist())
        for zone, area in scene.zones.items()
        if zone == "track"
    }
    found = run(detector(event, Zones(forbidden=rails)), observations)
    truth = [one for one in scene.events(SECONDS) if one.event == event]
    twins = [one for one in scene.twins(SECONDS) if one.resembles == event]
    return found, truth, twins


def during(detection: Detection, start_s: float, end_s: float) -> bool:
    return start_s - 1 <= detection.end_t <= end_s + 1


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("park", "fall"),
        ("square", "gathering"),
        ("platform", "intrusion"),
    ],
)
def test_every_event_is_found_and_its_twins_are_not(name: str, event: str, seed: int) -> None:
    found, truth, twins = found_in(name, seed, event)
    stay = float(VOTED[event].definition.parameters.get("stay_ms", 0)) / 1000
    assert truth
    for one in truth:
        assert any(during(d, one.start_s, max(one.end_s, one.instant_s + stay)) for d in found)
    for twin in twins:
        who = {f"{person:08x}" for person in twin.people}
        assert not [d for d in found if who & set(d.tracks) and during(d, twin.start_s, twin.end_s)]
