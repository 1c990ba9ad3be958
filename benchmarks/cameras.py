"""Street cameras: films that were encoded beforehand, sent again and again over RTSP in real time.

`python -m benchmarks.cameras FILM…` is a process of its own, so that its cost can be counted apart.
It cuts each film into RTP packets once (RFC 6184, non-interleaved mode) and from then on only
writes their headers anew; RTSP (RFC 2326) is answered as far as a reader over TCP asks for it. A
film is found under its name and a number, `rtsp://127.0.0.1:PORT/busy/3`: the number decides where
in the film that camera begins.
"""

import asyncio
import base64
import contextlib
import itertools
import math
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import av

from benchmarks.films import FPS, KEY_FRAME_S

CLOCK_HZ: Final = 90_000
PAYLOAD: Final = 1400
"""Bytes of a packet that fit an Ethernet frame, as cameras cut them over TCP too."""
VIDEO: Final = 96
FU_A: Final = 28
CONTROL: Final = "video"
PHASES: Final = 8


@dataclass(frozen=True, slots=True)
class Film:
    """A film as it is sent: parameter sets, and the payloads of each picture."""

    parameters: Sequence[bytes]
    pictures: Sequence[Sequence[bytes]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Cut an H.264 film in an MP4 into payloads."""
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            parameters = _parameter_sets(stream.codec_context.extradata or b"")
            packets = [bytes(packet) for packet in film.demux(stream) if packet.size]
        return cls(parameters, [[*_payloads(packet)] for packet in packets])

    @property
    def description(self) -> str:
        """What a reader must know (SDP, RFC 4566)."""
        sets = ",".join(base64.b64encode(each).decode() for each in self.parameters)
        lines = (
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            f"m=video 0 RTP/AVP {VIDEO}",
            f"a=control:{CONTROL}",
            f"a=rtpmap:{VIDEO} H264/{CLOCK_HZ}",
            f"a=fmtp:{VIDEO} packetization-mode=1;sprop-parameter-sets={sets}",
        )
        return "".join(f"{line}\r\n" for line in lines)


def _parameter_sets(extradata: bytes) -> list[bytes]:
    """Of an avcC box (ISO/IEC 14496-15, 5.3.3): one byte counts each kind of them."""
    found, at = [], 5
    for mask in (0x1F, 0xFF):
        count, at = extradata[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2])
            found.append(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return found


def _payloads(packet: bytes) -> Iterator[bytes]:
    """A picture in pieces: whole units where they fit, else fragments (FU-A)."""
    at = 0
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4])
        unit = packet[at + 4 : at + 4 + size]
        at += 4 + size
        if size <= PAYLOAD:
            yield unit
            continue
        indicator, kind = unit[0] & 0xE0 | FU_A, unit[0] & 0x1F
        for begin in range(1, size, PAYLOAD):
            first, last = begin == 1, begin + PAYLOAD >= size
            yield bytes((indicator, first << 7 | last << 6 | kind)) + unit[begin : begin + PAYLOAD]


def phase(number: int) -> float:
    """Seconds by which a camera sends its pictures after others: no street is in step."""
    return number % PHASES / PHASES / FPS


def sent_at(at: float, late: float) -> float:
    """When a camera of some phase sent its last picture before a wall time."""
    return math.floor((at - late) * FPS) / FPS + late


class Sending:
    """One camera that somebody watches.

    Args:
        film: What it sends, for ever.
        number: Where it begins: at the key frame of this number.
        writer: Where to.
    """

    def __init__(self, film: Film, number: int, writer: asyncio.StreamWriter) -> None:
        self._film = film
        self._first = number * KEY_FRAME_S * FPS
        self._phase = phase(number)
        self._writer = writer
        self._sequence = 0

    async def run(self) -> None:
        """Send each picture when it is due, late rather than never."""
        begin, pictures = sent_at(time.time(), self._phase), self._film.pictures
        for picture in itertools.count():
            await asyncio.sleep(begin + picture / FPS - time.time())
            self._send(pictures[(self._first + picture) % len(pictures)], picture)
            await self._writer.drain()

    def _send(self, payloads: Sequence[bytes], picture: int) -> None:
        # Readers take a stamp of 0 for none.
        stamp = ((picture + 1) * CLOCK_HZ // FPS).to_bytes(8)[-4:]
        parts = []
        for left, payload in enumerate(payloads, 1 - len(payloads)):
            marked = VIDEO | (left == 0) << 7
            header = bytes((0x80, marked)) + (self._sequence & 0xFFFF).to_bytes(2) + stamp
            self._sequence += 1
            parts += [b"$\0", (12 + len(payload)).to_bytes(2), header, bytes(4), payload]
        self._writer.write(b"".join(parts))


class Server:
    """Answers readers.

    Args:
        films: By name.
    """

    def __init__(self, films: dict[str, Film]) -> None:
        self._films = films

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one reader until it hangs up."""
        sending: asyncio.Task[None] | None = None
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while request := await _request(reader):
                method, where, number = request
                film, _, camera = where.strip("/").removesuffix(f"/{CONTROL}").partition("/")
                body = self._films[film].description if method == "DESCRIBE" else ""
                writer.write(_reply(method, number, where, body))
                if method == "PLAY":
                    one = Sending(self._films[film], int(camera), writer)
                    sending = asyncio.create_task(one.run())
        if sending is not None:
            sending.cancel()
        writer.close()


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, str] | None:
    """Method, path and number of the next request; reports of the reader are passed over."""
    while (first := await reader.read(1)) == b"$":
        size = int.from_bytes((await reader.readexactly(3))[1:])
        await reader.readexactly(size)
    if not first:
        return None
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
    method, address, _ = head.split(" ", 2)
    number = next(line for line in head.splitlines() if line.startswith("CSeq:"))
    return method, address.partition("://")[2].partition("/")[2], number


def _reply(method: str, number: str, where: str, body: str) -> bytes:
    more = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n",
        "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n",
        "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
        "PLAY": "Session: 1\r\nRange: npt=0.000-\r\n",
    }
    return f"RTSP/1.0 200 OK\r\n{number}\r\n{more.get(method, '')}\r\n{body}".encode()


@dataclass(frozen=True, slots=True)
class Street:
    """The cameras' process, from outside."""

    pid: int
    port: int

    def address(self, film: str, number: int) -> str:
        """Where a camera is that sends a film."""
        return f"rtsp://127.0.0.1:{self.port}/{film}/{number}"


@contextmanager
def street(films: Sequence[Path]) -> Iterator[Street]:
    """Cameras for these films, gone at the end of the block."""
    command = [sys.executable, "-m", "benchmarks.cameras", *map(str, films)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Street(process.pid, int(process.stdout.readline()))
        finally:
            process.kill()


async def _serve(films: dict[str, Film]) -> None:
    server = await asyncio.start_server(Server(films).answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve({Path(name).stem: Film.read(Path(name)) for name in sys.argv[1:]}))
