"""One way in for every kind of source."""

import math
from collections.abc import Sequence
from typing import Final

from beffroi.capture.address import LIVE, public_address, scheme
from beffroi.capture.city import CitySource
from beffroi.capture.file import FileSource
from beffroi.capture.live import LiveSource
from beffroi.capture.masks import Masks, Polygon
from beffroi.capture.ring import Ring
from beffroi.capture.source import Source
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.permit import Permit

RING_MB: Final = 32
"""Megabytes that the last seconds of a stream may take at most."""


def open_source(
    permit: Permit,
    *,
    clock: Clock,
    masks: Sequence[Polygon] = (),
    rate_hz: float,
    credentials: str | None = None,
    ring_s: float = 20,
) -> Source:
    """Open what a permit is for.

    Args:
        permit: For a path, an `rtsp://` or `rtsps://` address, or a `sim://` scene.
        clock: Where the permit's deadline is read and live frames get their time.
        masks: Privacy masks, polygons in fractions of width and height.
        rate_hz: Frames wanted per second, above 0.
        credentials: `user:password` of a camera; kept in memory only.
        ring_s: Seconds that can be replayed, if they fit into `RING_MB`.

    Raises:
        NotAuthorised: The permit does not hold, or not for such an address.
        BadInput: The file, the masks or a number cannot be used. A camera that is away is not
            an error here: it is `blind` until it comes back.
    """
    permit.require(permit.address, clock)
    if not 0 < rate_hz < math.inf:
        raise BadInput("The rate is a number of frames per second, above 0.")
    kind = scheme(permit.address)
    burnt = Masks(masks)
    if kind == "sim":
        return CitySource(permit, clock, masks=burnt, rate_hz=rate_hz, ring_s=ring_s)
    ring = Ring(ring_s, RING_MB)
    if not kind:
        return FileSource(permit, clock, masks=burnt, rate_hz=rate_hz, ring=ring)
    if kind in LIVE:
        return LiveSource(
            permit,
            clock,
            masks=burnt,
            rate_hz=rate_hz,
            ring=ring,
            credentials=credentials,
        )
    raise BadInput(
        f"{public_address(permit.address)} cannot be opened; write a path, or an address that "
        f"begins with {', '.join(f'{name}://' for name in LIVE)} or sim://."
    )
