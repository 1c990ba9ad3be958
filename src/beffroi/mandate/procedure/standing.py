"""Where a use stands: a pure fold over its acts and the clock.

No state is ever stored, so none can be set by hand: whoever wants a use in force needs the acts,
in their order, each widening one confirmed by a second person. An act that cannot follow from
where the use stands changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from beffroi.mandate.procedure.acts import (
    WIDENING,
    ActType,
    Authorisation,
    Ballot,
    Publication,
    Revalidation,
    Suspension,
    read_details,
)
from beffroi.mandate.use_text import UseText
from beffroi.store.procedure import Act


class State(StrEnum):
    """Where a use can stand."""

    DRAFT = "draft"
    CONSULTATION = "consultation"
    OPINIONS = "opinions"
    VOTE = "vote"
    AUTHORISED = "authorised"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REPEALED = "repealed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


BEFORE_VOTE: Final = frozenset({State.DRAFT, State.CONSULTATION, State.OPINIONS})
PUBLISHED: Final = frozenset({State.PUBLISHED, State.IN_FORCE, State.SUSPENDED})

FOLLOWS: Final[Mapping[ActType, frozenset[State]]] = MappingProxyType(
    {
        ActType.CONSULTATION_OPENED: frozenset({State.DRAFT}),
        ActType.CONSULTATION_CLOSED: frozenset({State.CONSULTATION}),
        ActType.OPINION: BEFORE_VOTE,
        ActType.OVERRIDE: BEFORE_VOTE,
        ActType.WORKER_NOTICE: BEFORE_VOTE | {State.VOTE, State.AUTHORISED},
        ActType.EVALUATION: BEFORE_VOTE,
        ActType.VOTE: BEFORE_VOTE,
        ActType.AUTHORISATION: frozenset({State.VOTE}),
        ActType.PUBLICATION: frozenset({State.VOTE, State.AUTHORISED}),
        ActType.SUSPENSION: frozenset({State.PUBLISHED, State.IN_FORCE}),
        ActType.RESUMPTION: frozenset({State.SUSPENDED}),
        ActType.REVALIDATION: PUBLISHED,
        ActType.MOTION: PUBLISHED,
        ActType.REPEAL: PUBLISHED,
        ActType.WITHDRAWAL: BEFORE_VOTE | {State.VOTE, State.AUTHORISED},
    }
)
"""From which states an act may be taken."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a use stands at one moment.

    Args:
        state: Its state.
        voted: Digest of the text that was voted, once there is one.
        effect_at: From when it binds, once published.
        ends_at: When it ends by itself, if an authorisation or an urgency says so.
        suspended_by: Who stopped it, while it is suspended.
        revalidated: Camera id → number of the camera's version that was found to fit.
        since: When the last act that moved it was recorded.
    """

    state: State = State.DRAFT
    voted: str | None = None
    effect_at: datetime | None = None
    ends_at: datetime | None = None
    suspended_by: str | None = None
    revalidated: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None


def counts(act: Act) -> bool:
    """Whether an act takes effect: what widens waits for a second person."""
    if act.type not in WIDENING:
        return True
    return act.confirmed_by is not None and act.confirmed_by != act.recorded_by


def stand(acts: Iterable[Act], text: UseText, now: datetime) -> Standing:
    """Fold acts into where the use stands.

    Args:
        acts: Of one use, in the order of their recording.
        text: Gives the dates and the time zone.
        now: The moment asked about; acts recorded later do not count yet.
    """
    standing = Standing()
    for act in acts:
        counted_from = act.confirmed_at if act.type in WIDENING else act.recorded_at
        if not counts(act) or counted_from is None or counted_from > now:
            continue
        if _at(standing, text, counted_from).state in FOLLOWS[ActType(act.type)]:
            standing = replace(_after(standing, act, text), since=counted_from)
    return _at(standing, text, now)


def _after(standing: Standing, act: Act, text: UseText) -> Standing:
    """What one act makes of a standing that it may follow."""
    match read_details(ActType(act.type), act.details):
        case Ballot() as ballot:
            state = State.VOTE if ballot.adopted else State.REJECTED
            return replace(standing, state=state, voted=act.subject_digest)
        case Authorisation() as leave:
            until = None if leave.until is None else text.end_of(leave.until)
            state = State.AUTHORISED if leave.granted else State.REFUSED
            return replace(standing, state=state, ends_at=until)
        case Publication() as made:
            if act.subject_digest != standing.voted or act.confirmed_at is None:
                return standing
            effect = max(text.start_of(made.effect_on), act.confirmed_at)
            ends = [moment for moment in (standing.ends_at, made.ends_at) if moment is not None]
            return replace(
                standing,
                state=State.PUBLISHED,
                effect_at=effect,
                ends_at=min(ends, default=None),
            )
        case Suspension() as stop:
            return replace(standing, state=State.SUSPENDED, suspended_by=stop.by)
        case Revalidation(camera=camera, version=int(version)):
            return replace(standing, revalidated={**standing.revalidated, camera: version})
    return replace(standing, state=_MOVED.get(ActType(act.type), standing.state))


_MOVED: Final[Mapping[ActType, State]] = MappingProxyType(
    {
        ActType.CONSULTATION_OPENED: State.CONSULTATION,
        ActType.CONSULTATION_CLOSED: State.OPINIONS,
        ActType.RESUMPTION: State.PUBLISHED,
        ActType.REPEAL: State.REPEALED,
        ActType.WITHDRAWAL: State.WITHDRAWN,
    }
)


def _at(standing: Standing, text: UseText, now: datetime) -> Standing:
    """What the clock makes of a standing."""
    if standing.state not in PUBLISHED:
        return standing
    end = text.ends_at if standing.ends_at is None else min(text.ends_at, standing.ends_at)
    if now >= end:
        return replace(standing, state=State.EXPIRED)
    effect = standing.effect_at
    begun = effect is not None and now >= max(effect, text.starts_at)
    if standing.state is State.PUBLISHED and begun:
        return replace(standing, state=State.IN_FORCE)
    return standing
