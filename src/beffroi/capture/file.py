"""Recorded video: read as fast as asked for, in presentation time."""

from collections.abc import Iterator
from dataclasses import dataclass

import av

from beffroi.capture.container import VideoInput, VideoPacket, open_file
from beffroi.capture.frame import Frame
from beffroi.capture.imager import Imager
from beffroi.capture.masks import Masks
from beffroi.capture.ring import Coded, Ring
from beffroi.capture.source import Health, Source, State
from beffroi.capture.timeline import FileTimeline, at_rate
from beffroi.clock import Clock
from beffroi.errors import Unavailable
from beffroi.mandate.permit import Permit


@dataclass(frozen=True, slots=True)
class _Picture:
    video: av.VideoFrame
    t: float
    index: int


class FileSource(Source):
    """A local video or still.

    Args:
        permit: For this path.
        clock: Where the permit's deadline is read.
        masks: Burnt into every frame.
        rate_hz: Frames wanted per second of video.
        ring: Where compressed pictures are kept for a replay.

    Raises:
        NotAuthorised: The permit does not hold.
        BadInput: Not a video that can be read.
    """

    def __init__(
        self,
        permit: Permit,
        clock: Clock,
        *,
        masks: Masks,
        rate_hz: float,
        ring: Ring,
    ) -> None:
        super().__init__(permit, clock)
        self._masks = masks
        self._rate_hz = rate_hz
        self._ring = ring
        self._imager = Imager(None, masks)
        self._health = Health(State.STARTING, "", clock.now())
        self._input = open_file(permit.address)

    def frames(self) -> Iterator[Frame]:
        """Frames nearest to the rate asked for, in presentation time; see `Source.frames`."""
        for picture in at_rate(self._pictures(), self._rate_hz, lambda picture: picture.t):
            self._require()
            if self._health.state is State.STARTING:
                self._health = Health(State.WATCHING, "", self._clock.now())
            yield Frame(self._imager.image(picture.video), picture.t, None, picture.index)
        if self._health.state is State.STARTING:
            self._blind("no picture of it can be decoded.")

    def replay(self, since_t: float, until_t: float) -> Iterator[Frame]:
        """Frames of the last seconds read; see `Source.replay`."""
        self._require()
        return self._ring.replay(since_t, until_t, Imager(None, self._masks))

    @property
    def health(self) -> Health:
        """Watching as soon as one picture has been read."""
        return self._health

    def close(self) -> None:
        """Close the file and forget every picture."""
        self._input.close()
        self._ring.clear()

    def _pictures(self) -> Iterator[_Picture]:
        timeline = FileTimeline(self._input.rate_hz, spliced=self._input.spliced)
        index, t = 0, 0.0
        for packet in self._packets():
            if packet.size:
                self._ring.add(packet, self._input.recipe, t)
            for video in _sound(self._input, packet):
                t = timeline.time(None if video.pts is None else video.time)
                coded = video.opaque
                if isinstance(coded, Coded):
                    coded.t, coded.index = t, index
                yield _Picture(video, t, index)
                index += 1

    def _packets(self) -> Iterator[VideoPacket]:
        self._require()
        try:
            yield from self._input.packets()
        except (av.FFmpegError, ValueError):
            pass
        else:
            return
        self._blind("it is damaged from here on.")

    def _blind(self, problem: str) -> None:
        self._health = Health(State.BLIND, problem, self._clock.now())
        raise Unavailable(f"{self._permit.address}: {problem}")


def _sound(video: VideoInput, packet: VideoPacket) -> list[av.VideoFrame]:
    """The pictures that a packet completes; none if it is damaged."""
    try:
        return video.decode(packet)
    except av.FFmpegError:
        return []
