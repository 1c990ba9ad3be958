"""Seconds that several gave together: of each at most a minute, however long it stays.

One person on a bench makes as many seconds as a crowd that walks by. Whether a number of seconds is
of enough different ones to be told is said by this other number, which nobody can fill alone.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from beffroi.events.movers import Floats, Mover
from beffroi.mandate.counting import LEAST, LEAST_SECONDS

SHARE_S: Final = LEAST_SECONDS / LEAST
"""Of one person or vehicle at most: so many seconds are of as many as are told of."""

FOUND_AGAIN_S: Final = 60.0
"""Whoever appears where somebody lost so lately may have got to is taken for the same one."""

FOUND_AGAIN: Final = 0.5
"""How near that is at once, in own sizes."""

STRIDE: Final = 2.0
"""How much farther with each second, in own sizes: people walk 0.8 and run 2 of their heights."""


@dataclass(slots=True)
class _Share:
    """What one has given, and when and where it was seen last."""

    given_s: float
    t: float
    spot: Floats


class Sharing:
    """Adds up what different ones give; ids are forgotten a minute after they were seen."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}
        self._added_s = 0.0
        self._given_s = 0.0

    def note(self, t: float, passed: float, here: Collection[Mover]) -> None:
        """Take who is there now.

        Args:
            t: The observation's seconds.
            passed: Seconds since the last one; 0 if nobody looked meanwhile.
            here: Those who give these seconds.
        """
        # First of all: after a long time in which nobody looked, nobody is found again.
        self._shares = {k: one for k, one in self._shares.items() if t - one.t <= FOUND_AGAIN_S}
        present = {mover.id for mover in here}
        for mover in here:
            share = self._shares.pop(mover.id, None) or self._found_again(t, mover, present)
            more = max(0.0, min(passed, SHARE_S - share.given_s))
            self._shares[mover.id] = _Share(share.given_s + more, t, mover.spot)
            self._added_s += more

    def take(self) -> int:
        """The whole seconds added up since the last call."""
        whole = int(self._added_s)
        self._added_s -= whole
        self._given_s += whole
        return whole

    def begin(self) -> None:
        """Begin another quarter of an hour: all give anew once what they gave is enough to tell.

        Until then whoever stays adds nothing, as its seconds are carried with those to come.
        """
        if self._given_s >= LEAST_SECONDS:
            self._given_s = 0.0
            for share in self._shares.values():
                share.given_s = 0.0

    def _found_again(self, t: float, mover: Mover, present: Collection[str]) -> _Share:
        """The share of the nearest of those lost who may have got here; else a new one."""
        lost = {
            name: math.dist(share.spot, mover.spot)
            for name, share in self._shares.items()
            if name not in present
        }
        near = [
            name
            for name, far in lost.items()
            if far <= mover.size * (FOUND_AGAIN + STRIDE * (t - self._shares[name].t))
        ]
        if near:
            return self._shares.pop(min(near, key=lost.__getitem__))
        return _Share(0.0, t, mover.spot)
