from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate.gate import Gate
from beffroi.mandate.uses import ActType, record_act
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Act, Use
from tests.mandate.conftest import NOON, Decide


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timezone": "Europe/Nowhere"}, "time zone"),
        ({"ends_at": NOON - timedelta(days=2)}, "ends after it starts"),
        ({"purpose": " "}, "purpose"),
        ({"legal_basis": ""}, "text it rests on"),
        ({"cameras": {}}, "at least one camera"),
        ({"cameras": {"absent": {}}}, "no camera absent"),
        ({"hours": {"0": [["12:00", "12:00"]]}}, "no minute"),
        ({"hours": {"0": [["noon", "13:00"]]}}, "not an hour"),
        ({"cameras": {"park": {"forbidden": {"a": [[0, 0], [1, 1]]}}}}, "three points"),
        ({"cameras": {"park": {"area": [[0, 0], [1, 0], [0.5, 0]]}}}, "covers no part"),
    ],
)
def test_a_use_that_says_too_little_is_not_written_down(
    city: Database, drafted: Decide, changes: dict[str, Any], message: str
) -> None:
    with city.read() as session:
        before = session.scalars(select(LedgerEntry.id)).all()
    with pytest.raises(BadInput, match=message):
        drafted(**changes)
    with city.read() as session:
        assert session.scalars(select(LedgerEntry.id)).all() == before


def test_a_decision_still_to_come_is_no_decision(
    city: Database, clock: FrozenClock, drafted: Decide
) -> None:
    drafted()
    with city.write() as session, pytest.raises(BadInput, match="still to come"):
        record_act(
            session,
            "falls",
            ActType.VOTE,
            body="council",
            date="2026-11-25",
            reference="2026-2",
            motives="as debated",
            actor="a" * 32,
            clock=clock,
        )


def test_no_sequence_of_acts_runs_without_a_vote_and_a_publication(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    """Every sequence of three acts: only vote, publication (then no end) opens the camera."""
    drafted()
    gate = Gate({"fall": 1}, clock)
    for sequence in product(ActType, repeat=3):
        standing: list[ActType] = []
        _reset(city)
        for act in sequence:
            try:
                decide(act)
            except NotAuthorised:
                continue
            standing.append(act)
        with city.read() as session:
            opened = gate.decide(session)[0].permit is not None
        assert opened == (
            standing[:2] == [ActType.VOTE, ActType.PUBLICATION] and len(standing) == 2
        ), standing


def _reset(city: Database) -> None:
    with city.write() as session:
        session.execute(delete(Act))
        session.get_one(Use, "falls").state = "draft"
