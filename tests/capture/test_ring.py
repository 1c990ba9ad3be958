from collections.abc import Iterator
from pathlib import Path

import pytest

from beffroi.capture.container import VideoInput, open_file
from beffroi.capture.imager import Imager
from beffroi.capture.masks import Masks
from beffroi.capture.ring import Ring
from tests.capture.films import film, street, walk


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ring")
    return film(folder / "ten.mp4", walk(street(), 250), gop=25)


@pytest.fixture
def video(path: Path) -> Iterator[VideoInput]:
    with open_file(str(path)) as opened:
        yield opened


def fill(ring: Ring, video: VideoInput, seconds: float = 10) -> None:
    for i, packet in enumerate(video.packets()):
        if packet.size and i < seconds * 25:
            coded = ring.add(packet, video.recipe, i / 25)
            coded.index = i


def replayed(ring: Ring, since: float, until: float) -> list[int]:
    frames = ring.replay(since, until, Imager((64, 36), Masks([])))
    return [frame.index for frame in frames]


def test_the_last_seconds_are_there_and_no_more_than_needed(video: VideoInput) -> None:
    ring = Ring(3, 32)
    fill(ring, video)
    assert replayed(ring, 0, 60) == list(range(150, 250))
    assert replayed(ring, 8.0, 9.0) == list(range(200, 226))
    assert replayed(ring, 20, 30) == []


def test_memory_is_bounded_and_what_is_left_begins_with_a_key_picture(video: VideoInput) -> None:
    ring = Ring(60, 0.05)
    fill(ring, video)
    assert 0 < ring.size <= 50_000
    kept = replayed(ring, 0, 60)
    assert kept == list(range(kept[0], 250))
    assert kept[0] % 25 == 0


def test_a_run_that_fits_no_memory_leaves_nothing_rather_than_half_a_picture(
    video: VideoInput,
) -> None:
    ring = Ring(60, 0.002)
    fill(ring, video)
    assert ring.size <= 2000
    assert replayed(ring, 0, 60) == []


def test_a_stream_joined_in_the_middle_waits_for_a_key_picture(video: VideoInput) -> None:
    ring = Ring(60, 32)
    packets = [packet for packet in video.packets() if packet.size]
    for i, packet in enumerate(packets[10:60]):
        ring.add(packet, video.recipe, i / 25).index = i + 10
    assert replayed(ring, 0, 60) == list(range(25, 60))


def test_what_is_cleared_is_gone(video: VideoInput) -> None:
    ring = Ring(60, 32)
    fill(ring, video)
    ring.clear()
    assert ring.size == 0
    assert replayed(ring, 0, 60) == []


def test_two_cameras_in_turn_are_decoded_each_by_its_own_recipe(
    video: VideoInput, tmp_path: Path
) -> None:
    ring = Ring(60, 32)
    fill(ring, video, 2)
    other = film(
        tmp_path / "b.avi", walk(street(3, (160, 90)), 20), codec="mjpeg", pixels="yuvj420p"
    )
    with open_file(str(other)) as second:
        for i, packet in enumerate(second.packets()):
            if packet.size:
                ring.add(packet, second.recipe, 2 + i / 25).index = 1000 + i
    assert replayed(ring, 0, 60) == [*range(50), *range(1000, 1020)]
