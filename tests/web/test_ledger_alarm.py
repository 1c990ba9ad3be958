"""A ledger that nobody sequences is seen by operators and by whoever supervises the machine."""

import json

import httpx

from beffroi.clock import FrozenClock
from beffroi.ledger.sequencer import sequence
from tests.web.test_streams import receive, watching
from tests.web.town import Town


def test_a_ledger_left_behind_raises_the_alarm_until_it_has_caught_up(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    client.post(town.link("operator"))
    assert client.get("/health").json()["status"] == "ok"
    clock.advance(6)
    refused = client.get("/health")
    assert refused.status_code == 503
    assert "ledger" in refused.json()["detail"]
    with watching(client) as wall:
        assert json.loads(receive(wall, '"ledger_late": true'))["ledger_late"]
        with town.database.write() as session:
            sequence(session)
        receive(wall, '"ledger_late": false')
    assert client.get("/health").json()["status"] == "ok"
