"""`beffroi clock` from outside."""

import json

import pytest

from beffroi.clock import FrozenClock
from beffroi.mandate.timekeeping import Timekeeper
from tests.cli.office import Office


@pytest.fixture
def doubtful(office: Office) -> Office:
    """Somebody set the clock forward by three hours."""
    clock = FrozenClock(office.site.clock.now())
    keeper = Timekeeper(clock)
    clock.step(3 * 3600)
    with office.site.database.write() as session:
        keeper.note(session)
    return office


def test_a_person_confirms_a_clock_that_was_set_forward(doubtful: Office) -> None:
    assert "set forward by 3.0 hours" in doubtful.run("clock show").out
    assert json.loads(doubtful.run("clock show --json").out)["doubted"] is True
    refused = doubtful.run("clock confirm", "operator", code=1)
    assert "It is for: supervisor, administrator." in refused.err
    assert "is confirmed" in doubtful.run("clock confirm", "supervisor").out
    assert "nobody doubts it" in doubtful.run("clock show").out
