"""What gives way when the machine has more to do than it can: shadow for live, statistics for both.

Within one rank nobody has to plan: all cameras of a host wait in one queue, each with one picture
at most, so that their rates fall evenly and the oldest picture is dropped first. Between ranks,
cameras of the last rank leave out pictures until those before them keep up, and take them up again
when there is room.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from beffroi.clock import Clock
from beffroi.engine.messages import Report
from beffroi.mandate.modes import Mode

STEP_S: Final = 2.0
"""Time between two decisions: long enough for a few pictures of every camera."""

CALM_S: Final = 4.0
"""Who gave way takes up more when nobody was late for so long."""

LONGEST_S: Final = 32.0
"""The same at most: each time that there was no room after all, it is twice as long."""

LATE: Final = 0.05
"""Share of pictures that may come too late for analysis; live uses are voted with as much."""

LEAST: Final = 0.2
"""A smaller share is not worth a machine's time."""

MORE: Final = 0.25

RANKS: Final = ((Mode.LIVE,), (Mode.SHADOW, Mode.LEARNING), (Mode.STATISTICS,))


@dataclass(slots=True)
class _Rank:
    """The cameras of one rank: what share they analyse, and what they did since the last step."""

    share: float = 1.0
    here: bool = False
    analysed: int = 0
    skipped: int = 0

    @property
    def late(self) -> bool:
        return self.skipped > max(1, LATE * (self.skipped + self.analysed))


class Plan:
    """Shares out a machine among its cameras.

    Args:
        clock: Its monotonic time is when to decide.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due = clock.monotonic() + STEP_S
        self._calm_since = clock.monotonic()
        self._patience_s = CALM_S
        self._tried = False
        self._ranks = [_Rank() for _ in RANKS]
        self._heard: dict[str, Report] = {}

    def shares(
        self, modes: Mapping[str, Collection[Mode]], reports: Mapping[str, Report]
    ) -> Mapping[str, float]:
        """What share of its pictures each camera shall have analysed, 0 to 1.

        Args:
            modes: Of the uses open on each camera, which has the rank of the first of them.
            reports: How the cameras did just now.
        """
        ranks = {camera: _rank(of_uses) for camera, of_uses in modes.items()}
        for number, rank in enumerate(self._ranks):
            rank.here = number in ranks.values()
            rank.share = rank.share if rank.here else 1.0
        for camera, number in ranks.items():
            self._count(self._ranks[number], self._heard.get(camera), reports.get(camera))
        self._heard = {camera: reports[camera] for camera in ranks.keys() & reports.keys()}
        if self._clock.monotonic() >= self._due:
            self._due = self._clock.monotonic() + STEP_S
            self._step()
        return {camera: self._ranks[number].share for camera, number in ranks.items()}

    @staticmethod
    def _count(rank: _Rank, before: Report | None, now: Report | None) -> None:
        if before is None or now is None or now.analysed < before.analysed:
            return
        rank.analysed += now.analysed - before.analysed
        rank.skipped += max(0, now.skipped - before.skipped)

    def _step(self) -> None:
        """Let the last rank at work give way, or the first that gave way take up more."""
        ranks = self._ranks
        at_work = [number for number, rank in enumerate(ranks) if rank.here and rank.share]
        last = at_work[-1] if at_work else 0
        now = self._clock.monotonic()
        if any(rank.late for rank in ranks[:last]):
            share = ranks[last].share / 2
            ranks[last].share = share if share >= LEAST else 0.0
            if self._tried:
                self._patience_s, self._tried = min(2 * self._patience_s, LONGEST_S), False
            self._calm_since = now
        elif any(rank.late for rank in ranks if rank.share == 1.0):
            self._calm_since = now
        elif now - self._calm_since >= (CALM_S if self._tried else self._patience_s):
            self._resume(now)
        for rank in ranks:
            rank.analysed = rank.skipped = 0

    def _resume(self, now: float) -> None:
        """Let the first that gave way take up more; if there was room the last time, soon."""
        if self._tried:
            self._patience_s = CALM_S
        resting = next((rank for rank in self._ranks if rank.share < 1.0), None)
        self._tried = resting is not None
        if resting is not None:
            resting.share = min(1.0, resting.share + MORE)
            self._calm_since = now


def _rank(modes: Collection[Mode]) -> int:
    return next((n for n, rank in enumerate(RANKS) if not set(rank).isdisjoint(modes)), 0)
