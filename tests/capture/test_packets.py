import random
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from beffroi.capture.container import Recipe
from beffroi.capture.frame import Frame
from beffroi.capture.motion import MotionGate
from beffroi.capture.packets import AWAKE_S, DISTRUST_S, LEARNT, LONGEST_S, SETTLED, PacketGate
from beffroi.capture.ring import Coded
from tests.capture.films import Image, film, street

RATE = 25
KEY = 10_000
EVERY = 5
RECIPE = Recipe("h264", None, (320, 180), None, "", 0, Fraction(1, RATE))


class Street:
    """Packets of a camera with a key picture every two seconds, shown to a gate."""

    def __init__(self) -> None:
        self.gate = PacketGate()
        self.sent = 0

    def send(self, sizes: Iterable[int], *, idle: bool = True, key_every: int = 50) -> list[int]:
        """How many packets each of these has decoded, key pictures left out."""
        decoded = []
        for size in sizes:
            while self.sent % key_every == 0:
                assert len(self._admit(KEY, idle, key=True)) == 1
            decoded.append(len(self._admit(size, idle, key=False)))
        return decoded

    def _admit(self, size: int, idle: bool, *, key: bool) -> Sequence[Coded]:
        coded = Coded(bytes(size), self.sent, None, RECIPE, self.sent / RATE)
        self.sent += 1
        return self.gate.admit(coded, key=key, idle=idle)


def ordinary(count: int, around: int = 50, spread: int = 3) -> list[int]:
    chance = random.Random(1)
    return [chance.randint(around - spread, around + spread) for _ in range(count)]


def test_a_street_in_which_nothing_happens_is_hardly_decoded() -> None:
    camera = Street()
    assert all(camera.send(ordinary(LEARNT)))
    decoded = camera.send(ordinary(1000))
    assert sum(decoded) < 1000 * (SETTLED + 8) / 50
    assert camera.gate.spared > 700


def test_nothing_is_spared_while_something_is_about() -> None:
    camera = Street()
    camera.send(ordinary(400))
    assert camera.send(ordinary(400), idle=False)[50:] == [1] * 350


@pytest.mark.parametrize("size", [70, 100, 2000])
def test_larger_packets_have_all_that_waits_decoded(size: int) -> None:
    camera = Street()
    camera.send(ordinary(423))
    assert camera.send([50]) == [0]
    decoded = camera.send([size] * 10)
    assert max(decoded[:4]) > 10
    assert sum(decoded) == 10 + max(decoded) - 1 - decoded.index(max(decoded))
    assert camera.send(ordinary(round((AWAKE_S - 0.5) * RATE))) == [1] * 12


@pytest.mark.parametrize(
    "sizes",
    [ordinary(1000, around=250), ordinary(1000, spread=40), [50, 51, 90] * 333],
    ids=["dear", "unsteady", "pulsing"],
)
def test_sizes_that_carry_no_signal_are_not_listened_to(sizes: list[int]) -> None:
    camera = Street()
    assert all(camera.send(sizes))


def test_sizes_that_missed_something_are_not_trusted_for_a_while() -> None:
    camera = Street()
    camera.send(ordinary(430))
    assert camera.send([50]) == [0]
    assert camera.send(ordinary(90), idle=False)[0] > 1
    assert all(camera.send(ordinary(round(0.9 * DISTRUST_S * RATE))))
    assert not all(camera.send(ordinary(1000)))


def test_what_stirs_for_a_moment_was_no_miss() -> None:
    camera = Street()
    camera.send(ordinary(430))
    assert camera.send(ordinary(30), idle=False)[0] > 1
    assert not all(camera.send(ordinary(50)))


def test_nothing_waits_long_however_rare_key_pictures_are() -> None:
    camera = Street()
    decoded = camera.send(ordinary(1000), key_every=10_000)
    waits = np.diff(np.flatnonzero(decoded))
    assert max(waits) == pytest.approx(LONGEST_S * RATE, abs=2)
    assert sum(decoded) == 1000 - (1000 - 1 - int(np.flatnonzero(decoded)[-1]))


def test_what_waited_is_forgotten_when_the_camera_is_called_anew() -> None:
    camera = Street()
    camera.send(ordinary(430))
    camera.gate.restart()
    assert camera.send(ordinary(1)) == [1]


def visit(enters: int, noise: float = 0.0, height: int = 30) -> Iterator[Image]:
    """A street that somebody enters with a picture, slowly, from the left."""
    rng, place = np.random.default_rng(2), street(size=(240, 136))
    for i in range(enters + 100):
        image = place.copy()
        if (x := i - enters) > 0:
            image[50 : 50 + height, max(0, x - height // 3) : x] = (200, 40, 40)
        grain = rng.normal(0, noise, image.shape)
        yield (image + grain).clip(0, 255).astype(np.uint8) if noise else image


def opened(path: Path, *, gated: bool) -> tuple[list[int], int]:
    """In which pictures something moves, seen five times a second; and how many were decoded."""
    packets, motion = PacketGate(), MotionGate()
    idle, decoded, moved = False, 0, []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoder = av.CodecContext.create("h264", "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.extradata = stream.codec_context.extradata
        # An encoder spends the first group on finding out what it may spend.
        coded = [packet for packet in container.demux(stream) if packet.size][50:]
        for i, packet in enumerate(coded):
            one = Coded(bytes(packet), packet.pts, packet.dts, RECIPE, i / RATE)
            for due in packets.admit(one, key=packet.is_keyframe, idle=idle and gated):
                picture, index, decoded = *decoder.decode(due.packet()), i, decoded + 1
            if i % EVERY == 0:
                image = picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
                moving = motion.update(Frame(image, i / RATE, None, index)).share > 0
                if motion.open:
                    motion.analysed(int(moving))
                moved += [i] if moving else []
                idle = not motion.open
    return moved, decoded


@pytest.mark.parametrize(
    ("enters", "noise", "spared"), [(313, 0.0, 40), (340, 0.0, 40), (313, 4.0, 0)]
)
def test_whoever_comes_is_seen_in_the_same_pictures(
    tmp_path: Path, enters: int, noise: float, spared: int
) -> None:
    path = film(tmp_path / "visit.mp4", visit(enters, noise), gop=50)
    every, all_of_them = opened(path, gated=False)
    seen, decoded = opened(path, gated=True)
    assert [i for i in seen if i > enters - 50] == [i for i in every if i > enters - 50]
    assert all_of_them == enters + 50
    assert all_of_them - decoded >= spared
