"""Whether the wall clock can be believed: what a wrong one opens or erases cannot be undone.

Set back by more than two seconds, it closes the gate until it has caught up, for yesterday's
mandate must not reopen. Set forward by more than an hour, it erases nothing, and opens nothing
that would not be open without the jump, until a person has confirmed it.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from beffroi.clock import Clock, Steps
from beffroi.errors import NotAuthorised
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import ClockDoubt, Commissioning
from beffroi.words import Words, say

BACK_S: Final = 2.0
FORWARD_S: Final = 3600.0


class Timekeeper:
    """Holds the wall clock against the machine's uptime, and against what the ledger remembers.

    Args:
        clock: The machine's clocks.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._steps = Steps(clock)
        self._latest: datetime | None = None
        self._confirmed: int | None = None

    def now(self) -> datetime:
        """What the wall clock says, believed or not."""
        return self._clock.now()

    def ahead(self, session: Session) -> timedelta:
        """By how much the clock may be ahead of the truth; nothing where nobody doubts it."""
        self._heed_people(session)
        seen, doubt = self._steps.ahead_s(), clock_doubt(session)
        known = 0.0 if doubt is None else doubt.ahead_s
        return timedelta(seconds=max(known, seen if seen > FORWARD_S else 0.0))

    def jumped(self, session: Session) -> bool:
        """Whether there is a jump that nobody has recorded yet."""
        return bool(self.ahead(session)) and clock_doubt(session) is None

    def note(self, session: Session) -> None:
        """Record a jump; a restart does not forget it."""
        if self.jumped(session):
            seconds = self.ahead(session).total_seconds()
            session.add(ClockDoubt(ahead_s=seconds, since=self._clock.now()))
            payload = {"ahead_s": round(seconds)}
            append(session, Kind.CLOCK_DOUBTED, actor=SYSTEM, payload=payload, clock=self._clock)

    def present(self, session: Session) -> datetime | None:
        """The latest moment that has been: what was decided then stays decided.

        Across a restart the ledger remembers it. None while the clock is behind it.
        """
        self._heed_people(session)
        now = self._clock.now()
        if self._latest is None:
            self._latest = latest_line(session) or now
        last = select(LedgerEntry.at).order_by(LedgerEntry.id.desc()).limit(1)
        self._latest = max(self._latest, session.scalar(last) or now, now)
        return None if behind(now, self._latest) else self._latest

    def _heed_people(self, session: Session) -> None:
        """Start anew from the moment at which a person found the clock right."""
        cleared = select(func.max(ClockDoubt.id)).where(ClockDoubt.cleared_at.is_not(None))
        confirmed = session.scalar(cleared) or 0
        if self._confirmed is not None and confirmed != self._confirmed:
            self._steps = Steps(self._clock)
            self._latest = self._clock.now()
        self._confirmed = confirmed


def latest_line(session: Session, *kinds: Kind) -> datetime | None:
    """The latest moment of a line of the ledger since a person last found the clock right.

    The last line may itself be one of a clock set back.

    Args:
        session: Any session.
        kinds: Which lines; all of them unless named.
    """
    confirmed = select(func.max(LedgerEntry.id)).where(LedgerEntry.kind == Kind.CLOCK_CONFIRMED)
    since = session.scalar(confirmed) or 0
    seen = select(func.max(LedgerEntry.at)).where(LedgerEntry.id >= since)
    if kinds:
        seen = seen.where(LedgerEntry.kind.in_([kind.value for kind in kinds]))
    return session.scalar(seen)


def behind(now: datetime, been: datetime | None) -> bool:
    """Whether a clock is behind a moment that has been, by more than clocks usually are."""
    return been is not None and now < been - timedelta(seconds=BACK_S)


def clock_doubt(session: Session) -> ClockDoubt | None:
    """The standing doubt about the clock, if there is one."""
    return session.scalars(select(ClockDoubt).where(ClockDoubt.cleared_at.is_(None))).first()


def confirm_clock(session: Session, *, actor: str, clock: Clock) -> float:
    """Note that a person found the clock right as it is now, whatever it did before.

    Leaves to set a camera up end: given or over under another clock, they would come back to life.

    Returns:
        By how many seconds it had been set forward; 0 where that was not the trouble.
    """
    doubt = clock_doubt(session)
    if doubt is None:
        doubt = ClockDoubt(ahead_s=0.0, since=clock.now())
        session.add(doubt)
    doubt.cleared_by, doubt.cleared_at = actor, clock.now()
    later = Commissioning.ends_at > clock.now()
    session.execute(update(Commissioning).where(later).values(ends_at=Commissioning.starts_at))
    payload = {"ahead_s": round(doubt.ahead_s)}
    append(session, Kind.CLOCK_CONFIRMED, actor=actor, payload=payload, clock=clock)
    return doubt.ahead_s


def require_clock(session: Session) -> None:
    """Refuse to widen anything under a clock that is in doubt.

    Raises:
        NotAuthorised: It was set forward, and nobody has confirmed it.
    """
    if clock_doubt(session) is not None:
        raise NotAuthorised(doubtful())


def doubtful() -> Words:
    """Why nothing is opened or erased under a clock that was set forward."""
    return say(
        "This machine's clock was set forward by more than an hour: nothing more is opened and "
        "nothing is erased until a person has confirmed it, with `beffroi clock confirm`."
    )
