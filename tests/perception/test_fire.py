"""What is as bright and warm as flames, whether it flickers, and what the model says of it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.evaluation.burning import film
from beffroi.perception.fire import (
    JUDGE_S,
    SIDE,
    FlameFinder,
    read_flames,
    sampled,
    warm,
    window,
)
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant
from beffroi.perception.observation import Region

Picture = NDArray[np.uint8]
SIZE = (180, 320)
GREY, AMBER = (90, 90, 90), (250, 150, 40)
HZ = 5.0


class Judge:
    """Says the same of every window and counts the places it was asked about."""

    def __init__(self, score: float = 0.8) -> None:
        self.score, self.asked = score, 0

    def __call__(self, windows: Sequence[Picture]) -> list[float]:
        assert all(one.shape == (1, SIDE, SIDE, 3) for one in windows)
        self.asked += 1
        return [self.score] * len(windows)


def street(*spots: tuple[int, int, int, int], colour: tuple[int, int, int] = AMBER) -> Picture:
    """Grey, with rectangles (x1, y1, x2, y2)."""
    picture = np.full((*SIZE, 3), GREY, np.uint8)
    for x1, y1, x2, y2 in spots:
        picture[y1:y2, x1:x2] = colour
    return picture


def look(
    scene: Callable[[float], Picture], judge: Judge, seconds: float = 6.0
) -> list[Sequence[Region]]:
    """The regions of each picture of a scene."""
    finder = FlameFinder(judge)
    times = np.arange(round(seconds * HZ)) / HZ
    return [finder.update(Frame(scene(float(t)), float(t), None, 0)) for t in times]


def flickering(t: float) -> Picture:
    """Two halves that are bright in turn."""
    turn = int(t * HZ) % 2
    picture = street((100, 80, 140, 120))
    picture[80:120, 100 + 20 * turn : 120 + 20 * turn] = (255, 240, 160)
    return picture


@pytest.mark.parametrize(
    ("colour", "is_warm"),
    [
        ((255, 250, 180), True),
        ((250, 150, 40), True),
        ((200, 60, 30), True),
        ((120, 60, 30), False),
        ((255, 255, 250), False),
        ((40, 150, 250), False),
        ((90, 90, 90), False),
    ],
    ids=["core", "body", "rim", "brick", "white", "sky", "stone"],
)
def test_flames_run_from_red_to_yellow(colour: tuple[int, int, int], is_warm: bool) -> None:
    assert bool(warm(np.array([[colour]], np.float32)).item()) is is_warm


def test_a_first_picture_is_judged_by_its_look_alone() -> None:
    judge = Judge(0.7)
    (first,) = look(lambda _: street((100, 80, 140, 120)), judge, seconds=1 / HZ)
    assert [(r.kind, round(r.score, 3), r.left_by) for r in first] == [("flame", 0.7, None)]
    x1, y1, x2, y2 = first[0].box
    assert max(x1 - 100, y1 - 80, 140 - x2, 120 - y2) <= 4
    assert look(lambda _: street(), judge, seconds=1 / HZ) == [[]]


def test_what_flickers_in_its_place_is_one_region_for_as_long_as_it_does() -> None:
    regions = look(flickering, judge := Judge(0.8))
    later = regions[1:]
    assert all(len(found) == 1 for found in later)
    assert len({found[0].id for found in later}) == 1
    assert later[-1][0].score == pytest.approx(0.8)
    assert judge.asked <= 6.0 / JUDGE_S + 2, "a place is not judged in every picture"


def beacon(t: float) -> Picture:
    level = 0.6 + 0.4 * np.sin(2 * np.pi * 1.3 * t)
    r, g, b = (int(c * level) for c in AMBER)
    return street((100, 80, 140, 120), colour=(r, g, b))


@pytest.mark.parametrize(
    "scene",
    [lambda _: street((100, 80, 140, 120)), beacon],
    ids=["a lamp that burns steadily", "a beacon that brightens as a whole"],
)
def test_what_does_not_flicker_scores_next_to_nothing(scene: Callable[[float], Picture]) -> None:
    regions = look(scene, Judge(1.0))
    assert max((r.score for found in regions[5:] for r in found), default=0.0) < 0.2


def test_what_moves_on_is_never_one_region_for_long() -> None:
    def passing(t: float) -> Picture:
        x = int(60 * t)
        return street((x, 80, x + 24, 104), colour=(255, 236, 180))

    regions = look(passing, Judge(1.0), seconds=4)
    ages = [r.since for found in regions[1:] for r in found]
    assert len(set(ages)) > 3


def test_a_window_is_square_and_within_the_picture() -> None:
    picture = street((0, 0, 20, 20))
    corner = window(picture, (0, 0, 20, 20), 1.7, 0.2)
    assert corner.shape == (1, SIDE, SIDE, 3)
    assert (corner[0, 10, 10] == AMBER).all()
    assert (corner[0, -10, -10] == GREY).all()
    assert window(picture, (0, 0, 320, 180), 3.0, 0.5).shape == (1, SIDE, SIDE, 3)


def test_samples_are_whole_cells_of_pictures_of_any_size() -> None:
    for size in ((1080, 1920), (240, 426), (100, 90)):
        samples, step = sampled(np.zeros((*size, 3), np.uint8))
        rows, columns = samples.shape[:2]
        assert (rows % 4, columns % 4) == (0, 0)
        assert rows * step <= size[0]
        assert columns * step <= size[1]


def test_the_model_that_ships_tells_drawn_flames_from_lamps_and_sunsets() -> None:
    model = variant("flames", (224, 224))
    with Inference([model], threads=1) as inference:

        def judge(windows: Sequence[Picture]) -> list[float]:
            return [inference.submit(model, one, read_flames).result() for one in windows]

        best = {}
        for kind in ("flames", "lamp", "sunset"):
            finder, seen = FlameFinder(judge), []
            for frame in film(kind, 31, HZ):
                if frame.t > 9:
                    break
                seen.append(max((r.score for r in finder.update(frame)), default=0.0))
            best[kind] = max(seen[30:])
    assert best["flames"] > 2 * max(best["lamp"], best["sunset"])


def test_made_films_are_the_same_for_a_seed() -> None:
    one, again = (next(iter(film("flames", 3, HZ))).image for _ in range(2))
    assert (one == again).all()
