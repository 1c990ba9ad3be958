"""Where a use stands: a pure fold over its acts and the clock.

No state is ever stored, so none can be set by hand: whoever wants a use in force needs the acts,
in their order, each widening one confirmed by a second person. An act that cannot follow from
where the use stands changes nothing. The order is that in which they came to count: a publication
confirmed after a withdrawal comes after it, whichever was written down first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from beffroi.errors import Actor, BadInput
from beffroi.mandate.procedure.acts import (
    WIDENING,
    ActType,
    Authorisation,
    Ballot,
    Publication,
    Resumption,
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
        ActType.CONSULTATION_OPENED: frozenset({State.DRAFT, State.OPINIONS}),
        ActType.CONSULTATION_CLOSED: frozenset({State.CONSULTATION}),
        ActType.OPINION: BEFORE_VOTE,
        ActType.OVERRIDE: BEFORE_VOTE,
        ActType.WORKER_NOTICE: BEFORE_VOTE | {State.VOTE, State.AUTHORISED},
        ActType.EVALUATION: BEFORE_VOTE,
        ActType.VOTE: BEFORE_VOTE,
        ActType.AUTHORISATION: frozenset({State.VOTE, State.AUTHORISED}),
        ActType.PUBLICATION: frozenset({State.VOTE, State.AUTHORISED}),
        ActType.SUSPENSION: PUBLISHED,
        ActType.RESUMPTION: frozenset({State.SUSPENDED}),
        ActType.REVALIDATION: PUBLISHED,
        ActType.MOTION: PUBLISHED,
        ActType.REPEAL: PUBLISHED,
        ActType.WITHDRAWAL: BEFORE_VOTE | {State.VOTE, State.AUTHORISED},
    }
)
"""From which states an act may be taken."""

LIFTED_BY: Final = MappingProxyType(
    {
        "judge": frozenset({"judge"}),
        "commission": frozenset({"commission"}),
        "council": frozenset({"council"}),
        "supervisor": frozenset({"supervisor", "council"}),
        "automatic": frozenset({"supervisor", "council"}),
    }
)
"""Who can lift a suspension, by who pronounced it; the weightiest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a use stands at one moment.

    Args:
        state: Its state.
        voted: Digest of the text that was voted, once there is one.
        effect_at: From when it binds, once published.
        ends_at: When it ends by itself, if an authorisation or an urgency says so.
        stops: Everybody whose stop is standing → number of the act of their last one.
        revalidated: Camera id → number of the camera's version that was found to fit.
        since: When the last act that moved it was recorded.
    """

    state: State = State.DRAFT
    voted: str | None = None
    effect_at: datetime | None = None
    ends_at: datetime | None = None
    stops: Mapping[str, int] = field(default_factory=dict)
    revalidated: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None

    @property
    def suspended_by(self) -> str | None:
        """Whose stop weighs most, while it is suspended."""
        return next((by for by in LIFTED_BY if by in self.stops), None)

    def end(self, text: UseText) -> datetime:
        """When it ends, whichever of its text and its acts ends it first."""
        return text.ends_at if self.ends_at is None else min(text.ends_at, self.ends_at)

    def last_day(self, text: UseText) -> date:
        """The last day on which it may run."""
        return text.today(self.end(text) - timedelta(microseconds=1))


def counts(act: Act) -> bool:
    """Whether an act takes effect: what widens waits for a second person."""
    if act.type not in WIDENING:
        return True
    return act.confirmed_by is not None and act.confirmed_by != act.recorded_by


def stand(acts: Iterable[Act], text: UseText, now: datetime) -> Standing:
    """Fold acts into where the use stands.

    Args:
        acts: Of one use.
        text: Gives the dates and the time zone.
        now: The moment asked about; acts recorded later do not count yet.

    Raises:
        BadInput: An act is none that can be recorded: it was changed behind the procedure.
    """
    standing = Standing()
    timed = [(moment, act) for act in acts if (moment := counted_from(act)) is not None]
    for moment, act in sorted(timed, key=lambda one: (one[0], one[1].number)):
        if moment > now:
            break
        if _at(standing, text, moment).state in FOLLOWS.get(_type_of(act), frozenset()):
            standing = replace(_after(standing, act, text), since=moment)
    return _at(standing, text, now)


def counted_from(act: Act) -> datetime | None:
    """When an act came to count: once confirmed if it widens; None if it does not count."""
    if not counts(act):
        return None
    return act.confirmed_at if act.type in WIDENING else act.recorded_at


def _type_of(act: Act) -> ActType:
    try:
        return ActType(act.type)
    except ValueError as error:
        raise BadInput(
            "An act of this use was changed behind the procedure.", actor=Actor.ADMINISTRATOR
        ) from error


def _after(standing: Standing, act: Act, text: UseText) -> Standing:
    """What one act makes of a standing that it may follow."""
    match read_details(ActType(act.type), act.details):
        case Ballot() as ballot:
            state = State.VOTE if ballot.adopted else State.REJECTED
            return replace(standing, state=state, voted=act.subject_digest)
        case Authorisation() as leave:
            until = None if leave.until is None else text.end_of(leave.until)
            state = State.AUTHORISED if leave.granted else State.REFUSED
            return replace(standing, state=state, ends_at=_earlier(standing.ends_at, until))
        case Publication() as made:
            if act.subject_digest != standing.voted or act.confirmed_at is None:
                return standing
            effect = max(text.start_of(made.effect_on), act.confirmed_at)
            ends = _earlier(standing.ends_at, made.ends_at)
            return replace(standing, state=State.PUBLISHED, effect_at=effect, ends_at=ends)
        case Suspension() as stop:
            stops = {**standing.stops, stop.by: act.number}
            return replace(standing, state=State.SUSPENDED, stops=stops)
        case Resumption() as lift:
            could = lifted(standing.stops, lift.by)
            # Nobody lifts a stop that was not yet there, whatever the clock said since.
            stops = {
                by: number
                for by, number in standing.stops.items()
                if by not in could or number > act.number
            }
            state = State.SUSPENDED if stops else State.PUBLISHED
            return replace(standing, state=state, stops=stops)
        case Revalidation(camera=camera, version=int(version)):
            return replace(standing, revalidated={**standing.revalidated, camera: version})
    return replace(standing, state=_MOVED.get(ActType(act.type), standing.state))


_MOVED: Final[Mapping[ActType, State]] = MappingProxyType(
    {
        ActType.CONSULTATION_OPENED: State.CONSULTATION,
        ActType.CONSULTATION_CLOSED: State.OPINIONS,
        ActType.REPEAL: State.REPEALED,
        ActType.WITHDRAWAL: State.WITHDRAWN,
    }
)


def lifted(stops: Iterable[str], by: str) -> frozenset[str]:
    """Which of these stops an authority can lift."""
    return frozenset(stop for stop in stops if by in LIFTED_BY[stop])


def _earlier(*ends: datetime | None) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _at(standing: Standing, text: UseText, now: datetime) -> Standing:
    """What the clock makes of a standing."""
    if standing.state not in PUBLISHED:
        return standing
    if now >= standing.end(text):
        return replace(standing, state=State.EXPIRED)
    effect = standing.effect_at
    begun = effect is not None and now >= max(effect, text.starts_at)
    if standing.state is State.PUBLISHED and begun:
        return replace(standing, state=State.IN_FORCE)
    return standing
