import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.capture.masks import GREY, Masks
from beffroi.errors import BadInput

TRIANGLE = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75)]


def burnt(
    *polygons: list[tuple[float, float]], size: tuple[int, int] = (40, 80)
) -> NDArray[np.bool_]:
    image = np.zeros((*size, 3), np.uint8)
    Masks(polygons).burn(image)
    return np.asarray((image == GREY).all(axis=2))


def test_a_mask_covers_its_inside_and_one_pixel_more() -> None:
    covered = burnt(TRIANGLE)
    assert covered[11, 21]
    assert covered[9, 19]
    assert not covered[7, 17]
    assert not covered[29, 59]
    assert covered.sum() == pytest.approx(40 * 80 / 8, rel=0.35)


def test_the_direction_of_the_corners_does_not_matter() -> None:
    assert (burnt(TRIANGLE) == burnt(TRIANGLE[::-1])).all()


def test_a_mask_of_everything_leaves_nothing() -> None:
    assert burnt([(0, 0), (1, 0), (1, 1), (0, 1)]).all()


def test_masks_follow_the_size_of_the_picture() -> None:
    masks = Masks([TRIANGLE])
    for size in ((40, 80), (90, 160), (40, 80)):
        image = np.zeros((*size, 3), np.uint8)
        masks.burn(image)
        assert image[size[0] // 3, size[1] // 3, 0] == GREY


def test_overlapping_masks_add_up() -> None:
    square = [(0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)]
    assert (burnt(square, TRIANGLE) == (burnt(square) | burnt(TRIANGLE))).all()


@pytest.mark.parametrize(
    "polygon",
    [
        [(0, 0), (1, 1)],
        [(0, 0), (0.5, 0.5), (1, 1)],
        [(0, 0), (2, 0), (0, 2)],
        [(0, 0), (float("nan"), 0), (0, 1)],
    ],
)
def test_a_mask_that_hides_nothing_is_refused(polygon: list[tuple[float, float]]) -> None:
    with pytest.raises(BadInput, match="mask"):
        Masks([polygon])
