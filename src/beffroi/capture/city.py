"""The synthetic city as a source: a recording in the laboratory, a camera under a mandate.

A scene can show any of its instants again, so nothing is kept for a replay: it is drawn anew.
"""

import math
from collections.abc import Iterator
from itertools import count
from threading import Event, Lock
from typing import Final

import av

from beffroi.capture.frame import Frame
from beffroi.capture.imager import Imager
from beffroi.capture.masks import Masks
from beffroi.capture.source import Health, Source, State
from beffroi.capture.timeline import at_rate
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.permit import Basis, Permit
from beffroi.simulation.address import parse_address
from beffroi.simulation.scene import Scene, scene_names

NAP_S: Final = 0.05
"""How soon a waiting camera notices that it has been closed or that its permit has run out."""


class CitySource(Source):
    """A synthetic scene.

    Args:
        permit: For a `sim://` address; the laboratory's makes it a recording.
        clock: Paces a camera; not read by a recording.
        masks: Burnt into every frame.
        rate_hz: Frames wanted per second; a scene has no more than its own.
        ring_s: Seconds that can be replayed.

    Raises:
        NotAuthorised: The permit does not hold.
        BadInput: No such scene.
    """

    def __init__(
        self,
        permit: Permit,
        clock: Clock,
        *,
        masks: Masks,
        rate_hz: float,
        ring_s: float,
    ) -> None:
        super().__init__(permit, clock)
        address = parse_address(permit.address)
        if address.name not in scene_names():
            known = ", ".join(scene_names())
            raise BadInput(f"There is no scene {address.name}; choose one of {known}.")
        self._address = address
        self._fps = address.fps
        self._rate_hz = min(rate_hz, address.fps)
        self._masks = masks
        self._ring_s = ring_s
        self._scene: Scene | None = None
        self._drawing = Lock()
        self._live = permit.basis is not Basis.LABORATORY
        self._start = 0.0
        self._latest = -math.inf
        self._closed = Event()
        self._health = Health(State.STARTING, "", clock.now())

    def frames(self) -> Iterator[Frame]:
        """Frames without end; see `Source.frames`."""
        imager = Imager(None, self._masks)
        for index in self._paced() if self._live else self._wanted():
            if self._closed.is_set():
                return
            self._require()
            frame = self._frame(imager, index)
            self._latest = frame.t
            if self._health.state is State.STARTING:
                self._health = Health(State.WATCHING, "", self._clock.now())
            yield frame

    def replay(self, since_t: float, until_t: float) -> Iterator[Frame]:
        """The same frames drawn again; see `Source.replay`."""
        self._require()
        since = max(since_t, self._latest - self._ring_s)
        return self._again(since, min(until_t, self._latest))

    @property
    def health(self) -> Health:
        """Watching from the first frame on: a drawn city does not go blind."""
        return self._health

    def close(self) -> None:
        """End the frames."""
        self._closed.set()
        self._latest = -math.inf

    def _frame(self, imager: Imager, index: int) -> Frame:
        seconds = index / self._fps
        t = self._start + seconds
        with self._drawing:
            image = self._painted().render(seconds)
        picture = av.VideoFrame.from_ndarray(image, format="rgb24")
        at = None
        if self._live:
            at = self._clock.now().timestamp() - (self._clock.monotonic() - t)
        return Frame(imager.image(picture), t, at, index)

    def _again(self, since_t: float, until_t: float) -> Iterator[Frame]:
        imager = Imager(None, self._masks)
        before = (since_t - self._start - 1 / self._rate_hz) * self._fps
        for index in self._wanted(max(0, int(before))) if since_t <= until_t else ():
            t = self._start + index / self._fps
            if t > until_t:
                return
            if t >= since_t:
                yield self._frame(imager, index)

    def _painted(self) -> Scene:
        """The scene; painting it takes seconds, longer than a permit may last."""
        if self._scene is None:
            address = self._address
            self._scene = Scene.create(address.name, address.seed, address.weather)
        return self._scene

    def _wanted(self, first: int = 0) -> Iterator[int]:
        """Numbers of the pictures nearest to the rate asked for."""
        return at_rate(count(first), self._rate_hz, lambda index: index / self._fps)

    def _paced(self) -> Iterator[int]:
        """Numbers of the pictures to draw, each at its time; those missed are counted."""
        with self._drawing:
            self._painted()
        self._start = self._clock.monotonic()
        period = 1 / self._rate_hz
        for index in self._wanted():
            due = self._start + index / self._fps
            while (wait := due - self._clock.monotonic()) > 0:
                if self._closed.wait(min(wait, NAP_S)):
                    return
                self._require()
            if -wait >= period:
                self.skipped += 1
                continue
            yield index
