"""Learning sets: what a detector computed beside how a person judged it, and nothing else.

A learning set is a use of its own, voted for a purpose, with a number of samples that it may hold
and a day on which it ends. It opens no camera. It holds neither picture nor skeleton, nor who or
where or when, and is destroyed at its end, which the ledger certifies.
"""

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.canonical import canonical, digest
from beffroi.mandate.gate import OpenUse, Votes, hour_now
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.standing import PUBLISHED
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.mandate.uses import find_use
from beffroi.store.mandates import LearningSample

FEATURES: Final = ("score", "duration_s", "count")
"""What is taken of an alert: how sure, how long, how many."""


def learn(
    session: Session,
    *,
    camera_id: str,
    event: str,
    features: dict[str, Any],
    verdict: str,
    clock: Clock,
) -> None:
    """Add a judged alert to every learning set that may take it.

    Args:
        session: The write session of the verdict.
        camera_id: Where the alert was raised.
        event: Of what kind it is.
        features: The values of `FEATURES`.
        verdict: How a person judged it.
        clock: Gives the time.
    """
    hour = hour_now(session, Timekeeper(clock))
    for use in hour.ask(camera_id):
        if not isinstance(use, OpenUse) or use.mode is not Mode.LEARNING:
            continue
        held = _held(session, use.use_id)
        quota = hour.votes.matter(find_use(session, use.use_id)).text.quota
        if use.voted.definition.event != event or held >= quota:
            continue
        kept = {name: features[name] for name in FEATURES}
        session.add(
            LearningSample(
                use_id=use.use_id, features=kept, verdict=verdict, recorded_at=clock.now()
            )
        )
        payload = {"use": use.use_id, "held": held + 1}
        append(session, Kind.LEARNING_SAMPLED, actor=SYSTEM, payload=payload, clock=clock)


def destroy_ended(session: Session, clock: Clock) -> None:
    """Destroy the sets whose use has ended; the ledger line is the certificate.

    A set whose use can no longer be read is kept: somebody has to look first.
    """
    votes = Votes(session, clock.now())
    for use_id in session.scalars(select(LearningSample.use_id).distinct()).all():
        try:
            state = votes.matter(find_use(session, use_id)).standing.state
        except BadInput:
            continue
        if state not in PUBLISHED:
            _destroy(session, use_id, state.value, clock)


def _destroy(session: Session, use_id: str, state: str, clock: Clock) -> None:
    rows = session.scalars(
        select(LearningSample).where(LearningSample.use_id == use_id).order_by(LearningSample.id)
    ).all()
    held = [[row.features, row.verdict] for row in rows]
    for row in rows:
        session.delete(row)
    payload = {
        "use": use_id,
        "samples": len(rows),
        "sha256": digest(canonical(held)),
        "because": state,
    }
    append(session, Kind.LEARNING_DESTROYED, actor=SYSTEM, payload=payload, clock=clock)


def _held(session: Session, use_id: str) -> int:
    of_use = select(func.count(LearningSample.id)).where(LearningSample.use_id == use_id)
    return session.scalar(of_use) or 0
