from collections.abc import Iterable

import numpy as np
import pytest

from beffroi.capture.frame import Frame
from beffroi.capture.motion import FULL_S, MotionGate
from tests.capture.films import Image, street, walk

RATE = 10


def watch(gate: MotionGate, images: Iterable[Image], since: float = 0.0) -> list[float]:
    """Show pictures to a gate whose analysis finds nobody; returns when it was open."""
    times = []
    for i, image in enumerate(images):
        t = since + i / RATE
        gate.update(Frame(image, t, None, i))
        if gate.open:
            times.append(t)
            gate.analysed(0)
    return times


def noisy(place: Image, frames: int, drift: float = 0.0) -> Iterable[Image]:
    rng = np.random.default_rng(5)
    for i in range(frames):
        noise = rng.normal(0, 4, place.shape)
        yield np.clip(place + noise + drift * i / RATE, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("drift", [0.0, 4.0, -4.0])
def test_an_empty_street_is_analysed_every_few_seconds_only(drift: float) -> None:
    opened = watch(MotionGate(), noisy(street(), 200, drift))
    later = [t for t in opened if t > 3]
    assert len(later) <= 5
    assert max(np.diff([0, *opened, 20])) <= FULL_S + 0.2


def test_somebody_opens_the_gate_at_once_and_is_located() -> None:
    gate = MotionGate()
    watch(gate, noisy(street(), 60))
    image = next(walk(street(), 1))
    motion = gate.update(Frame(image, 6.0, None, 60))
    assert gate.open
    assert 0 < motion.share < 0.25
    _, columns = np.nonzero(motion.cells)
    assert columns.max() <= 0.15 * motion.cells.shape[1]


def test_the_gate_stays_open_while_something_is_followed() -> None:
    gate = MotionGate()
    for i, image in enumerate(noisy(street(), 60)):
        gate.update(Frame(image, i / RATE, None, i))
        assert gate.open
        gate.analysed(1)
    gate.analysed(0)
    watch(gate, noisy(street(), 3), since=6.0)
    assert not gate.open


def test_what_comes_again_moves_nothing_and_is_analysed_every_few_seconds() -> None:
    gate = MotionGate()
    watch(gate, noisy(street(), 60))
    last = list(noisy(street(), 60))[-1]
    opened = []
    for i in range(60, 120):
        assert gate.update(Frame(last, i / RATE, None, 59)).share == 0
        if gate.open:
            opened.append(i)
            gate.analysed(0)
    assert len(opened) == 1
    gate.update(Frame(next(walk(street(), 1)), 12.0, None, 120))
    assert gate.open


def test_a_new_size_opens_the_gate() -> None:
    gate = MotionGate()
    watch(gate, noisy(street(), 60))
    gate.update(Frame(street(size=(640, 360)), 6.0, None, 60))
    assert gate.open
