"""What the verdicts of operators say about a threshold: a proposal with its evidence, never an act.

An alert that was never raised was never judged. So a threshold can only be proposed higher, and
recall is told of the events that the voted threshold found, not of those that happened.
"""

import math
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.events.thresholds import THRESHOLDS, Threshold
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.figures import Share
from beffroi.store.alerts import Alert, Verdict

LEAST: Final = 20
"""Fewer confirmed or lifted alerts than this say too little to propose anything."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value of the threshold, and what would have come of the alerts that were judged.

    Args:
        value: In the parameter's unit.
        precision: Confirmed ones among those that would still have been raised.
        kept: Of the confirmed ones, those that would still have been raised.
    """

    value: int
    precision: Share
    kept: Share


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the verdicts of one use under one text suggest.

    Args:
        parameter: What would change.
        now: The candidate that was voted.
        candidates: Higher ones, in order; each is reached by one more judged alert's number.
        proposed: The best of them, None if none is better.
        unsure: Alerts that were judged neither way; they count for nothing.
    """

    parameter: str
    now: Candidate
    candidates: tuple[Candidate, ...]
    proposed: Candidate | None
    unsure: int


def propose(session: Session, use_id: str, voted: VotedText, keep: float) -> Proposal:
    """Weigh the threshold of a definition against the verdicts on a use's alerts under it.

    Args:
        session: An open session.
        use_id: Whose alerts.
        voted: The text that they were raised under.
        keep: Least share of the confirmed alerts that must still be raised, 0 to 1.

    Raises:
        BadInput: The detector has no such threshold, or too few alerts were judged.
    """
    definition = voted.definition
    threshold = THRESHOLDS.get(definition.detector)
    if threshold is None:
        raise BadInput(
            f"Nothing of {definition.detector} can be weighed against verdicts: it has no "
            "threshold on the score or count that alerts keep."
        )
    judged = session.execute(
        select(Alert.score, Alert.count.label("people"), Verdict.verdict)
        .join(Verdict, Verdict.alert_id == Alert.id)
        .where(Alert.use_id == use_id, Alert.definition_digest == voted.digest)
    ).all()
    numbers = [
        (_number(threshold, row.score, row.people), row.verdict == "confirmed")
        for row in judged
        if row.verdict != "unsure"
    ]
    if len(numbers) < LEAST:
        raise BadInput(
            f"{len(numbers)} alerts of {use_id} under this text were confirmed or lifted; fewer "
            f"than {LEAST} say too little to propose anything."
        )
    value = int(definition.parameters[threshold.parameter])
    values = sorted({number for number, _ in numbers if number > value})
    now = _candidate(value, numbers)
    candidates = tuple(_candidate(higher, numbers) for higher in values)
    good = [
        c for c in candidates if c.kept.value >= keep and c.precision.value > now.precision.value
    ]
    best = max(good, key=lambda c: (c.precision.value, -c.value), default=None)
    return Proposal(threshold.parameter, now, candidates, best, len(judged) - len(numbers))


def _number(threshold: Threshold, score: float, count: int) -> int:
    """The highest value of the parameter under which the alert is still raised."""
    return math.floor(threshold.times * (score if threshold.of == "score" else count) + 1e-9)


def _candidate(value: int, numbers: list[tuple[int, bool]]) -> Candidate:
    raised = [confirmed for number, confirmed in numbers if number >= value]
    confirmed = sum(confirmed for _, confirmed in numbers)
    return Candidate(value, Share(sum(raised), len(raised)), Share(sum(raised), confirmed))
