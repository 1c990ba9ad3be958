"""Pictures that move by a known way, and what the motion field says of it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.finders import Need
from beffroi.perception.flow import LONGEST_S, MotionField
from beffroi.perception.inference import Inference
from beffroi.perception.observation import MAX_FLOW
from beffroi.perception.perceive import Models, Perception

HEIGHT, WIDTH = 360, 640
Image = NDArray[np.uint8]


def textured(seed: int = 0) -> Image:
    """Clouds of all sizes, such as pictures of streets are made of; no edge at the border."""
    grain = np.fft.rfft2(np.random.default_rng(seed).normal(size=(HEIGHT, WIDTH)))
    away = np.hypot(np.fft.fftfreq(HEIGHT)[:, np.newaxis], np.fft.rfftfreq(WIDTH))
    clouds = np.fft.irfft2(grain / np.maximum(away, 0.005) ** 1.2, s=(HEIGHT, WIDTH))
    grey = (clouds - clouds.min()) / np.ptp(clouds) * 255
    return np.repeat(grey[..., np.newaxis], 3, axis=2).astype(np.uint8)


def velocities(first: Image, second: Image, elapsed: float = 0.1) -> NDArray[np.float32]:
    field = MotionField()
    assert field.update(Frame(first, 5.0, None, 0)) is None
    flow = field.update(Frame(second, 5.0 + elapsed, None, 1))
    assert flow is not None
    return flow


@pytest.mark.parametrize("way", [(0, 0), (4, 0), (0, -4), (12, 8), (-20, 12), (24, 0)])
def test_a_picture_that_moves_says_how_fast(way: tuple[int, int]) -> None:
    picture = textured()
    moved = np.roll(picture, way[::-1], axis=(0, 1))
    flow = velocities(picture, moved)
    assert np.nanmedian(flow.reshape(-1, 2), axis=0) / 10 == pytest.approx(way, abs=7)
    half = velocities(picture, moved, elapsed=0.2)
    assert np.nan_to_num(half) == pytest.approx(np.nan_to_num(flow) / 2, rel=1e-3, abs=1e-2)


def test_what_moves_is_told_from_what_does_not() -> None:
    first, patch = textured(1), textured(2)[:120, :120]
    second = first.copy()
    first[100:220, 200:320] = patch
    second[100:220, 208:328] = patch
    flow = velocities(first, second)
    rows, columns = flow.shape[:2]
    inside = flow[int(130 / HEIGHT * rows) : int(190 / HEIGHT * rows)]
    inside = inside[:, int(230 / WIDTH * columns) : int(290 / WIDTH * columns)]
    assert np.nanmedian(inside.reshape(-1, 2), axis=0) == pytest.approx((80, 0), abs=15)
    assert np.nanmedian(np.abs(flow[:, : columns // 5])) < 2
    assert np.nanmedian(np.abs(flow[:, -columns // 3 :])) < 2


def test_where_there_is_nothing_to_see_it_says_nothing() -> None:
    grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert np.isnan(velocities(grey, grey)).all()


@pytest.mark.parametrize("shape", [(1080, 1920), (360, 640), (640, 360), (240, 320)])
def test_a_field_is_too_coarse_for_any_picture(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (*shape, 3), np.uint8)
    flow = velocities(noise, noise)
    assert max(flow.shape[:2]) <= MAX_FLOW
    assert flow.dtype == np.float32


def test_a_few_pixels_are_no_picture() -> None:
    field, few = MotionField(), np.zeros((7, 5, 3), np.uint8)
    assert field.update(Frame(few, 0.0, None, 0)) is None
    assert field.update(Frame(few, 0.1, None, 1)) is None


def test_pictures_too_far_apart_or_of_another_size_are_not_compared() -> None:
    field, picture = MotionField(), textured()
    field.update(Frame(picture, 0.0, None, 0))
    assert field.update(Frame(picture, LONGEST_S + 0.1, None, 1)) is None
    assert field.update(Frame(picture, LONGEST_S + 0.2, None, 2)) is not None
    assert field.update(Frame(picture[:180], LONGEST_S + 0.3, None, 3)) is None
    assert field.update(Frame(picture[:180], LONGEST_S + 0.4, None, 4)) is not None


@pytest.mark.parametrize("needs", [{Need.FLOW}, set[Need]()], ids=["asked", "not asked"])
def test_only_who_asks_gets_a_field(needs: set[Need]) -> None:
    inference = Inference([], threads=1)
    perception = Perception("c1", Models(None), inference, gate=False, needs=needs)
    picture = textured()
    first, second = (
        perception.observe(Frame(np.roll(picture, 4 * i, axis=1), i / 10, None, i))
        for i in range(2)
    )
    inference.close()
    assert first.flow is None
    assert (second.flow is not None) == bool(needs)
