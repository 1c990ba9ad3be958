"""The uses of each camera: which run there now, which do not and why, which have ended."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.gate import OpenUse, Votes, hour_now, what_runs
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.mandate.uses import list_uses

ENDED: Final = frozenset({State.EXPIRED, State.REPEALED, State.REJECTED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class CameraUses:
    """The uses of one camera.

    Args:
        running: Those that may run now, and how far each goes.
        held: Those that may not, each with why.
        ended: Those that will not run again, each with why.
    """

    running: list[tuple[str, Mode]] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)


def read_camera_uses(session: Session, clock: Clock) -> Mapping[str, CameraUses]:
    """The uses of every camera in service, by camera."""
    hour = hour_now(session, Timekeeper(clock))
    ended = _ended(session, hour.votes)
    found: dict[str, CameraUses] = defaultdict(CameraUses)
    for answer in what_runs(session, hour):
        uses = found[answer.camera_id]
        if isinstance(answer, OpenUse):
            uses.running.append((answer.use_id, answer.mode))
        elif answer.use_id in ended:
            uses.ended.append((answer.use_id, answer.reason))
        else:
            uses.held.append((answer.use_id, answer.reason))
    return found


def _ended(session: Session, votes: Votes) -> set[str]:
    ended = set()
    for use in list_uses(session):
        try:
            if votes.matter(use).standing.state in ENDED:
                ended.add(use.id)
        except BadInput:  # what cannot be read is told among those that are held
            continue
    return ended
