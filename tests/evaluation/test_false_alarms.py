"""Days on which nothing happens, and the errors with which they are seen."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from beffroi.errors import BadInput
from beffroi.evaluation.innocence import TWINS_PER_HOUR, Innocent, programme
from beffroi.evaluation.noise import Eye, Noise
from beffroi.evaluation.tasks.false_alarms import EVENTS, alarms_in, in_days, per_day
from beffroi.simulation.bare import play, skeletons
from beffroi.simulation.scenes import SETTINGS

PERFECT = Noise(
    joint_spread=(0.0,) * 17,
    joint_memory_s=1,
    joint_lost=(0.0,) * 17,
    wild=0,
    wild_s=1,
    wild_spread=0,
    missed=0,
    missed_s=1,
    renamed_per_min=0,
    motion=0.2,
)
TIMES = (15 + np.arange(120) / 12).tolist()
PARK = SETTINGS["park"]


@pytest.mark.parametrize(
    ("found", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)]
)
def test_intervals_are_those_of_the_tables(found: int, low: float, high: float) -> None:
    """Garwood's limits, as in any table of Poisson confidence intervals."""
    figure = per_day("fall", found, 10)
    assert figure.low is not None
    assert figure.high is not None
    assert 10 * figure.low == pytest.approx(low, abs=2e-3)
    assert 10 * figure.high == pytest.approx(high, abs=5e-3)


def test_an_hour_holds_its_twins_and_no_event_and_is_always_the_same() -> None:
    hour = programme(3)
    assert sum(act.twins.total() for act in hour) >= TWINS_PER_HOUR
    assert len({act.setting.name for act in hour}) >= 4
    for act in hour:
        assert all(event.start_s > act.until_s for event in act.act.events)
    assert [act.twins for act in programme(3)] == [act.twins for act in hour]


def test_who_does_it_after_all_is_reported() -> None:
    act = play(SETTINGS["forecourt"], 2)
    guilty = Innocent(SETTINGS["forecourt"], Counter(), act, 25.0, 2)
    assert alarms_in(guilty)["running"] == 1
    assert set(EVENTS) >= set(alarms_in(guilty))


def test_less_than_an_hour_is_no_figure() -> None:
    with pytest.raises(BadInput):
        in_days(0.01)


def test_a_perfect_eye_sees_what_is_there() -> None:
    act = play(PARK, 1)
    truth = list(skeletons(act, PARK.camera, TIMES))
    eye = Eye(PERFECT, np.random.default_rng(1), PARK.camera.size, None)
    for one, seen in zip(truth, eye.watch(truth), strict=True):
        whole = (one.boxes[:, 2:] - one.boxes[:, :2]).min(axis=1) >= 24
        assert len(seen.tracks) == whole.sum()
        for track, joints in zip(seen.tracks, one.keypoints[whole], strict=True):
            assert track.keypoints is not None
            assert np.allclose(track.keypoints[:, :2], joints, atol=1e-3)


@pytest.mark.parametrize("error", ["missed", "renamed_per_min", "wild", "joint_spread"])
def test_each_error_is_made_as_often_as_it_was_measured(error: str) -> None:
    act, size = play(PARK, 1), PARK.camera.size
    value: dict[str, Any] = {
        "missed": 0.3,
        "renamed_per_min": 60.0,
        "wild": 0.2,
        "joint_spread": (0.02,) * 17,
    }
    noise = replace(PERFECT, wild_s=0.2, wild_spread=0.3, missed_s=0.2, joint_memory_s=0.2)
    eye = Eye(replace(noise, **{error: value[error]}), np.random.default_rng(2), size, None)
    truth = list(skeletons(act, PARK.camera, (np.arange(720) / 12).tolist()))
    there, tracks, off, ids = 0, 0, [], set()
    for one, seen in zip(truth, eye.watch(truth), strict=True):
        there += int(((one.boxes[:, 2:] - one.boxes[:, :2]).min(axis=1) >= 24).sum())
        tracks += len(seen.tracks)
        ids |= {track.id for track in seen.tracks}
        if error in ("wild", "joint_spread"):
            whole = (one.boxes[:, 2:] - one.boxes[:, :2]).min(axis=1) >= 24
            for track, row in zip(seen.tracks, np.flatnonzero(whole).tolist(), strict=True):
                assert track.keypoints is not None
                off.append((track.keypoints[:, :2] - one.keypoints[row]) / one.heights[row])
    errors = np.array(off)
    measured = {
        "missed": 1 - tracks / there,
        "renamed_per_min": len(ids) / (there / 12 / 60),
        "wild": float((np.abs(errors) > 1e-6).any(axis=-1).mean()) if off else 0.0,
        "joint_spread": float(errors.std()) if off else 0.0,
    }
    expected = {"missed": 0.3, "renamed_per_min": 60.0, "wild": 0.2, "joint_spread": 0.02}
    assert measured[error] == pytest.approx(expected[error], rel=0.25)
