"""Health is judged from pictures alone, so it is tested with pictures alone and a still clock."""

from collections.abc import Iterable
from datetime import UTC, datetime

import av
import numpy as np
import pytest

from beffroi.capture.health import HealthWatch
from beffroi.capture.source import State
from beffroi.clock import FrozenClock
from tests.capture.films import Image, street

RATE = 5


class Watched:
    """A camera that sends what it is given, five pictures a second."""

    def __init__(self) -> None:
        self.clock = FrozenClock(datetime(2026, 3, 1, 12, tzinfo=UTC), 1000.0)
        self.watch = HealthWatch(self.clock)
        self._rng = np.random.default_rng(3)

    def sends(self, images: Iterable[Image], noise: int = 3) -> list[tuple[float, State]]:
        """Changes of state as (seconds since the first of these pictures, state)."""
        changes: list[tuple[float, State]] = []
        begun = self.clock.monotonic()
        for image in images:
            grain = self._rng.integers(-noise, noise + 1, image.shape)
            picture = np.clip(image + grain, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            self.watch.look(frame.reformat(format="yuv420p"), self.clock.monotonic())
            self._note(changes, begun)
        return changes

    def is_silent(self, seconds: float) -> list[tuple[float, State]]:
        changes: list[tuple[float, State]] = []
        begun = self.clock.monotonic()
        for _ in range(round(seconds * RATE)):
            self._note(changes, begun)
        return changes

    def _note(self, changes: list[tuple[float, State]], begun: float) -> None:
        state = self.watch.health().state
        if not changes or changes[-1][1] is not state:
            changes.append((self.clock.monotonic() - begun, state))
        self.clock.advance(1 / RATE)


@pytest.fixture
def watched() -> Watched:
    """A camera that has been watching a street for half a minute."""
    camera = Watched()
    assert camera.watch.health().state is State.STARTING
    assert camera.sends([street()] * 150) == [(0.0, State.WATCHING)]
    return camera


def test_a_camera_that_never_answers_is_blind_and_says_why() -> None:
    camera = Watched()
    camera.watch.trouble("Nothing answers.")
    states = camera.is_silent(12)
    assert [state for _, state in states] == [State.STARTING, State.BLIND]
    assert states[1][0] <= 10
    assert camera.watch.health().detail == "No picture comes. Nothing answers."


def test_silence_is_blind_and_pictures_cure_it(watched: Watched) -> None:
    states = watched.is_silent(12)
    assert [state for _, state in states] == [State.WATCHING, State.BLIND]
    assert states[1][0] <= 10
    since = watched.watch.health().since
    watched.is_silent(5)
    assert watched.watch.health().since == since
    assert watched.sends([street()] * 50) == [(0.0, State.WATCHING)]


@pytest.mark.parametrize("level", [0, 12, 128, 250])
def test_a_dark_blank_or_covered_lens_is_blind(watched: Watched, level: int) -> None:
    shade = np.linspace(level, level + 5, 320).astype(np.uint8)
    blank = np.broadcast_to(shade[None, :, None], (180, 320, 3))
    states = watched.sends([blank] * 60)
    assert [state for _, state in states] == [State.WATCHING, State.BLIND]
    assert states[1][0] <= 10
    assert watched.sends([street()] * 50)[-1][1] is State.WATCHING


def test_a_frozen_picture_is_blind(watched: Watched) -> None:
    states = watched.sends([street()] * 200, noise=0)
    assert [state for _, state in states] == [State.WATCHING, State.BLIND]
    assert watched.watch.health().detail == "The picture is frozen."


@pytest.mark.parametrize("shift", [16, 60])
def test_a_turned_camera_has_moved_until_it_is_turned_back(watched: Watched, shift: int) -> None:
    states = watched.sends([np.roll(street(), shift, axis=1)] * 60)
    assert [state for _, state in states] == [State.WATCHING, State.MOVED]
    assert states[1][0] <= 10
    assert watched.sends([street()] * 60)[-1][1] is State.WATCHING


def test_another_place_has_moved(watched: Watched) -> None:
    states = watched.sends([street(seed=9)] * 60)
    assert states[-1][1] is State.MOVED
    assert states[-1][0] <= 10


def crowd(place: Image, share: float, frames: int) -> Iterable[Image]:
    rng = np.random.default_rng(8)
    for _ in range(frames):
        image = place.copy()
        covered = np.zeros(place.shape[:2], bool)
        while covered.mean() < share:
            x, y = rng.integers(0, 300), rng.integers(0, 130)
            image[y : y + 50, x : x + 18] = rng.integers(0, 255, 3)
            covered[y : y + 50, x : x + 18] = True
        yield image


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("dimmer", lambda place: (place * 0.4).astype(np.uint8)),
        ("brighter", lambda place: (place * 0.6 + 90).astype(np.uint8)),
        ("night vision", lambda place: np.repeat(230 - place[:, :, :1] // 2, 3, axis=2)),
        ("trembling", lambda place: np.roll(place, 1, axis=1)),
    ],
)
def test_light_and_wind_do_not_move_a_camera(watched: Watched, name: str, change: object) -> None:
    assert callable(change)
    assert watched.sends([change(street())] * 100) == [(0.0, State.WATCHING)], name


def test_people_do_not_move_a_camera(watched: Watched) -> None:
    assert watched.sends(crowd(street(), 0.35, 100)) == [(0.0, State.WATCHING)]


def test_another_resolution_is_shown(watched: Watched) -> None:
    assert watched.sends([street(size=(640, 360))] * 5)[-1][1] is State.MOVED
    assert "320 by 180 to 640 by 360" in watched.watch.health().detail
    assert watched.sends([street()] * 10)[-1][1] is State.WATCHING
