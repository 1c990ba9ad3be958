"""What a camera may say to FFmpeg, however the network cuts it up."""

import pytest

from beffroi.capture.replies import LONGEST_HEAD, Astray, Replies

OK = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n"
PACKET = b"$\x00\x00\x0c" + b"RTSP/1.0 302"
ASKED = b"OPTIONS rtsp://host/live RTSP/1.0\nCSeq: 1\n\n"
MOVED = b"RTSP/1.0 302 Moved\r\nCSeq: 3\r\nLocation: rtsp://elsewhere/\r\n\r\n"


def passed(said: bytes, step: int) -> bytes:
    replies = Replies()
    cuts = range(0, len(said), step)
    return b"".join(replies.hear(said[start : start + step]) for start in cuts)


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_whole_messages_pass_unchanged(step: int) -> None:
    said = OK + PACKET + PACKET + ASKED + OK
    assert passed(said, step) == said
    assert passed(said + PACKET[:-1], step) == said


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize("status", [b"300", b"301", b"302", b"305", b"399"])
def test_a_redirect_is_heard_wherever_it_comes(step: int, status: bytes) -> None:
    for before in (b"", OK, PACKET, ASKED, b"\r\n"):
        with pytest.raises(Astray, match="elsewhere"):
            passed(before + MOVED.replace(b"302", status), step)


def test_what_ffmpeg_would_read_as_text_does_not_reach_it() -> None:
    short = b"$\x00\x00\x04RTSP"
    assert passed(short + PACKET + b"\r\n" + OK, 1000) == PACKET + OK


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"RTSP/1.0 +302 Moved\r\n\r\n",
        b"RTSP/1.0 0302 Moved\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n$\x00\x00\x00\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nA: b\r\n\0\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nA: b\n\r\r\nC: d\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 9999999\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * LONGEST_HEAD,
    ],
)
def test_what_could_be_cut_in_two_ways_is_refused(said: bytes) -> None:
    with pytest.raises(Astray):
        passed(said + MOVED, 1000)
