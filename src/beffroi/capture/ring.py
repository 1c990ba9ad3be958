"""The last seconds of a stream, still compressed, in memory only.

An alert is about what has just happened, so the seconds before it must still be there; and as
most seconds lead to no alert, they are never written anywhere and fall out at the other end.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from threading import Lock

import av
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext

from beffroi.capture.container import Recipe, VideoPacket
from beffroi.capture.frame import Frame
from beffroi.capture.imager import Imager


@dataclass(eq=False, slots=True)
class Coded:
    """One compressed picture. The decoder hands it back with the picture made from it.

    Args:
        data: The bytes, copied so that they outlive their container.
        pts: When to show it, in the stream's time base.
        dts: When to decode it.
        recipe: What a decoder must know.
        t: `Frame.t`; provisional until the picture has been decoded.
        at: `Frame.at`.
        index: `Frame.index`.
    """

    data: bytes
    pts: int | None
    dts: int | None
    recipe: Recipe
    t: float
    at: float | None = None
    index: int = 0

    def packet(self) -> "av.Packet[Stream]":
        """The packet again, labelled with a copy of this.

        FFmpeg's labels are known by their identity, so one object can label one packet only. The
        bytes are copied into FFmpeg's own memory, as decoders read a little beyond the end.
        """
        packet = av.Packet(len(self.data))
        packet.update(self.data)
        packet.pts, packet.dts, packet.time_base = self.pts, self.dts, self.recipe.time_base
        packet.opaque = replace(self)
        return packet


@dataclass(slots=True)
class _Group:
    """A key picture and those that build on it."""

    coded: list[Coded] = field(default_factory=list)
    size: int = 0


class Ring:
    """Compressed pictures of the last seconds, bounded in bytes, starting at a key picture.

    Args:
        seconds: How far back it reaches at least, memory permitting.
        megabytes: How much it may hold at most.
    """

    def __init__(self, seconds: float, megabytes: float) -> None:
        self._seconds = seconds
        self._limit = int(megabytes * 1e6)
        self._groups: deque[_Group] = deque()
        self._size = 0
        self._lock = Lock()

    def add(self, packet: VideoPacket, recipe: Recipe, t: float) -> Coded:
        """Keep a copy of a packet, if the pictures it builds on are there, and label it."""
        coded = Coded(bytes(packet), packet.pts, packet.dts, recipe, t)
        packet.opaque = coded
        with self._lock:
            if packet.is_keyframe:
                self._groups.append(_Group())
            if self._groups:
                self._groups[-1].coded.append(coded)
                self._groups[-1].size += packet.size
                self._size += packet.size
                self._forget(t)
        return coded

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._groups.clear()
            self._size = 0

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def replay(self, since_t: float, until_t: float, imager: Imager) -> Iterator[Frame]:
        """Decode what was taken between two times, both included.

        The packets are held from this call on, whatever becomes of the ring; each picture is
        decoded when it is asked for.

        Args:
            since_t: From this `Frame.t` on.
            until_t: Up to this one.
            imager: Scales and masks; used by this call alone.
        """
        return _frames(self._since(since_t), since_t, until_t, imager)

    def _forget(self, now: float) -> None:
        while len(self._groups) > 1 and self._groups[1].coded[0].t <= now - self._seconds:
            self._size -= self._groups.popleft().size
        while self._size > self._limit:
            self._size -= self._groups.popleft().size

    def _since(self, t: float) -> list[Coded]:
        with self._lock:
            groups = [list(group.coded) for group in self._groups]
        first = max((i for i, group in enumerate(groups) if group[0].t <= t), default=0)
        return [coded for group in groups[first:] for coded in group]


def _frames(held: list[Coded], since_t: float, until_t: float, imager: Imager) -> Iterator[Frame]:
    for recipe, run in groupby(held, key=lambda coded: coded.recipe):
        for picture in _decode(recipe.decoder(), run):
            coded = picture.opaque
            if isinstance(coded, Coded) and since_t <= coded.t <= until_t:
                yield Frame(imager.image(picture), coded.t, coded.at, coded.index)


def _decode(decoder: VideoCodecContext, run: Iterator[Coded]) -> Iterator[av.VideoFrame]:
    for coded in run:
        try:
            yield from decoder.decode(coded.packet())
        except av.FFmpegError:
            continue
    yield from decoder.decode(None)
