"""Pictures fitted into an input and boxes carried back."""

import numpy as np
import pytest

from beffroi.perception.letterbox import Letterbox


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ((288, 512), (288, 512)),
        ((1080, 1920), (288, 512)),
        ((576, 768), (288, 384)),
        ((1920, 1080), (288, 162)),
        ((144, 256), (288, 512)),
        ((1, 5000), (1, 512)),
    ],
)
def test_the_whole_picture_fits_and_keeps_its_shape(
    source: tuple[int, int], content: tuple[int, int]
) -> None:
    letterbox = Letterbox.fit(source, (288, 512))
    assert letterbox.content == content
    image = np.full((*source, 3), 200, np.uint8)
    (canvas,) = letterbox.apply(image)
    assert canvas.shape == (288, 512, 3)
    assert abs(int(canvas[: content[0], : content[1]].min()) - 200) <= 1
    assert not canvas[content[0] :].any()
    assert not canvas[:, content[1] :].any()


def test_a_picture_of_the_right_size_is_not_copied() -> None:
    image = np.zeros((288, 512, 3), np.uint8)
    assert np.shares_memory(Letterbox.fit((288, 512), (288, 512)).apply(image), image)


def test_a_picture_resized_upstream_is_taken_as_it_is() -> None:
    letterbox = Letterbox.fit((1080, 1920), (288, 512))
    image = np.random.default_rng(0).integers(0, 256, (288, 512, 3), dtype=np.uint8)
    np.testing.assert_array_equal(letterbox.apply(image)[0], image)
    np.testing.assert_allclose(letterbox.scale, [3.75, 3.75])


def test_a_square_stays_where_it_is() -> None:
    """A bright square is found again in source pixels after resizing."""
    image = np.zeros((720, 1280, 3), np.uint8)
    image[360:540, 640:960] = 255
    letterbox = Letterbox.fit((720, 1280), (288, 512))
    rows, columns = np.nonzero(letterbox.apply(image)[0, :, :, 0] > 127)
    box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    np.testing.assert_allclose(letterbox.boxes(box), [[640, 360, 960, 540]], atol=2.5)


def test_boxes_are_cut_to_the_picture() -> None:
    letterbox = Letterbox.fit((576, 768), (288, 512))
    boxes = letterbox.boxes(np.array([[-5, -5, 500, 300]], np.float32))
    np.testing.assert_allclose(boxes, [[0, 0, 768, 576]])
