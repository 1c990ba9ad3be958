"""How a camera does, judged by its pictures and not by its connection.

A camera that answers but shows nothing is as blind as one that is away; whoever relies on it
must know within ten seconds.
"""

import math
import zlib
from threading import Lock
from typing import Final

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from beffroi.capture.source import Health, State
from beffroi.capture.view import FITS, THUMB, View, texture
from beffroi.clock import Clock

SILENT_S: Final = 8.0
DOUBT_S: Final = 4.0
FROZEN_S: Final = 30.0
"""Longer than the others: a good encoder may send a still night scene unchanged for a while."""
LOOK_S: Final = 0.5
COVERED: Final = 2.0


class HealthWatch:
    """Judges a live stream. Written by its reader, read by anyone.

    Args:
        clock: Both for how long and since when.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._scaler = VideoReformatter()
        self._view = View()
        self._trouble = ""
        self._heard = clock.monotonic()
        self._seen = False
        self._looked = -math.inf
        self._size: tuple[int, int] | None = None
        self._new_size: tuple[int, int] | None = None
        self._digest = 0
        self._good: dict[str, float] = {}
        self._health = Health(State.STARTING, "", clock.now())

    def trouble(self, sentence: str) -> None:
        """Note what keeps pictures from coming."""
        with self._lock:
            self._trouble = sentence

    def look(self, picture: av.VideoFrame, t: float) -> None:
        """Take note of a sound picture; twice a second, look at it.

        Args:
            picture: As decoded.
            t: When it was taken, monotonic: a decoder may let go of a picture long after.
        """
        now = self._clock.monotonic()
        with self._lock:
            self._heard, self._seen, self._trouble = t, True, ""
            if now - self._looked >= LOOK_S:
                self._looked = now
                self._examine(picture, now)

    def health(self) -> Health:
        """The state at this moment; `since` changes only with state or detail."""
        with self._lock:
            state, detail = self._judge(self._clock.monotonic())
            if (state, detail) != (self._health.state, self._health.detail):
                self._health = Health(state, detail, self._clock.now())
            return self._health

    def _examine(self, picture: av.VideoFrame, now: float) -> None:
        digest = _digest(picture)
        thumb = self._thumb(picture)
        clear = texture(thumb) >= COVERED
        size = (picture.width, picture.height)
        self._size = self._size or size
        self._new_size = size if size != self._size else None
        signs = {
            "changing": digest != self._digest,
            "clear": clear,
            "in place": not clear or self._view.fit(thumb) >= FITS,
        }
        self._digest = digest
        for sign, good in signs.items():
            if good or sign not in self._good:
                self._good[sign] = now

    def _judge(self, now: float) -> tuple[State, str]:
        if now - self._heard > SILENT_S:
            return State.BLIND, f"No picture comes. {self._trouble}".strip()
        if not self._seen:
            return State.STARTING, self._trouble
        doubts = {sign: self._looked - since for sign, since in self._good.items()}
        if doubts.get("clear", 0) > DOUBT_S:
            return State.BLIND, "The picture is dark, blank or covered."
        if doubts.get("changing", 0) > FROZEN_S:
            return State.BLIND, "The picture is frozen."
        if self._size and self._new_size:
            before, after = (
                f"{width} by {height}" for width, height in (self._size, self._new_size)
            )
            return State.MOVED, f"The picture has changed from {before} to {after} pixels."
        if doubts.get("in place", 0) > DOUBT_S:
            return State.MOVED, "The camera no longer looks where it looked."
        return State.WATCHING, ""

    def _thumb(self, picture: av.VideoFrame) -> NDArray[np.uint8]:
        grey = self._scaler.reformat(picture, *THUMB, "gray", interpolation=Interpolation.AREA)
        return grey.to_ndarray().astype(np.uint8, copy=False)


def _digest(picture: av.VideoFrame) -> int:
    """A checksum of the first plane, without the padding of its rows."""
    plane = picture.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return zlib.crc32(rows[:, : picture.width].tobytes())
