"""What every source of frames can do, whatever lies behind it."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from beffroi.capture.address import public_address
from beffroi.capture.frame import Frame
from beffroi.clock import Clock
from beffroi.closing import Closing
from beffroi.mandate.permit import Permit


class State(StrEnum):
    """How a source does."""

    STARTING = "starting"
    WATCHING = "watching"
    BLIND = "blind"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Health:
    """How a source does, in a sentence for whoever looks after it, and since when (UTC)."""

    state: State
    detail: str
    since: datetime


class Source(Closing):
    """A stream that is read under a permit. Use it as a context manager.

    Attributes:
        skipped: Frames that were due and waited in vain for whoever reads them.
        idle: Set by whoever reads them, while nothing is about in them: then a picture in which
            nothing has changed need not be decoded, and the one before comes again.
        spared: Pictures that were not decoded for that.
    """

    def __init__(self, permit: Permit, clock: Clock) -> None:
        permit.require(permit.address, clock)
        self._permit = permit
        self._clock = clock
        self.skipped = 0
        self.idle = False
        self.spared = 0

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """Frames at the rate asked for, masks burnt in; one reader at a time.

        Raises:
            NotAuthorised: The permit has run out.
            Unavailable: The stream is damaged beyond what can be passed over.
        """

    @abstractmethod
    def replay(self, since_t: float, until_t: float) -> Iterator[Frame]:
        """Frames of the last seconds again, at the stream's own rate, masks burnt in.

        What was read under the permit is held from this call on: the frames may be taken after
        its end, and after the source is closed.

        Args:
            since_t: From this `Frame.t` on.
            until_t: Up to this one, both included.

        Raises:
            NotAuthorised: The permit has run out.
        """

    @property
    @abstractmethod
    def health(self) -> Health:
        """How the source does at this moment."""

    @abstractmethod
    def close(self) -> None:
        """Stop reading and forget every picture."""

    def renew(self, permit: Permit) -> None:
        """Read on under a later deadline.

        Raises:
            NotAuthorised: For another source, run out, or come too late: a source that its
                permit has stopped is opened anew.
        """
        self._require()
        permit.require(self._permit.address, self._clock)
        self._permit = permit

    def left_s(self) -> float:
        """Seconds for which it may still be read, unless its permit is renewed."""
        return self._permit.deadline - self._clock.monotonic()

    def _require(self) -> None:
        self._permit.require(self._permit.address, self._clock)

    def _authorised(self) -> bool:
        return self._permit.valid(self._clock)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {public_address(self._permit.address)}>"
