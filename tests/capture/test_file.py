"""Files as sources: formats, rates, masks, and everything that is not a video."""

import contextlib
import os
import random
import socket
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from beffroi.capture.frame import Frame
from beffroi.capture.masks import GREY
from beffroi.capture.opening import open_source
from beffroi.capture.source import Source, State
from beffroi.clock import Clock, FrozenClock
from beffroi.errors import Actor, BadInput, BeffroiError, NotAuthorised, Unavailable
from beffroi.mandate.laboratory import laboratory_permit
from tests.capture.conftest import Grant
from tests.capture.films import film, street, walk

HALF = [[(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]]


def lab(path: Path, rate_hz: float = 25, **options: object) -> Source:
    permit = laboratory_permit(str(path))
    return open_source(permit, clock=Clock(), rate_hz=rate_hz, **options)  # type: ignore[arg-type]


def read(path: Path, rate_hz: float = 25, **options: object) -> list[Frame]:
    with lab(path, rate_hz, **options) as source:
        return list(source.frames())


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "frames"),
    [
        ("a.mp4", "libx264", "yuv420p", 30),
        ("a.mkv", "libx264", "yuv420p", 30),
        ("a.mov", "libx264", "yuv420p", 30),
        ("a.ts", "libx264", "yuv420p", 30),
        ("a.h264", "libx264", "yuv420p", 30),
        ("a.avi", "mpeg4", "yuv420p", 30),
        ("b.avi", "mjpeg", "yuvj420p", 30),
        ("c.avi", "rawvideo", "yuv420p", 30),
        ("a.gif", "gif", "rgb8", 30),
        ("a.png", "png", "rgb24", 1),
        ("a.jpg", "mjpeg", "yuvj420p", 1),
        ("a.bmp", "bmp", "bgr24", 1),
    ],
)
def test_formats_are_read_to_the_end_and_can_be_replayed(
    tmp_path: Path, name: str, codec: str, pixels: str, frames: int
) -> None:
    still = "image2" if frames == 1 else None
    path = film(tmp_path / name, walk(street(), frames), codec=codec, pixels=pixels, format=still)
    with lab(path, masks=HALF) as source:
        seen = list(source.frames())
        again = list(source.replay(seen[-1].t - 0.2, seen[-1].t))
    assert [frame.index for frame in seen] == list(range(frames))
    assert [frame.t for frame in seen] == pytest.approx([i / 25 for i in range(frames)], abs=0.011)
    assert all(frame.image.shape == (180, 320, 3) and frame.at is None for frame in seen)
    assert [frame.index for frame in again] == [frame.index for frame in seen[-len(again) :]]
    for before, after in zip(seen[-len(again) :], again, strict=True):
        assert (before.image == after.image).all()


def test_frames_are_the_nearest_to_the_rate_and_masked(clip: Path) -> None:
    frames = read(clip, 10, masks=HALF)
    assert len(frames) == 21
    assert [f.t for f in frames] == pytest.approx([i / 10 for i in range(21)], abs=0.041)
    for frame in frames:
        assert (frame.image[:, :160] == GREY).all()
        assert frame.image[:, 164:].std() > 10


def test_a_name_is_never_a_pattern(tmp_path: Path) -> None:
    still = film(
        tmp_path / "still.png", walk(street(), 1), codec="png", pixels="rgb24", format="image2"
    )
    assert len(read(still.rename(tmp_path / "a%d.png"))) == 1


def test_a_slow_film_gives_every_picture_once(tmp_path: Path) -> None:
    path = film(tmp_path / "slow.mp4", walk(street(), 10), rate=5)
    assert [frame.index for frame in read(path, 25)] == list(range(10))


def test_a_film_on_its_side_is_set_upright(tmp_path: Path) -> None:
    image = np.zeros((90, 160, 3), np.uint8)
    image[:, :80] = 200
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.set_display_rotation(90)
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
    upright = read(path)[0].image
    assert upright.shape == (160, 90, 3)
    assert (upright[:70] < 30).all() != (upright[90:] < 30).all()


def test_sound_is_never_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "loud.mp4", walk(street(), 30), sound=True)
    with lab(path) as source:
        packets = [packet.stream.type for packet in source._input.packets()]  # type: ignore[attr-defined]
    assert set(packets) == {"video"}
    assert len(read(path)) == 30


def test_a_file_of_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    with av.open(str(path), "w") as container:
        voice = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.sample_rate = 8000
        container.mux(voice.encode(frame))
    with pytest.raises(BadInput, match=r"song\.wav"):
        lab(path)


def test_a_permit_is_asked_for_before_opening_and_while_reading(clip: Path, grant: Grant) -> None:
    with pytest.raises(NotAuthorised):
        open_source(grant(clip, seconds=-1), clock=Clock(), rate_hz=5)
    clock = FrozenClock(Clock().now(), Clock().monotonic())
    with open_source(grant(clip, seconds=5), clock=clock, rate_hz=5) as source:
        frames = source.frames()
        next(frames)
        clock.advance(4)
        source.renew(grant(clip, seconds=9))
        with pytest.raises(NotAuthorised):
            source.renew(grant("another.mp4"))
        clock.advance(4)
        next(frames)
        clock.advance(4)
        with pytest.raises(NotAuthorised):
            next(frames)
        with pytest.raises(NotAuthorised):
            source.replay(0, 1)
        with pytest.raises(NotAuthorised, match="run out"):
            source.renew(grant(clip))


def test_what_cannot_be_opened_is_told_plainly(tmp_path: Path, grant: Grant) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("not a film\n" * 1000)
    (tmp_path / "noise.mp4").write_bytes(random.Random(1).randbytes(100_000))
    os.mkfifo(tmp_path / "pipe.mp4")
    for name, words in {
        "missing.mp4": "no file",
        "": "folder",
        "empty.mp4": "empty",
        "text.mp4": "not a video",
        "noise.mp4": "not a video",
        "pipe.mp4": "not a file",
        "nul\0.mp4": "no file",
    }.items():
        with pytest.raises(BadInput, match=words):
            open_source(grant(tmp_path / name), clock=Clock(), rate_hz=5)
    for address in ("http://127.0.0.1/a.mp4", "file:///etc/passwd", "concat://a"):
        with pytest.raises(BadInput, match="cannot be opened"):
            open_source(grant(address), clock=Clock(), rate_hz=5)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    with pytest.raises(BadInput, match="may not be read") as caught:
        lab(path)
    assert caught.value.actor is Actor.ADMINISTRATOR


@pytest.mark.parametrize("rate_hz", [0, -1, float("inf"), float("nan")])
def test_a_rate_must_be_a_rate(clip: Path, rate_hz: float) -> None:
    with pytest.raises(BadInput, match="rate"):
        lab(clip, rate_hz)


PLAYLISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{url}\n#EXT-X-ENDLIST\n",
    "list.ffconcat": "ffconcat version 1.0\nfile '{url}'\n",
    "session.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "list.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="1"><BaseURL>{url}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "list.asx": "[Reference]\nRef1={url}\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_file_never_leads_to_the_network_or_to_another_file(
    tmp_path: Path, clip: Path, name: str
) -> None:
    called = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(0.5)
        for url in (f"http://127.0.0.1:{port}/a.ts", str(clip)):
            path = tmp_path / name
            path.write_text(PLAYLISTS[name].format(url=url, port=port))
            with pytest.raises(BeffroiError):
                read(path)
        try:
            server.accept()[0].close()
            called.set()
        except TimeoutError:
            pass
    assert not called.is_set()


def test_a_truncated_film_shows_what_is_left_and_then_says_so(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mkv", walk(street(), 50)).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(whole[: len(whole) // 2])
    frames = read(path)
    assert 10 < len(frames) < 40


def test_a_header_without_pictures_is_unavailable(clip: Path, tmp_path: Path) -> None:
    whole = clip.read_bytes()
    start = whole.index(b"mdat") + 4
    end = whole.index(b"moov") - 4
    path = tmp_path / "hollow.mp4"
    path.write_bytes(whole[:start] + bytes(end - start) + whole[end:])
    source = lab(path)
    with source, pytest.raises(Unavailable, match="no picture"):
        list(source.frames())
    assert source.health.state is State.BLIND


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts"])
def test_damaged_films_never_do_more_than_raise(tmp_path: Path, suffix: str) -> None:
    codec = "mpeg4" if suffix == "avi" else "libx264"
    whole = film(tmp_path / f"whole.{suffix}", walk(street(), 12), codec=codec).read_bytes()
    draw = random.Random(7)
    for number in range(25):
        damaged = bytearray(whole[: draw.randrange(1, len(whole))] if number % 3 == 0 else whole)
        for _ in range(draw.randrange(1, 60) if number % 3 else 0):
            damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        path = tmp_path / f"damaged.{suffix}"
        path.write_bytes(damaged)
        with contextlib.suppress(BadInput, Unavailable), lab(path) as source:
            assert all(frame.image.ndim == 3 for frame in source.frames())
            assert all(frame.image.ndim == 3 for frame in source.replay(0, 60))
