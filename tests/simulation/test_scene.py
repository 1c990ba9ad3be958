import json
from pathlib import Path

import av
import numpy as np
import pytest

from beffroi.errors import BadInput
from beffroi.events.registry import DETECTORS
from beffroi.simulation import Scene, parse_address, scene_names, write_clip
from beffroi.simulation.weather import CLEAR, WEATHERS


@pytest.mark.parametrize("name", scene_names())
def test_thirty_seconds_hold_an_event_and_its_twins(name: str) -> None:
    scene = Scene.create(name, seed=1)
    events, twins = scene.events(30), scene.twins(30)
    assert {e.event for e in events} <= set(DETECTORS)
    assert any(e.start_s < e.instant_s + 1e-6 < 30 for e in events)
    assert {t.resembles for t in twins} == {e.event for e in events}
    assert len(scene.events(300)) >= 4


def test_unknown_scene_is_refused_with_the_valid_names() -> None:
    with pytest.raises(BadInput, match="square, street, park, platform"):
        Scene.create("harbour")


def test_clip_plays_and_its_truth_matches(tmp_path: Path) -> None:
    film, truth = tmp_path / "clip.mp4", tmp_path / "truth.json"
    scene = Scene.create("street", seed=2)
    write_clip(scene, 2.4, film, truth)
    with av.open(film) as container:
        stream = container.streams.video[0]
        frames = [(f.key_frame, f.pict_type) for f in container.decode(stream)]
    assert len(frames) == 60
    assert [i for i, (key, _) in enumerate(frames) if key] == [0, 50]
    told = json.loads(truth.read_text())
    assert len(told["frames"]) == 60
    assert told["keypoints"][0] == "nose"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "truth.json"]


def test_same_seed_same_truth_whatever_was_asked_before() -> None:
    one, two = Scene.create("square", 5), Scene.create("square", 5)
    for t in (100.0, 3.0, 17.3):
        one.state(t)
    a, b = one.state(21.5), two.state(21.5)
    assert [p.id for p in a.people] == [p.id for p in b.people]
    for p, q in zip(a.people, b.people, strict=True):
        assert np.array_equal(p.keypoints_px, q.keypoints_px)
        assert p.box == q.box


def test_address_is_read() -> None:
    address = parse_address("sim://square?seed=3&fps=12.5&weather=night")
    assert (address.name, address.seed, address.fps) == ("square", 3, 12.5)
    assert address.weather == WEATHERS["night"]


@pytest.mark.parametrize(
    "text", ["rtsp://x", "sim://", "sim://a?sed=1", "sim://a?seed=x", "sim://a?weather=snow"]
)
def test_bad_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_address(text)


@pytest.mark.parametrize("seed", range(3))
def test_who_is_crossed_by_somebody_else_counts_as_occluded(seed: int) -> None:
    scene = Scene.create("street", seed)
    hug = next(t for t in scene.twins(30) if t.kind == "hugging")
    people = {p.id: p for p in scene.state((hug.start_s + hug.end_s) / 2).people}
    assert any(people[i].occluded for i in hug.people)


def test_weather_changes_the_picture_and_not_the_play() -> None:
    t = 20.0
    scenes = {name: Scene.create("street", 2, weather) for name, weather in WEATHERS.items()}
    seen = {name: scene.render(t).astype(int) for name, scene in scenes.items()}
    assert (seen["clear"] == Scene.create("street", 2).render(t)).all()
    assert seen["rainy-night"].mean() < 0.4 * seen["rain"].mean() < 0.4 * seen["clear"].mean()
    assert seen["rain"].std() < seen["clear"].std(), "haze takes contrast"
    assert (scenes["rain"].render(t) == seen["rain"]).all(), "an instant is the same again"
    assert (scenes["rain"].render(t + 0.1) != seen["rain"]).mean() > 0.5, "drops fall"
    for scene in scenes.values():
        for one, other in zip(scene.state(t).people, scenes["clear"].state(t).people, strict=True):
            assert (one.keypoints_px == other.keypoints_px).all()


def test_clear_weather_changes_nothing() -> None:
    picture = np.full((4, 6, 3), 90, np.float32)
    CLEAR.fall_on(picture, 1.0)
    assert (picture == 90).all()
