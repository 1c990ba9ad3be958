"""A learning set is off by default, bounded, and destroyed at its end with a certificate."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.mandate.cameras import remove_camera
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import Gate
from beffroi.mandate.learning import destroy_ended, learn
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.mandates import LearningSample
from tests.mandate.conftest import MAYOR, NOON, Decide
from tests.mandate.test_gate import IN_FORCE, SHIPPED

JUDGED = {"score": 0.7, "duration_s": 5.5, "count": 1, "camera": "never kept"}


def judge(city: Database, clock: FrozenClock, times: int = 1, event: str = "fall") -> None:
    for _ in range(times):
        with city.write() as session:
            learn(
                session, camera_id="park", event=event, features=dict(JUDGED),
                verdict="lifted", clock=clock,
            )  # fmt: skip


def samples(city: Database) -> list[LearningSample]:
    with city.read() as session:
        return list(session.scalars(select(LearningSample)))


def certificates(city: Database) -> list[dict[str, object]]:
    with city.read() as session:
        rows = session.scalars(
            select(LedgerPayload.payload)
            .join(LedgerEntry, LedgerEntry.id == LedgerPayload.entry_id)
            .where(LedgerEntry.kind == "learning.destroyed")
        )
        return [json.loads(row) for row in rows]


def end(city: Database, clock: FrozenClock) -> None:
    with city.write() as session:
        destroy_ended(session, clock)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"mode": Mode.LEARNING, "quota": 3}, 3),
        ({"mode": Mode.LEARNING, "quota": 10}, 5),
        ({"mode": Mode.LEARNING}, 0),
        ({"mode": Mode.LIVE}, 0),
        ({"mode": Mode.LEARNING, "quota": 3, "hours": {}}, 0),
    ],
    ids=["up to its quota", "below it", "no quota", "another mode", "outside its hours"],
)
def test_what_is_taken_of_five_verdicts(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    changes: dict[str, object],
    held: int,
) -> None:
    drafted(**changes)
    decide(*IN_FORCE)
    judge(city, clock, 5)
    judge(city, clock, event="strike")
    kept = [(sample.features, sample.verdict) for sample in samples(city)]
    assert kept == [({"score": 0.7, "duration_s": 5.5, "count": 1}, "lifted")] * held


@pytest.mark.parametrize("back_s", [60, -60])
def test_nothing_is_taken_by_a_clock_that_was_set_back(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide, back_s: float
) -> None:
    drafted(mode=Mode.LEARNING, quota=3)
    decide(*IN_FORCE)
    clock.step(-back_s)
    judge(city, clock)
    assert len(samples(city)) == (back_s < 0)


def test_a_verdict_on_a_camera_that_has_gone_teaches_nothing(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted(mode=Mode.LEARNING, quota=3)
    decide(*IN_FORCE)
    with city.write() as session:
        remove_camera(session, "park", actor=MAYOR, clock=clock)
    judge(city, clock)
    assert samples(city) == []


def test_a_learning_set_opens_no_camera(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted(mode=Mode.LEARNING, quota=3)
    decide(*IN_FORCE)
    with city.read() as session:
        decision = Gate(Equipment(SHIPPED), clock).decide(session)[0]
    assert decision.permit is None
    assert [use.mode for use in decision.uses] == [Mode.LEARNING]


def test_at_its_end_it_is_destroyed_and_the_ledger_says_so(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted(mode=Mode.LEARNING, quota=3)
    decide(*IN_FORCE)
    judge(city, clock, 2)
    decide(ActType.SUSPENSION)
    end(city, clock)
    assert len(samples(city)) == 2
    clock.advance((NOON + timedelta(days=30) - clock.now()).total_seconds())
    end(city, clock)
    end(city, clock)
    assert samples(city) == []
    (certificate,) = certificates(city)
    assert (certificate["use"], certificate["samples"]) == ("falls", 2)
    assert certificate["because"] == "expired"
    assert len(str(certificate["sha256"])) == 64


def test_only_a_learning_set_has_a_quota(drafted: Decide) -> None:
    with pytest.raises(BadInput, match="Only a learning set"):
        drafted(mode=Mode.SHADOW, quota=3)
