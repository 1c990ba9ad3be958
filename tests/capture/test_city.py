import itertools

import numpy as np
import pytest

from beffroi.capture.frame import Frame
from beffroi.capture.opening import open_source
from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate.laboratory import laboratory_permit
from tests.capture.conftest import Grant

SCENE = "sim://square?seed=1"


def test_in_the_laboratory_a_scene_is_a_recording() -> None:
    with open_source(laboratory_permit(SCENE), clock=Clock(), rate_hz=5) as source:
        assert source.health.state.value == "starting"
        frames = list(itertools.islice(source.frames(), 8))
        again = {frame.index: frame for frame in source.replay(1.0, 1.2)}
        assert source.health.state.value == "watching"
    assert [frame.t for frame in frames] == pytest.approx([i / 5 for i in range(8)])
    assert [frame.index for frame in frames] == [i * 5 for i in range(8)]
    assert list(again) == [25, 30]
    for frame in frames[5:7]:
        assert frame.at is None
        assert (again[frame.index].image == frame.image).all()


def test_under_a_use_a_scene_is_a_camera(grant: Grant) -> None:
    clock = Clock()
    mask = [[(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)]]
    with open_source(grant(SCENE), clock=clock, rate_hz=5, masks=mask) as source:
        frames = source.frames()
        first = next(frames)
        for number, frame in zip(range(1, 5), frames, strict=False):
            assert frame.at == pytest.approx(clock.now().timestamp(), abs=1)
            assert frame.t - first.t == pytest.approx(number / 5 + source.skipped / 5)
            assert frame.t <= clock.monotonic()
            assert np.ptp(frame.image[: len(frame.image) // 2]) == 0
        assert [f.index for f in source.replay(first.t, first.t + 0.25)] == [0, 5]
        source.close()
        assert list(frames) == []


def test_a_camera_of_the_city_stops_at_its_deadline(grant: Grant) -> None:
    clock = Clock()
    permit = grant(SCENE, seconds=20)
    with open_source(permit, clock=clock, rate_hz=2) as source:
        frames = source.frames()
        next(frames)
        source.renew(grant(SCENE, seconds=0.8))
        deadline = clock.monotonic() + 0.8
        seen: list[Frame] = []
        with pytest.raises(NotAuthorised):
            seen.extend(frames)
        assert all(frame.t <= deadline for frame in seen)


@pytest.mark.parametrize("address", ["sim://nowhere", "sim://square?speed=2", "sim://"])
def test_there_must_be_such_a_scene(address: str) -> None:
    with pytest.raises(BadInput):
        open_source(laboratory_permit(address), clock=Clock(), rate_hz=5)


def test_nothing_is_replayed_before_the_first_frame_or_after_the_end() -> None:
    source = open_source(laboratory_permit(SCENE), clock=Clock(), rate_hz=5)
    assert list(source.replay(0, 10)) == []
    next(source.frames())
    assert [frame.index for frame in source.replay(0, 10)] == [0]
    source.close()
    assert list(source.replay(0, 10)) == []
