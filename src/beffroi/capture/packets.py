"""The packet gate: a street in which nothing happens need not even be decoded.

A picture that differs little from the one before is coded in few bytes; the sizes of a camera's
packets betray motion before anything is decoded. The gate closes only while the analysis says that
nothing is about. Key pictures and the next few pass it always, and what came since then is kept,
so that decoding goes on without a gap when it opens.
"""

import math
from collections.abc import Sequence
from typing import Final

from beffroi.capture.ring import Coded

QUIET: Final = 0.02
"""A still picture costs next to nothing against a key picture; where it costs a larger share, its
size tells of noise, or of a bit rate that the encoder fills whatever it sees."""

SETTLED: Final = 8
"""Pictures after a key picture that mend what it blurred: their sizes say nothing."""

LEARNT: Final = 100
"""Sizes without which nothing is known of what is ordinary."""

REMEMBERED: Final = 250
"""Sizes by which what is ordinary is known, about."""

STEADY: Final = 0.2
"""Largest spread of ordinary sizes, as a share of their mean, beside which a far walker shows."""

WEIGHT: Final = 0.3
LIMIT: Final = 3.0
LEAST: Final = 0.05
"""Spread of ordinary sizes that is taken for granted, as a share of their mean."""

AWAKE_S: Final = 1.0
"""After larger packets everything is decoded for so long: the analysis has its say."""

LONGEST_S: Final = 4.0
"""Nothing waits longer undecoded, however rare key pictures are."""

HEARD_S: Final = 3.0
"""Within this time sizes must tell of what came and stays; light and codecs stir for less."""

DISTRUST_S: Final = 300.0
"""After something of which sizes said nothing, they are not listened to for so long."""


class PacketGate:
    """Decides which packets of one camera are decoded; used by its reader alone.

    Sizes are watched by an exponentially weighted moving average chart (Roberts, Technometrics 1,
    1959), which sees small rises that last as well as large ones.

    Attributes:
        spared: Pictures that were never decoded.
    """

    def __init__(self) -> None:
        self.spared = 0
        self._waiting: list[Coded] = []
        self._key_size = 0
        self._since_key = 0
        self._learnt = 0
        self._mean = self._variance = self._average = 0.0
        self._closed = False
        self._awake_until = self._deaf_until = -math.inf
        self._unheard: float | None = None

    def admit(self, coded: Coded, *, key: bool, idle: bool) -> Sequence[Coded]:
        """Take the next packet, in order of decoding, which must be that of presentation.

        Args:
            coded: The packet.
            key: Whether it is a key picture.
            idle: Whether the analysis says that nothing is about.

        Returns:
            The packets to decode now; none if this one may wait for a reason to.
        """
        if key:
            self.spared += len(self._waiting)
            self._waiting.clear()
            self._key_size, self._since_key = len(coded.data), 0
            return (coded,)
        self._since_key += 1
        if self._since_key <= SETTLED:
            return (coded,)
        self._hear(coded, idle)
        self._doubt(coded.t, idle)
        self._waiting.append(coded)
        self._closed = idle and self._quiet and coded.t >= max(self._awake_until, self._deaf_until)
        if self._closed and coded.t - self._waiting[0].t < LONGEST_S:
            return ()
        due, self._waiting = self._waiting, []
        return due

    @property
    def _quiet(self) -> bool:
        steady = self._variance <= (STEADY * self._mean) ** 2
        return steady and self._learnt >= LEARNT and self._mean <= QUIET * self._key_size

    def _hear(self, coded: Coded, idle: bool) -> None:
        """Chart a size; what is ordinary is learnt while nothing is about."""
        size = len(coded.data)
        self._average += WEIGHT * (size - self._average)
        spread = max(math.sqrt(self._variance), LEAST * self._mean)
        risen = self._average - self._mean > LIMIT * spread * math.sqrt(WEIGHT / (2 - WEIGHT))
        if risen:
            self._awake_until, self._unheard = coded.t + AWAKE_S, None
        if idle:
            self._learnt += 1
            weight = 1 / min(self._learnt, REMEMBERED)
            off = size - self._mean
            if self._learnt > 1:
                off = max(-LIMIT * spread, min(off, LIMIT * spread))
            self._mean += weight * off
            self._variance += weight * ((1 - weight) * off * off - self._variance)

    def restart(self) -> None:
        """Forget what waits, and let nothing wait before the next key picture."""
        self._waiting.clear()
        self._key_size = 0

    def _doubt(self, t: float, idle: bool) -> None:
        """Where something came and stays, sizes must say so in time, or they carry nothing."""
        if idle:
            self._unheard = None
        elif self._closed:
            self._unheard = t
        if self._unheard is not None and t - self._unheard > HEARD_S:
            self._deaf_until, self._unheard = t + DISTRUST_S, None
