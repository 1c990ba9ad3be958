from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.record import record_act
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from tests.mandate.conftest import NOON, Decide


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timezone": "Europe/Nowhere"}, "time zone"),
        ({"ends_at": NOON - timedelta(days=2)}, "ends after it starts"),
        ({"purpose": " "}, "purpose"),
        ({"legal_basis": ""}, "text it rests on"),
        ({"renews": "nothing"}, "no use nothing"),
        ({"max_offline_s": 1}, "max_offline_s"),
        ({"cameras": {}}, "at least one camera"),
        ({"cameras": {"absent": {}}}, "no camera absent"),
        ({"hours": {"0": [["12:00", "12:00"]]}}, "no minute"),
        ({"hours": {"0": [["noon", "13:00"]]}}, "not an hour"),
        ({"cameras": {"park": {"forbidden": {"a": [[0, 0], [1, 1]]}}}}, "covers no part"),
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
