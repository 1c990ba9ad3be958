"""Days on which nothing happens, and the errors with which they are seen."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beffroi.errors import BadInput
from beffroi.evaluation.hours import Hour, Hours
from beffroi.evaluation.innocence import TWINS_PER_HOUR, Innocent, programme
from beffroi.evaluation.noise import Eye, Noise
from beffroi.evaluation.tasks.false_alarms import EVENTS, alarms_in, in_days, per_day
from beffroi.simulation.bare import play, skeletons
from beffroi.simulation.scenes import SETTINGS
from tests.events.shipped import VOTED

PERFECT = Noise(
    joint_spread=(0.0,) * 17,
    joint_together=np.eye(17).tolist(),
    joint_lost=(0.0,) * 17,
    wild=(0.0,) * 17,
    wild_spread=0,
    fading=1,
    fading_moving=0,
    missed=0,
    missed_s=1,
    renamed_per_min=0,
    motion=0.1,
    motion_moving=0.5,
    flow_error=0,
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
    last = hour[-1]
    assert Innocent.drawn(last.setting.name, last.seed).twins == last.twins


def test_who_does_it_after_all_is_reported() -> None:
    act = play(SETTINGS["forecourt"], 2)
    guilty = Innocent(SETTINGS["forecourt"], Counter(), act, 25.0, 2)
    running = VOTED["running"].definition.conduct
    assert alarms_in(guilty, {running}) == {running: 1}


def test_less_than_an_hour_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        in_days(0.01, tmp_path)


def test_hours_are_judged_once_for_each_conduct(tmp_path: Path) -> None:
    conducts = {event: VOTED[event].definition.conduct for event in EVENTS}
    assert Hours(tmp_path).unknown(0, conducts.values()) == list(conducts.values())
    fall, *others = conducts.values()
    for number in range(2):
        Hours(tmp_path).keep(Hour(number, dict.fromkeys(others, 0), {"hugging": 20}))
    assert Hours(tmp_path).unknown(1, conducts.values()) == [fall]
    for number in range(2):
        Hours(tmp_path).keep(Hour(number, {fall: number}, {"hugging": 20}))
    result = in_days(2 / 24, tmp_path)
    event = next(event for event, conduct in conducts.items() if conduct == fall)
    assert {file.file: file.predicted for file in result.files} == {
        other: float(other == event) for other in EVENTS
    }
    assert result.figures["false_alarms_per_day"].value == 12
    assert result.configuration["twins"] == {"hugging": 40}


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
        "wild": (0.2,) * 17,
        "joint_spread": (0.02,) * 17,
    }
    noise = replace(PERFECT, wild_spread=0.3, missed_s=0.2, fading=5)
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


def test_errors_stay_with_whoever_rests_and_leave_whoever_walks() -> None:
    noise = replace(PERFECT, joint_spread=(0.02,) * 17, fading=0.1, fading_moving=10)
    act, size = play(PARK, 1), PARK.camera.size
    truth = list(skeletons(act, PARK.camera, TIMES))
    eye = Eye(noise, np.random.default_rng(2), size, None)
    changes: dict[bool, list[float]] = {True: [], False: []}
    last: dict[int, tuple[Any, Any]] = {}
    for one, seen in zip(truth, eye.watch(truth), strict=True):
        whole = (one.boxes[:, 2:] - one.boxes[:, :2]).min(axis=1) >= 24
        for track, row in zip(seen.tracks, np.flatnonzero(whole).tolist(), strict=True):
            assert track.keypoints is not None
            who, joints = int(one.ids[row]), one.keypoints[row]
            error = (track.keypoints[:, :2] - joints) / one.heights[row]
            if who in last:
                went = np.linalg.norm(joints - last[who][0], axis=1).mean() / one.heights[row]
                if not 0.002 < went < 0.03:
                    changes[bool(went > 0.02)].append(float(np.std(error - last[who][1])))
            last[who] = joints, error
    walking, resting = np.mean(changes[True]), np.mean(changes[False])
    assert resting < 0.5 * walking
    assert walking == pytest.approx(0.02 * np.sqrt(2), rel=0.3)


def test_the_field_stirs_where_somebody_moves_and_as_fast() -> None:
    size = PARK.camera.size
    truth = list(skeletons(play(PARK, 1), PARK.camera, TIMES))
    first, *rest = Eye(PERFECT, np.random.default_rng(1), size, None).watch(truth)
    assert first.flow is None
    for one, before, seen in zip(truth[1:], truth, rest, strict=False):
        assert seen.flow is not None
        assert seen.flow.shape == (18, 32, 2)
        known = np.isin(one.ids, before.ids)
        fastest = max(
            np.linalg.norm(one.keypoints[i] - before.keypoints[before.ids == one.ids[i]][0], axis=1)
            .max() * 12
            for i in np.flatnonzero(known)
        )  # fmt: skip
        assert 0 < np.linalg.norm(seen.flow, axis=2).max() <= fastest
