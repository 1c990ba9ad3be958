"""Cameras over RTSP, from a real server that is killed, hung and brought back."""

import itertools
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, Self

import av
import pytest

from beffroi.capture.address import with_credentials
from beffroi.capture.container import VideoInput, VideoPacket, open_file, open_rtsp
from beffroi.capture.frame import Frame
from beffroi.capture.live import LiveSource
from beffroi.capture.masks import GREY
from beffroi.capture.opening import open_source
from beffroi.capture.source import Source, State
from beffroi.clock import Clock
from beffroi.errors import NotAuthorised, Unavailable
from beffroi.mandate.permit import Basis
from tests.capture.conftest import Grant
from tests.capture.films import film, street, walk
from tests.rtsp import Camera

Cameras = Callable[..., Camera]
HALF = [[(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]]


def wait_for(state: State, source: Source, seconds: float) -> float:
    """Seconds until a source is in a state."""
    begun = time.monotonic()
    while source.health.state is not state:
        assert time.monotonic() - begun < seconds, source.health
        time.sleep(0.05)
    return time.monotonic() - begun


def test_frames_come_at_the_rate_without_lag_masked_and_can_be_replayed(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant
) -> None:
    server, clock = rtsp_camera(long_clip), Clock()
    with open_source(grant(server.address), clock=clock, rate_hz=5, masks=HALF) as source:
        frames = []
        for frame in itertools.islice(source.frames(), 15):
            frames.append(frame)
            assert clock.monotonic() - frame.t < 1
            assert frame.at == pytest.approx(clock.now().timestamp(), abs=1)
            assert (frame.image[:, :160] == GREY).all()
        assert source.health.state is State.WATCHING
        again = {frame.index: frame for frame in source.replay(frames[5].t, frames[-1].t)}
        assert (again[frames[-1].index].image == frames[-1].image).all()
        assert len(again) > 2 * len(frames[5:])
    assert frames[-1].t - frames[2].t == pytest.approx(12 / 5, abs=0.5)
    assert server.said == ["setup /live/stream=0"], "sound was asked for"


def test_a_slow_reader_gets_the_newest_and_skips_are_counted(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant
) -> None:
    server, clock = rtsp_camera(long_clip), Clock()
    with open_source(grant(server.address), clock=clock, rate_hz=10) as source:
        frames = source.frames()
        next(frames)
        assert isinstance(source, LiveSource)
        while source._latest.skipped < 15:  # as counted while nobody takes any
            time.sleep(0.05)
        frame = next(frames)
        assert clock.monotonic() - frame.t < 0.5
        assert 15 <= source.skipped <= 25


def test_what_a_starving_decoder_drops_is_skipped_too(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = VideoInput.decode

    def slowly(*given: Any) -> Any:
        time.sleep(0.15)
        return decode(*given)

    monkeypatch.setattr(VideoInput, "decode", slowly)
    server = rtsp_camera(long_clip)
    with open_source(grant(server.address), clock=Clock(), rate_hz=5) as source:
        assert any(source.skipped >= 5 for _ in source.frames())


def test_a_camera_that_fails_as_nobody_foresaw_is_called_again(
    rtsp_camera: Cameras,
    long_clip: Path,
    grant: Grant,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    calls: list[str] = []

    def fails_once(address: str) -> VideoInput:
        calls.append(address)
        if len(calls) == 1:
            raise ValueError(f"no such thing: {address}")
        return open_rtsp(address)

    monkeypatch.setattr("beffroi.capture.live.open_rtsp", fails_once)
    server = rtsp_camera(long_clip, "city:hidden")
    with open_source(
        grant(server.address), clock=Clock(), rate_hz=5, credentials="city:hidden"
    ) as source:
        wait_for(State.WATCHING, source, 30)
    assert len(calls) == 2
    said = "".join(capfd.readouterr())
    assert "ValueError" in said
    assert "hidden" not in said


def test_what_does_not_change_is_not_decoded_and_can_be_replayed_all_the_same(
    rtsp_camera: Cameras, tmp_path: Path, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.capture.packets.LEARNT", 10)
    server = rtsp_camera(film(tmp_path / "still.mp4", itertools.repeat(street(), 200)))
    with open_source(grant(server.address), clock=Clock(), rate_hz=5) as source:
        assert isinstance(source, LiveSource)
        frames = list(itertools.islice(source.frames(), 10))
        source.idle = True
        frames += itertools.islice(source.frames(), 15)
        again = list(source.replay(frames[10].t, frames[-1].t))
    assert frames[-1].t - frames[2].t == pytest.approx(22 / 5, abs=0.5)
    assert source.spared > 10
    assert source._newest is None
    assert not source._gate._waiting
    assert len({frame.index for frame in frames}) < len({frame.t for frame in frames}) == 25
    assert len({frame.index for frame in again}) == len(again) > 2 * 14
    assert all(a.t < b.t and (b.at or 0) > 0 for a, b in itertools.pairwise(again))


class Breaking:
    """A still street, all pictures of which are damaged once it is told to break."""

    reordered = False
    problem = ""

    def __init__(self, path: Path) -> None:
        self._video = open_file(str(path))
        self.recipe = self._video.recipe
        self.begun, self.quiet, self.broken, self.over, self.closed = (Event() for _ in range(5))

    def packets(self) -> Iterator[VideoPacket]:
        self.begun.wait(5)
        for number, packet in enumerate(self._video.packets()):
            if number == 100:
                self.quiet.set()
                self.broken.wait(5)
            yield packet
        self.over.set()
        self.closed.wait(5)

    def decode(self, packet: VideoPacket) -> list[av.VideoFrame]:
        if self.broken.is_set():
            raise av.error.InvalidDataError(1, "damaged")
        return self._video.decode(packet)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._video.close()


def test_what_can_no_longer_be_decoded_is_not_taken_for_a_street_that_stays_empty(
    tmp_path: Path, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in {"LEARNT": 10, "QUIET": 0.1, "STEADY": 1.0, "AWAKE_S": 0.0}.items():
        monkeypatch.setattr(f"beffroi.capture.packets.{limit}", value)
    still = film(tmp_path / "still.mp4", itertools.repeat(street(), 200), gop=50)
    camera = Breaking(still)
    monkeypatch.setattr("beffroi.capture.live.open_rtsp", lambda _: camera)
    with open_source(grant("rtsp://gate/live"), clock=Clock(), rate_hz=1000) as source:
        assert isinstance(source, LiveSource)
        source.idle = True
        camera.begun.set()
        assert camera.quiet.wait(5)
        assert source._gate._waiting
        assert source._latest.take(0) is not None
        camera.broken.set()
        assert camera.over.wait(5)
        repeated = source._latest.take(0)
        camera.closed.set()
    assert repeated is None


def test_a_killed_camera_is_blind_within_ten_seconds_and_comes_back(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant
) -> None:
    server = rtsp_camera(long_clip)
    with open_source(grant(server.address), clock=Clock(), rate_hz=5) as source:
        frames = source.frames()
        before = next(frames)
        server.kill()
        assert wait_for(State.BLIND, source, 10) > 3
        assert server.address in source.health.detail
        server.start()
        after = next(itertools.islice(frames, 3, None))
        assert after.t > before.t
        assert source.health.state is State.WATCHING


def test_a_hung_camera_is_blind_within_ten_seconds(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant
) -> None:
    server = rtsp_camera(long_clip)
    with open_source(grant(server.address), clock=Clock(), rate_hz=5) as source:
        next(source.frames())
        server.hang()
        wait_for(State.BLIND, source, 10)
        server.wake()
        wait_for(State.WATCHING, source, 20)


def test_a_camera_that_is_away_is_no_error_and_closes_at_once(grant: Grant) -> None:
    source = open_source(grant("rtsp://127.0.0.1:9/live"), clock=Clock(), rate_hz=5)
    begun = time.monotonic()
    while "Nothing answers" not in source.health.detail:
        assert time.monotonic() - begun < 10, source.health
        time.sleep(0.05)
    assert source.health.state is State.STARTING
    begun = time.monotonic()
    source.close()
    assert time.monotonic() - begun < 1
    assert list(source.frames()) == []


def test_reading_stops_at_the_deadline(rtsp_camera: Cameras, long_clip: Path, grant: Grant) -> None:
    server, clock = rtsp_camera(long_clip), Clock()
    with open_source(grant(server.address, seconds=30), clock=clock, rate_hz=5) as source:
        frames = source.frames()
        next(frames)
        source.renew(grant(server.address, seconds=1))
        deadline = clock.monotonic() + 1
        seen: list[Frame] = []
        with pytest.raises(NotAuthorised):
            seen.extend(frames)
        assert seen
        assert all(frame.t <= deadline for frame in seen)
        assert clock.monotonic() - deadline < 0.5
        assert isinstance(source, LiveSource)
        source._reader.join(6)
        assert not source._reader.is_alive()
        assert source._ring.size == 0
        assert source._newest is None
        assert source._latest.take(0) is None
        with pytest.raises(NotAuthorised):
            source.replay(0, deadline)


def test_the_laboratory_opens_no_camera(grant: Grant) -> None:
    with pytest.raises(NotAuthorised, match="laboratory"):
        open_source(grant("rtsp://host/x", Basis.LABORATORY), clock=Clock(), rate_hz=5)


def test_a_new_resolution_is_read_on_and_shown(
    rtsp_camera: Cameras, tmp_path: Path, grant: Grant
) -> None:
    small = film(tmp_path / "a.h264", walk(street(), 60), format="h264")
    large = film(tmp_path / "b.h264", walk(street(size=(640, 360)), 400), format="h264")
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    with open_source(grant(rtsp_camera(both).address), clock=Clock(), rate_hz=5) as source:
        shapes = (frame.image.shape for frame in source.frames())
        assert next(shapes) == (180, 320, 3)
        assert (360, 640, 3) in itertools.islice(shapes, 60)
        wait_for(State.MOVED, source, 5)
        assert "320 by 180 to 640 by 360" in source.health.detail


SECRET = "pa@ss:w/or?d"


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing that the test makes anyone say holds the password."""
    caplog.set_level(logging.DEBUG)
    yield
    said = capfd.readouterr()
    for text in (caplog.text, said.out, said.err):
        assert SECRET not in text
        assert "pa%40ss" not in text


@pytest.mark.usefixtures("quiet")
def test_credentials_open_the_camera_and_are_seen_nowhere(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant
) -> None:
    server = rtsp_camera(long_clip, "city:pass/word")
    with open_source(
        grant(server.address), clock=Clock(), rate_hz=5, credentials="city:pass/word"
    ) as source:
        next(source.frames())
        assert "word" not in repr(source)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("within", [False, True])
def test_refused_credentials_are_told_but_not_shown(
    rtsp_camera: Cameras, long_clip: Path, grant: Grant, within: bool
) -> None:
    server = rtsp_camera(long_clip, "city:right")
    address = server.address
    if within:
        address = address.replace("://", "://city:pa%40ss@")
    credentials = None if within else f"city:{SECRET}"
    with open_source(grant(address), clock=Clock(), rate_hz=5, credentials=credentials) as source:
        begun = time.monotonic()
        while "refuses the user name or password" not in source.health.detail:
            assert time.monotonic() - begun < 10, source.health
            time.sleep(0.05)
        time.sleep(3)
        assert len(server.said) <= 2, "asking on and on locks the account"
        for text in (repr(source), str(source), repr(source.health)):
            assert SECRET not in text
            assert "pa%40ss" not in text


def test_an_error_carries_no_password_even_in_its_causes() -> None:
    address = with_credentials("rtsp://127.0.0.1:9/live", "city:hidden")
    with pytest.raises(Unavailable) as caught:
        open_rtsp(address)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "hidden" not in "".join(traceback.format_exception(caught.value))
