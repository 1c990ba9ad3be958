"""A wrong clock may delay what the supervisor does, but not undo anything."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.engine.supervisor import Supervisor
from beffroi.errors import Unavailable
from beffroi.mandate.timekeeping import confirm_clock
from beffroi.store.alerts import Alert
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from tests.enacting import adopt
from tests.engine.town import CLERK, Town, ringing
from tests.mandate.conftest import NOON
from tests.mandate.doctrine.made import doctrine

OPEN = ("raised", "pending")


@pytest.fixture
def clock(town: Town) -> FrozenClock:
    clock = FrozenClock(NOON)
    town.site = replace(town.site, clock=clock)
    town.camera("park")
    town.use("park")
    with town.site.database.write() as session:
        session.add(
            Alert(
                id="5f0c1f34-8c5e-4f3a-9d55-0d1d1f6a7b10",
                camera_id="park",
                use_id="use-park",
                definition_digest=ringing().digest,
                event="intrusion",
                severity=2,
                state="raised",
                detected_at=NOON,
                raised_at=NOON,
                duration_s=1,
                score=0.5,
                count=1,
                zone=None,
                tracks=[],
                evidence_class="pixelated",
                evidence="pending",
                erase_at=NOON + timedelta(days=2),
            )
        )
    return clock


def standing(town: Town) -> tuple[str, str]:
    (alert,) = town.alerts()
    return alert.state, alert.evidence


def test_a_clock_far_ahead_ends_nothing_until_a_person_has_confirmed_it(
    town: Town, clock: FrozenClock
) -> None:
    site = town.site
    supervisor = Supervisor(site.folder, site.settings, site.database, clock)
    clock.step(3 * 86400)
    with pytest.raises(Unavailable, match="set forward by more than an hour"):
        supervisor._end_what_is_over()
    assert standing(town) == OPEN
    supervisor._keep_time()
    again = Supervisor(site.folder, site.settings, site.database, clock)
    with pytest.raises(Unavailable, match="until a person has confirmed it"):
        again._end_what_is_over()
    clock.step(-3 * 86400)
    with site.database.write() as session:
        confirm_clock(session, actor=CLERK, clock=clock)
    for each in (supervisor, again):
        each._end_what_is_over()
    assert standing(town) == OPEN


def test_time_that_passes_ends_what_is_over(town: Town, clock: FrozenClock) -> None:
    site = town.site
    supervisor = Supervisor(site.folder, site.settings, site.database, clock)
    clock.advance(61)
    supervisor._end_what_is_over()
    assert standing(town) == ("raised", "missing")
    clock.advance(3600)
    supervisor._end_what_is_over()
    assert standing(town) == ("lapsed", "missing")
    clock.advance(2 * 86400)
    supervisor._end_what_is_over()
    assert standing(town) == ("lapsed", "erased")


def test_a_night_of_sleep_is_time_that_passed(town: Town, clock: FrozenClock) -> None:
    site = town.site
    supervisor = Supervisor(site.folder, site.settings, site.database, clock)
    clock.sleep(3 * 86400)
    supervisor._end_what_is_over()
    assert standing(town) == ("lapsed", "erased")


def test_a_clock_that_steps_back_closes_the_cameras(town: Town, clock: FrozenClock) -> None:
    site = town.site
    supervisor = Supervisor(site.folder, site.settings, site.database, clock)
    with site.database.read() as session:
        assert supervisor._gate.decide(session)[0].permit is not None
        clock.step(-60)
        decision = supervisor._gate.decide(session)[0]
    assert decision.permit is None
    assert "set back" in decision.refused[0].reason


def test_the_ledger_loses_on_time_what_it_may_no_longer_tell(
    town: Town, clock: FrozenClock
) -> None:
    site = town.site
    with site.database.write() as session:
        adopt(session, clock, doctrine("ville", {"rule": "ledger_cap_days", "value": 200}))
    supervisor = Supervisor(site.folder, site.settings, site.database, clock)
    clock.advance(61)
    supervisor._end_what_is_over()
    clock.advance(201 * 86400)
    supervisor._end_what_is_over()
    kinds = select(LedgerEntry.kind).join(LedgerPayload, LedgerPayload.entry_id == LedgerEntry.id)
    with site.database.read() as session:
        left = set(session.scalars(kinds))
    assert {"act", "ledger.payload_erased"} <= left
    assert "evidence.missing" not in left
