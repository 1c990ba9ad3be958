"""A wrong clock opens nothing, and a person has the last word about it."""

from datetime import timedelta

import pytest

from beffroi.clock import FrozenClock
from beffroi.errors import NotAuthorised
from beffroi.ledger.append import Kind, append
from beffroi.mandate.commissioning import commission, commissioning_permit
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import CameraDecision, Gate
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.timekeeping import Timekeeper, clock_doubt, confirm_clock
from beffroi.store.database import Database
from beffroi.store.mandates import ClockDoubt
from tests.mandate.conftest import MAYOR, NOON, Decide
from tests.mandate.test_gate import IN_FORCE, SHIPPED

TWO_HOURS = 7200.0


def decision(gate: Gate, city: Database) -> CameraDecision:
    with city.read() as session:
        return gate.decide(session)[0]


def test_a_use_that_only_the_jump_would_open_waits_for_a_person(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted(starts_at=NOON + timedelta(hours=1))
    decide(*IN_FORCE)
    gate = Gate(Equipment(SHIPPED), clock)
    assert "it starts on" in decision(gate, city).refused[0].reason
    clock.step(TWO_HOURS)
    refused = decision(gate, city)
    assert refused.permit is None
    assert "set forward by more than an hour" in refused.refused[0].reason
    with city.write() as session:
        confirm_clock(session, actor=MAYOR, clock=clock)
    assert decision(gate, city).permit is not None


def test_a_use_that_runs_goes_on_under_a_clock_set_forward(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    gate = Gate(Equipment(SHIPPED), clock)
    clock.step(TWO_HOURS)
    assert decision(gate, city).permit is not None


def test_a_restart_does_not_forget_the_jump(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted(starts_at=NOON + timedelta(hours=1))
    decide(*IN_FORCE)
    keeper = Timekeeper(clock)
    clock.step(TWO_HOURS)
    for _ in range(2):
        with city.write() as session:
            keeper.note(session)
    with city.read() as session:
        doubt = clock_doubt(session)
    assert doubt is not None
    assert doubt.ahead_s == TWO_HOURS
    assert decision(Gate(Equipment(SHIPPED), clock), city).permit is None


@pytest.mark.parametrize("seconds", [0.0, 3599.0, -TWO_HOURS])
def test_nobody_is_asked_about_less_than_an_hour(
    city: Database, clock: FrozenClock, seconds: float
) -> None:
    keeper = Timekeeper(clock)
    clock.step(seconds)
    clock.advance(TWO_HOURS)
    clock.sleep(TWO_HOURS)
    with city.read() as session:
        assert not keeper.jumped(session)


def test_nothing_widens_under_a_doubtful_clock_and_everything_narrows(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    keeper = Timekeeper(clock)
    clock.step(TWO_HOURS)
    with city.write() as session:
        keeper.note(session)
        pause(session, "falls", "park", "too many", actor=MAYOR, clock=clock)
    with city.write() as session, pytest.raises(NotAuthorised, match="a person has confirmed"):
        resume(session, "falls", "park", actor=MAYOR, clock=clock)
    decide(ActType.SUSPENSION)
    with pytest.raises(NotAuthorised, match="a person has confirmed"):
        decide(ActType.RESUMPTION)
    with city.write() as session:
        confirm_clock(session, actor=MAYOR, clock=clock)
        resume(session, "falls", "park", actor=MAYOR, clock=clock)
    decide(ActType.RESUMPTION)


def test_no_leave_to_look_comes_back_to_life_under_a_clock_put_right(
    city: Database, clock: FrozenClock
) -> None:
    def looks() -> bool:
        try:
            with city.read() as session:
                commissioning_permit(session, "park", clock)
        except NotAuthorised:
            return False
        return True

    def leave() -> None:
        with city.write() as session:
            commission(
                session, "park", reason="r", duration=timedelta(hours=1), actor=MAYOR, clock=clock
            )

    def put_right(seconds: float) -> None:
        clock.step(seconds)
        with city.write() as session:
            confirm_clock(session, actor=MAYOR, clock=clock)

    leave()
    clock.advance(TWO_HOURS)
    with city.write() as session:
        append(session, Kind.ALERT_SHOWN, actor=MAYOR, payload={}, clock=clock)
    put_right(-1.5 * 3600)
    assert not looks(), "it was over"
    clock.step(30 * 86400)
    leave()
    put_right(-30 * 86400)
    clock.advance(30 * 86400)
    assert not looks(), "it was given for a day that had not come"
    with city.write() as session:
        session.add(ClockDoubt(ahead_s=TWO_HOURS, since=clock.now()))
    with pytest.raises(NotAuthorised, match="a person has confirmed"):
        leave()


def test_a_person_can_say_that_a_clock_set_back_is_right(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    gate = Gate(Equipment(SHIPPED), clock)
    assert decision(gate, city).permit is not None
    clock.step(TWO_HOURS)
    assert decision(gate, city).permit is not None
    clock.step(-TWO_HOURS)
    assert "set back" in decision(gate, city).refused[0].reason
    with city.write() as session:
        confirm_clock(session, actor=MAYOR, clock=clock)
    assert decision(gate, city).permit is not None
