import io

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.alerts.clip import MAX_PICTURES, Clip, block_for, head_px, pixelate
from beffroi.perception.observation import KEYPOINTS, Observation, Track

Image = NDArray[np.uint8]


def noise(height: int, width: int, seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def decode(sequence: bytes) -> tuple[list[Image], list[float]]:
    with av.open(io.BytesIO(sequence), "r") as container:
        frames = list(container.decode(video=0))
    times = [float(frame.time) for frame in frames if frame.time is not None]
    return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in frames], times


def standing(height: float, x: float = 200, y: float = 40) -> Track:
    """A person seen from the front, in the proportions of figure 4.1 of Winter (2009)."""
    joints = np.zeros((17, 3), np.float32)
    parts = {
        "ear": (0.936, 0.04),
        "shoulder": (0.818, 0.129),
        "hip": (0.530, 0.0955),
        "knee": (0.285, 0.0955),
        "ankle": (0.039, 0.0955),
    }
    for part, (up, side) in parts.items():
        for name, sign in ((f"left_{part}", 1), (f"right_{part}", -1)):
            joints[KEYPOINTS.index(name)] = (x + sign * side * height, y + (1 - up) * height, 0.9)
    box = (x - 0.13 * height, y, x + 0.13 * height, y + height)
    return Track("0a1b2c3d", "person", box, 0.9, joints, None, 0.1, 3)


def seen(*tracks: Track, size: tuple[int, int] = (640, 360)) -> Observation:
    return Observation("c", 0.0, None, size, 0.1, True, tracks)


@pytest.mark.parametrize("block", [1, 7, 16, 100, 1000])
def test_squares_hold_their_mean_and_nothing_else(block: int) -> None:
    image = noise(97, 130)
    result = pixelate(image, block)

    assert result.shape == image.shape
    for top in range(0, 97, block):
        for left in range(0, 130, block):
            square = result[top : top + block, left : left + block].reshape(-1, 3)
            source = image[top : top + block, left : left + block].reshape(-1, 3)
            assert (square == square[0]).all()
            assert np.abs(square[0] - source.mean(axis=0)).max() <= 0.5


def test_two_faces_of_one_mean_cannot_be_told_apart() -> None:
    one, other = noise(60, 60), noise(60, 60)
    other[:30, :30] = one[:30, :30][::-1, ::-1]
    assert (one != other).any()
    assert (pixelate(one, 30) == pixelate(other, 30)).all()


@pytest.mark.parametrize("height", [90, 170, 300])
@pytest.mark.parametrize("corner", [(0, 0), (5, 11), (17, 3), (31, 29)])
def test_a_head_has_at_most_four_squares_wherever_it_lies(
    height: int, corner: tuple[int, int]
) -> None:
    person = standing(height, x=200 + corner[0], y=40 + corner[1])
    block = block_for([seen(person)], (640, 360))
    picture = pixelate(noise(360, 640, seed=height), block)

    left, top = round(person.box[0] + 0.08 * height), round(person.box[1])
    head = picture[top : top + round(0.13 * height), left : left + round(0.1 * height)]
    assert len(np.unique(head.reshape(-1, 3), axis=0)) <= 4
    assert block >= height / 15


def test_a_body_cut_or_lying_still_tells_the_size_of_its_head() -> None:
    whole = head_px(standing(300))
    assert whole == pytest.approx(300 / 7, rel=0.1)

    upright = standing(300)
    x1, y1, x2, _ = upright.box
    assert upright.keypoints is not None
    cut = upright.keypoints.copy()
    cut[13:, 2] = 0
    at_the_edge = Track("0a1b2c3d", "person", (x1, y1, x2, y1 + 150), 0.9, cut, None, 0.1, 3)
    assert head_px(at_the_edge) > 0.9 * whole

    lying = Track("0a1b2c3d", "person", (10, 300, 310, 360), 0.9, None, None, 0.1, 3)
    assert head_px(lying) == pytest.approx(whole, rel=0.1)


def test_a_toddler_is_measured_by_the_face() -> None:
    """A head of a quarter of the body: ears farther apart than an adult's proportions tell."""
    toddler = standing(120)
    assert toddler.keypoints is not None
    toddler.keypoints[KEYPOINTS.index("left_ear"), 0] = 200 + 12
    toddler.keypoints[KEYPOINTS.index("right_ear"), 0] = 200 - 12
    assert head_px(toddler) >= 120 / 4


def test_the_largest_person_decides_and_people_unseen_have_a_floor() -> None:
    small, large = seen(standing(60)), seen(standing(280))
    alone = block_for([large], (640, 360))
    assert alone == pytest.approx(280 / 7, abs=1.01)
    assert block_for([small, large, small], (640, 360)) == alone
    twice = block_for([large], (1280, 720))
    assert twice == pytest.approx(2 * alone, abs=1), "pixels of the sequence, not of the analysis"
    assert block_for([], (640, 360)) == block_for([seen()], (640, 360)) == 12


def test_a_sequence_plays_back_with_its_times_and_its_index_first() -> None:
    times = [10.0, 10.1, 10.4, 10.5]
    with Clip() as clip:
        for number, t in enumerate(times):
            clip.add(np.full((91, 161, 3), 40 * number, np.uint8), t)
        data = clip.finish()

    images, played = decode(data)
    assert played == pytest.approx([0.0, 0.1, 0.4, 0.5], abs=1e-3)
    assert [round(image.mean() / 40) for image in images] == [0, 1, 2, 3]
    assert images[0].shape == (90, 160, 3)
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")


def test_repeated_late_and_resized_pictures_are_left_out() -> None:
    picture = noise(64, 64)
    with Clip() as clip:
        for t, image in (
            (0, picture),
            (0, picture),
            (-1, picture),
            (1, noise(32, 32)),
            (2, picture),
        ):
            clip.add(image, t)
        assert decode(clip.finish())[1] == pytest.approx([0, 2], abs=1e-3)


def test_the_index_has_room_for_the_longest_sequence() -> None:
    generator = np.random.default_rng(1)
    with Clip() as clip:
        t = 0.0
        for _ in range(MAX_PICTURES + 5):
            t += 0.01 + generator.random() / 50
            clip.add(generator.integers(0, 256, (16, 16, 3), np.uint8), t)
        assert len(decode(clip.finish())[1]) == MAX_PICTURES


def test_without_pictures_there_is_no_sequence() -> None:
    with Clip() as clip:
        assert clip.finish() == b""


def test_where_nobody_was_looked_for_squares_fit_a_head_that_fills_the_picture() -> None:
    assert block_for([], (1920, 1080)) == 36
    assert block_for([], (1920, 1080), looked=False) >= 1080 / 7
