"""The gate spares the models and changes nothing; metres and motion reach the tracks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from beffroi.capture.frame import Frame
from beffroi.events.detector import Zones
from beffroi.perception.finders import Need
from beffroi.perception.ground import Ground
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant
from beffroi.perception.observation import Observation
from beffroi.perception.perceive import Models, Perception
from beffroi.simulation import Scene
from tests.events.shipped import detector
from tests.events.stick import run

HZ = 5
EMPTY_S, SCENE_S = 8.0, 6.0


@pytest.fixture(scope="module")
def queue(models: Path) -> Iterator[tuple[Models, Inference]]:
    pose = variant("movenet-multipose", (288, 512), directory=models)
    with Inference([pose], threads=2) as inference:
        yield Models(pose), inference


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    """A grey wall for a while, then somebody goes onto the tracks."""
    scene = Scene.create("platform", 1)
    (entry,) = [e for e in scene.events(40) if e.event == "intrusion"]
    noise = np.random.default_rng(1)
    wall = [
        noise.normal(120, 1, (scene.size[1], scene.size[0], 3)).clip(0, 255).astype(np.uint8)
        for _ in range(int(EMPTY_S * HZ))
    ]
    story = [scene.render(entry.instant_s - 2 + i / HZ) for i in range(int(SCENE_S * HZ))]
    return [Frame(image, i / HZ, None, i) for i, image in enumerate([*wall, *story])]


@pytest.fixture(scope="module")
def seen(queue: tuple[Models, Inference], frames: list[Frame]) -> dict[bool, list[Observation]]:
    models, inference = queue
    scene = Scene.create("platform", 1)
    ground = Ground.from_rows(
        (scene.camera.ground_homography() @ np.diag([*scene.size, 1])).tolist()
    )
    result = {}
    for gate in (True, False):
        perception = Perception("c1", models, inference, ground, gate=gate)
        result[gate] = [perception.observe(frame) for frame in frames]
    return result


def test_the_gate_spares_an_empty_picture(seen: dict[bool, list[Observation]]) -> None:
    empty = [o for o in seen[True] if o.t < EMPTY_S]
    assert sum(o.analysed for o in empty) < len(empty) / 2
    assert not any(o.tracks for o in empty)
    analysed = [o.t for o in empty if o.analysed]
    assert max(np.diff([*analysed, EMPTY_S])) <= 5 + 1 / HZ
    assert all(o.analysed for o in seen[False])


def test_nothing_is_idle_but_what_the_gate_spares(
    queue: tuple[Models, Inference], frames: list[Frame]
) -> None:
    """Nothing else is spared being decoded; what stands or smoulders is looked for all the time."""
    models, inference = queue
    plain, ungated = (
        Perception("c1", models, inference),
        Perception("c1", models, inference, None, gate=False),
    )
    still = Perception("c1", models, inference, needs=[Need.STILL])
    for frame in frames[:8]:
        spared = not plain.observe(frame).analysed
        assert plain.idle or not spared
    assert plain.idle
    for frame in frames[:8]:
        still.observe(frame)
        assert not still.idle
    ungated.observe(frames[0])
    assert not ungated.idle


def test_the_gate_never_changes_what_is_detected(seen: dict[bool, list[Observation]]) -> None:
    scene = Scene.create("platform", 1)
    corners = scene.zones["track"].pixels / scene.size
    rails = Zones(forbidden={"rails": tuple((float(x), float(y)) for x, y in corners)})
    found = {
        gate: [
            (d.event, d.start_t, d.end_t, d.count, d.zone)
            for d in run(detector("intrusion", rails), observations)
        ]
        for gate, observations in seen.items()
    }
    assert found[True] == found[False]
    assert found[True]
    people = {gate: [len(o.tracks) for o in observations] for gate, observations in seen.items()}
    assert people[True] == people[False]


def test_tracks_stand_on_the_ground_and_move(seen: dict[bool, list[Observation]]) -> None:
    scene = Scene.create("platform", 1)
    (entry,) = [e for e in scene.events(40) if e.event == "intrusion"]
    last = seen[True][-1]
    truth = scene.state(entry.instant_s - 2 + last.t - EMPTY_S).people
    near = []
    for track in last.tracks:
        assert track.ground is not None
        apart = [float(np.hypot(*(np.array(track.ground) - p.ground_m))) for p in truth]
        near.append(min(apart))
        assert 0 <= track.motion <= 1
    assert near
    assert np.median(near) < 1.0
    assert any(track.motion > 0.1 for o in seen[True] for track in o.tracks)
