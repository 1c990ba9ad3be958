"""A camera on the network: read by a thread of its own, analysed as late as never.

The thread takes every packet at once, so that the camera's buffers stay empty, decodes what the
codec needs, and offers the pictures; only those that are taken are converted. Where packets say
that nothing has changed, the picture before is offered again.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event, Thread
from traceback import extract_tb
from typing import Final

import av
import structlog
from av.stream import Stream

from beffroi.capture.address import public_address, with_credentials
from beffroi.capture.container import Refused, VideoInput, VideoPacket, explain, open_rtsp
from beffroi.capture.frame import Frame
from beffroi.capture.health import HealthWatch
from beffroi.capture.imager import Imager
from beffroi.capture.latest import Latest
from beffroi.capture.masks import Masks
from beffroi.capture.packets import PacketGate
from beffroi.capture.ring import Coded, Ring
from beffroi.capture.source import Health, Source
from beffroi.capture.timeline import LiveTimeline
from beffroi.clock import Clock
from beffroi.errors import NotAuthorised, Unavailable
from beffroi.mandate.permit import Basis, Permit

NAP_S: Final = 0.1
LAG_S: Final = 1.0
QUEUED_S: Final = 0.005
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 6.0
REFUSED_PAUSE_S: Final = 120.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Picture:
    video: av.VideoFrame
    t: float
    at: float
    index: int


class LiveSource(Source):
    """A camera that is read until its permit runs out, and called again when it goes away.

    Args:
        permit: For an `rtsp://` or `rtsps://` address.
        clock: Gives frames their time and permits their end.
        masks: Burnt into every frame.
        rate_hz: Frames wanted per second.
        ring: Where compressed pictures are kept for a replay.
        credentials: `user:password`, if the camera asks for them.

    Raises:
        NotAuthorised: The permit does not hold, or is the laboratory's.
    """

    def __init__(
        self,
        permit: Permit,
        clock: Clock,
        *,
        masks: Masks,
        rate_hz: float,
        ring: Ring,
        credentials: str | None,
    ) -> None:
        super().__init__(permit, clock)
        if permit.basis is Basis.LABORATORY:
            raise NotAuthorised("The laboratory opens no live address.")
        self._masks = masks
        self._ring = ring
        self._credentials = credentials
        self._latest: Latest[_Picture] = Latest(rate_hz)
        self._watch = HealthWatch(clock)
        self._timeline = LiveTimeline()
        self._index = 0
        self._gate = PacketGate()
        self._newest: _Picture | None = None
        self._closed = Event()
        self._reader = Thread(target=self._read, name="capture", daemon=True)
        self._reader.start()

    def frames(self) -> Iterator[Frame]:
        """The newest frames at the rate asked for; see `Source.frames`."""
        imager = Imager(None, self._masks)
        frame: Frame | None = None
        while not self._closed.is_set():
            self._require()
            picture = self._latest.take(NAP_S)
            self._require()
            if picture is not None:
                self.skipped, self.spared = self._latest.skipped, self._gate.spared
                if frame is not None and frame.index == picture.index:
                    image = frame.image
                else:
                    image = imager.image(picture.video)
                frame = Frame(image, picture.t, picture.at, picture.index)
                yield frame
            elif not self._reader.is_alive() and not self._closed.is_set():
                raise Unavailable("The reader of this camera has stopped; open it again.")

    def replay(self, since_t: float, until_t: float) -> Iterator[Frame]:
        """Frames of the last seconds; see `Source.replay`."""
        self._require()
        return self._ring.replay(since_t, until_t, Imager(None, self._masks))

    @property
    def health(self) -> Health:
        """Judged by the pictures."""
        return self._watch.health()

    def close(self) -> None:
        """Stop reading; a camera that hangs is let go of when its time-out has passed."""
        self._closed.set()
        self._reader.join(timeout=1.0)
        self._forget()

    def _read(self) -> None:
        """Call the camera until closed or no longer authorised, with pauses that grow."""
        pause = FIRST_PAUSE_S
        try:
            while self._wanted():
                heard = self._index
                try:
                    self._call()
                except Refused as error:
                    pause = REFUSED_PAUSE_S
                    self._watch.trouble(error.message)
                except Unavailable as error:
                    pause = self._next_pause(pause, heard)
                    self._watch.trouble(error.message)
                except Exception as error:
                    # Of what strangers send anything may come. Its words may hold the password.
                    kind = type(error).__name__
                    where = [f"{one.name}:{one.lineno}" for one in extract_tb(error.__traceback__)]
                    log.error("a camera failed in an unforeseen way", kind=kind, where=where)
                    pause = self._next_pause(pause, heard)
                    self._watch.trouble(f"The camera failed in an unforeseen way ({kind}).")
                self._closed.wait(random.SystemRandom().uniform(pause / 2, pause))
        finally:
            self._forget()

    def _next_pause(self, pause: float, heard: int) -> float:
        """Longer, unless pictures came since."""
        return min(2 * pause, LONGEST_PAUSE_S) if self._index == heard else FIRST_PAUSE_S

    def _forget(self) -> None:
        """Hold no picture any more, coded or decoded: none of them is masked yet."""
        self._ring.clear()
        self._latest.clear()
        self._newest = None
        # Another one: a reader that hangs may still be at work on the old.
        self._gate = PacketGate()

    def _wanted(self) -> bool:
        return self._authorised() and not self._closed.is_set()

    def _call(self) -> None:
        """Read until the stream ends; always ends in an error, unless nobody wants it any more."""
        address = with_credentials(self._permit.address, self._credentials)
        with open_rtsp(address) as video:
            try:
                self._follow(video)
            except av.FFmpegError as error:
                problem = explain(error)
            else:
                problem = "The camera has ended the stream."
        raise Unavailable(f"{public_address(self._permit.address)}: {video.problem or problem}")

    def _follow(self, video: VideoInput) -> None:
        self._timeline.restart()
        self._lose()
        behind = False
        asked = time.monotonic()
        for packet in video.packets():
            if not self._wanted():
                return
            waited = time.monotonic() - asked
            if packet.size:
                coded = self._ring.add(packet, video.recipe, self._clock.monotonic())
                if packet.is_keyframe or not behind:
                    lag = self._admit(video, packet, coded)
                    behind = lag > LAG_S and waited < QUEUED_S
                else:
                    ticks = coded.dts if video.reordered else coded.pts
                    t, _ = self._stamp(coded, ticks, self._clock.monotonic())
                    self._latest.miss(t)
            asked = time.monotonic()

    def _admit(self, video: VideoInput, packet: VideoPacket, coded: Coded) -> float:
        """Decode a packet, or spare it; returns by how much the picture is late."""
        idle = self.idle and not video.reordered
        due = self._gate.admit(coded, key=packet.is_keyframe, idle=idle)
        if not due:
            return self._repeat(coded)
        for waited in due[:-1]:
            # What they show is past: they matter to those that build on them.
            self._decoded(video, waited.packet())
        return self._decode(video, packet)

    def _repeat(self, coded: Coded) -> float:
        """Offer the newest picture again in place of one like it; returns how late that is."""
        now = self._clock.monotonic()
        t, at = self._stamp(coded, coded.pts, now)
        if self._newest is not None:
            self._latest.put(replace(self._newest, t=t, at=at), t, now)
        return now - t

    def _stamp(self, coded: Coded, ticks: int | None, now: float) -> tuple[float, float]:
        """Number and date a picture that is not decoded; returns its `Frame.t` and `Frame.at`."""
        stamp = None if ticks is None else float(ticks * coded.recipe.time_base)
        t = self._timeline.time(stamp, now)
        at = self._clock.now().timestamp() - (now - t)
        coded.t, coded.at, coded.index = t, at, self._index
        self._index += 1
        return t, at

    def _decode(self, video: VideoInput, packet: VideoPacket) -> float:
        """Offer the pictures that a packet completes; returns by how much they are late."""
        lag = 0.0
        for picture in self._decoded(video, packet):
            now = self._clock.monotonic()
            t = self._timeline.time(None if picture.pts is None else picture.time, now)
            lag = now - t
            self._offer(picture, t, now)
        return lag

    def _decoded(
        self, video: VideoInput, packet: "VideoPacket | av.Packet[Stream]"
    ) -> Sequence[av.VideoFrame]:
        """The pictures of a packet; after a broken one nothing is spared before a key picture."""
        try:
            return video.decode(packet)
        except av.FFmpegError as error:
            self._watch.trouble(explain(error))
            self._lose()
            return ()

    def _offer(self, picture: av.VideoFrame, t: float, now: float) -> None:
        at = self._clock.now().timestamp() - (now - t)
        if isinstance(picture.opaque, Coded):
            picture.opaque.t, picture.opaque.at, picture.opaque.index = t, at, self._index
        if picture.is_corrupt:
            # Those that follow may be sound all the same: the gate does not mind.
            self._newest = None
        else:
            self._watch.look(picture, t)
            self._newest = _Picture(picture, t, at, self._index)
            self._latest.put(self._newest, t, now)
        self._index += 1

    def _lose(self) -> None:
        """What was seen says nothing of what is there now: nothing is repeated or spared."""
        self._newest = None
        self._gate.restart()
