from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.events.registry import DETECTORS
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.cameras import CameraSpec, change_camera, doubt_camera, remove_camera
from beffroi.mandate.commissioning import commission, commissioning_permit, record_look
from beffroi.mandate.conditions import ENERGY_STANDS
from beffroi.mandate.definition import Definition
from beffroi.mandate.equipment import Demands, Equipment
from beffroi.mandate.gate import CameraDecision, Gate, hour_of, live_cameras, require_open
from beffroi.mandate.hours import ALWAYS, within_hours
from beffroi.mandate.modes import Mode
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.permit import TERM_S, Basis
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.timekeeping import Timekeeper, confirm_clock
from beffroi.store.cameras import CameraState
from beffroi.store.database import Database
from tests.enacting import adopt, enact
from tests.mandate.conftest import MAYOR, NOON, Decide
from tests.mandate.doctrine.made import doctrine

IN_FORCE = (ActType.VOTE, ActType.PUBLICATION)


SHIPPED = {"fall": DETECTORS["fall"].behaviour}


def ask(
    city: Database, clock: FrozenClock, behaviours: Mapping[str, int] = SHIPPED
) -> CameraDecision:
    with city.read() as session:
        return Gate(Equipment(behaviours), clock).decide(session)[0]


def test_a_use_voted_and_published_opens_the_camera_for_seconds(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    permit = ask(city, clock).permit
    assert permit is not None
    assert (permit.address, permit.uses) == ("sim://park?seed=1", ("falls",))
    permit.require("sim://park?seed=1", clock)
    clock.advance(TERM_S)
    with pytest.raises(NotAuthorised, match="run out"):
        permit.require("sim://park?seed=1", clock)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ((), "draft"),
        ((ActType.VOTE,), "vote"),
        ((*IN_FORCE, ActType.SUSPENSION), "suspended"),
        ((*IN_FORCE, ActType.REPEAL), "repealed"),
    ],
)
def test_any_other_state_refuses(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    acts: tuple[ActType, ...],
    state: str,
) -> None:
    drafted()
    decide(*acts)
    decision = ask(city, clock)
    assert decision.permit is None
    assert state in decision.refused[0].reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"starts_at": NOON + timedelta(seconds=1)}, "starts on"),
        ({"ends_at": NOON}, "ended on"),
        ({"hours": {}}, "outside the hours"),
        ({"hours": {"0": [["08:00", "12:00"]]}}, "outside the hours"),
        ({"hours": {"1": [["00:00", "24:00"]]}}, "outside the hours"),
    ],
)
def test_dates_and_hours_refuse(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    changes: dict[str, object],
    reason: str,
) -> None:
    drafted(**changes)
    decide(*IN_FORCE)
    decision = ask(city, clock)
    assert decision.permit is None
    assert reason in decision.refused[0].reason


def test_a_detector_that_behaves_otherwise_than_voted_does_not_run(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    decision = ask(city, clock, {"fall": SHIPPED["fall"] + 1})
    assert decision.permit is None
    assert "does not ship it" in decision.refused[0].reason


def test_a_text_changed_after_the_vote_does_not_run(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        session.execute(
            text("UPDATE definition SET canonical = :new"), {"new": b'{"event":"fall"}'}
        )
    decision = ask(city, clock)
    assert decision.permit is None
    assert "not the one that was voted" in decision.refused[0].reason


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE use_text SET canonical = :other",
        "UPDATE act SET subject_digest = 'another'",
        "UPDATE act SET details = '{}'",
        "UPDATE act SET confirmed_by = recorded_by",
        "UPDATE act SET confirmed_at = NULL",
        "DELETE FROM act WHERE type = 'vote'",
        "DELETE FROM act WHERE type = 'publication'",
        "DELETE FROM act WHERE type = 'adoption'",
        "UPDATE doctrine SET canonical = :other",
    ],
)
def test_a_use_changed_after_the_vote_does_not_run(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide, change: str
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        session.execute(text(change), {"other": b"another"} if ":other" in change else {})
    assert ask(city, clock).permit is None


def test_a_camera_turned_elsewhere_after_the_vote_waits_until_two_people_find_it_right(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        elsewhere = CameraSpec("The park", "sim://street?seed=9")
        change_camera(session, "park", elsewhere, actor=MAYOR, clock=clock)
    assert "must be re-validated" in ask(city, clock).refused[0].reason
    with city.write() as session:
        enact(session, "falls", ActType.REVALIDATION, clock, {"camera": "park"})
    assert ask(city, clock).permit is not None


def test_a_clock_set_back_while_the_server_was_off_closes_the_gate(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    clock.step(-60)
    assert ask(city, clock).permit is None


def test_a_line_written_under_a_clock_set_back_does_not_make_it_right(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    clock.step(-60)
    with city.write() as session:
        payload = {"started": True}
        append(session, Kind.SERVER_STARTED, actor=SYSTEM, payload=payload, clock=clock)
    assert ask(city, clock).permit is None


@pytest.mark.parametrize("what", ["a stop", "another address"])
def test_what_was_decided_under_a_clock_ahead_is_not_undone_by_putting_it_right(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide, what: str
) -> None:
    drafted()
    decide(*IN_FORCE)
    clock.step(1800)
    if what == "a stop":
        decide(ActType.SUSPENSION)
    else:
        with city.write() as session:
            other = CameraSpec("The park", "sim://street?seed=9")
            change_camera(session, "park", other, actor=MAYOR, clock=clock)
    clock.step(-1800)
    with city.write() as session:
        confirm_clock(session, actor=MAYOR, clock=clock)
    assert ask(city, clock).permit is None
    clock.advance(1801)
    refused = ask(city, clock)
    assert refused.permit is None
    assert "ahead" not in refused.refused[0].reason, "the clock has caught up; the stop stands"


def test_a_small_step_back_undoes_no_stop(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    gate = Gate(Equipment(SHIPPED), clock)
    with city.read() as session:
        assert gate.decide(session)[0].permit is not None
    clock.advance(10)
    decide(ActType.SUSPENSION)
    clock.step(-1.5)
    with city.read() as session:
        assert gate.decide(session)[0].permit is None
    clock.step(0.5)
    with city.read() as session:
        assert Gate(Equipment(SHIPPED), clock).decide(session)[0].permit is None


def test_an_operator_stops_and_a_supervisor_resumes(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        pause(session, "falls", "park", "too many alerts", actor=MAYOR, clock=clock)
    assert ask(city, clock).permit is None
    with city.read() as session:
        assert live_cameras(session, Timekeeper(clock)) == set()
    with city.write() as session:
        resume(session, "falls", "park", actor=MAYOR, clock=clock)
    assert ask(city, clock).permit is not None
    with city.read() as session:
        assert live_cameras(session, Timekeeper(clock)) == {"park"}


def test_a_clock_that_steps_back_closes_the_gate_until_it_has_caught_up(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    gate = Gate(Equipment(SHIPPED), clock)
    with city.read() as session:
        assert gate.decide(session)[0].permit is not None
        clock.step(-3600)
        assert gate.decide(session)[0].permit is None
        clock.advance(3600)
        assert gate.decide(session)[0].permit is not None


@pytest.mark.parametrize(
    ("now", "inside"),
    [
        (datetime(2026, 3, 28, 1, 30, tzinfo=UTC), True),  # Saturday 02:30 in winter time
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), False),  # Sunday 01:59, before the clocks change
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), False),  # Sunday 03:00: 02:00 to 03:00 is skipped
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),  # Sunday 02:30, summer time
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),  # Sunday 02:30 again, winter time
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), False),  # Sunday 03:00
    ],
)
def test_hours_are_read_on_the_wall_clock_across_both_changes(now: datetime, inside: bool) -> None:
    hours = {str(day): [("02:00", "03:00")] for day in range(7)}
    assert within_hours(hours, "Europe/Paris", now) is inside


def test_commissioning_opens_for_its_hours_without_any_use(
    city: Database, clock: FrozenClock
) -> None:
    with city.write() as session, pytest.raises(NotAuthorised, match="may not be opened"):
        commissioning_permit(session, "park", clock)
    with city.write() as session:
        commission(
            session,
            "park",
            reason="masks",
            duration=timedelta(hours=1),
            actor=MAYOR,
            clock=clock,
        )
    permit = ask(city, clock).permit
    assert permit is not None
    assert (permit.basis, permit.uses) == (Basis.COMMISSIONING, ())
    clock.advance(3601)
    assert ask(city, clock).permit is None


def test_a_clock_set_back_reopens_no_commissioning(city: Database, clock: FrozenClock) -> None:
    hour = timedelta(hours=1)
    with city.write() as session:
        commission(session, "park", reason="masks", duration=hour, actor=MAYOR, clock=clock)
    clock.advance(7200)
    with city.write() as session:
        append(session, Kind.SERVER_STARTED, actor=SYSTEM, payload={"version": "1"}, clock=clock)
    clock.step(-7200)
    for look in (
        lambda session: record_look(session, "park", "still", actor=MAYOR, clock=clock),
        lambda session: commissioning_permit(session, "park", clock),
    ):
        with city.write() as session, pytest.raises(NotAuthorised, match="clock was set back"):
            look(session)


def test_commissioning_lasts_at_most_a_day(city: Database, clock: FrozenClock) -> None:
    day = timedelta(hours=24, seconds=1)
    with city.write() as session, pytest.raises(BadInput, match="24 hours"):
        commission(session, "park", reason="r", duration=day, actor=MAYOR, clock=clock)


def test_always_means_every_minute_of_the_week() -> None:
    minutes = (NOON + timedelta(minutes=step) for step in range(0, 7 * 24 * 60, 7))
    assert all(within_hours(ALWAYS, "Europe/Paris", minute) for minute in minutes)


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        ({"rate_hz": 5.0}, "it analysed 5.0 pictures per second here"),
        ({"person_px": 20.0}, "people are 20 pixels high here"),
        ({"rate_hz": None, "person_px": 200.0}, None),
        ({"rate_hz": 5.0, "measured_version": 0}, None),
        ({"rate_hz": 5.0, "measured_at": NOON - timedelta(minutes=15)}, None),
        ({"person_px": 20.0, "measured_at": NOON - timedelta(days=9)}, "people are 20 pixels"),
    ],
    ids=["slow", "far", "fit", "another view", "slow some time ago", "far as ever"],
)
def test_a_camera_below_what_was_voted_is_refused(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    measured: dict[str, Any],
    reason: str | None,
) -> None:
    drafted()
    decide(*IN_FORCE)
    state = {"measured_at": NOON, "measured_version": 1} | measured
    with city.write() as session:
        session.add(
            CameraState(
                camera_id="park", state="watching", detail="", since=NOON, heard_at=NOON,
                analysed=1, skipped=0, **state,
            )
        )  # fmt: skip
    decision = ask(city, clock)
    assert (decision.permit is None) is (reason is not None)
    assert reason is None or reason in decision.refused[0].reason


@pytest.mark.parametrize(
    ("mode", "spent", "reason"),
    [
        (Mode.LIVE, None, "the energy of this camera is not measured, and at most 20000 mWh"),
        (Mode.LIVE, 20_001, "this camera takes 20001 mWh in an hour, and at most 20000"),
        (Mode.LIVE, 20_000, None),
        (Mode.SHADOW, None, None),
        (Mode.SHADOW, 20_001, "this camera takes 20001 mWh in an hour"),
    ],
)
def test_where_energy_is_bounded_live_waits_until_it_is_measured(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    mode: Mode,
    spent: int | None,
    reason: str | None,
) -> None:
    drafted(mode=mode)
    decide(*IN_FORCE)
    assert ask(city, clock).permit is not None, "nobody bounds it"
    with city.write() as session:
        bound = {"rule": "energy_mwh_per_camera_hour", "value": 20_000}
        adopt(session, clock, doctrine("sobre", bound))
        session.add(
            CameraState(
                camera_id="park", state="watching", detail="", since=NOON, heard_at=NOON,
                analysed=1, skipped=0, energy_mwh=spent, energy_at=clock.now(),
            )
        )  # fmt: skip
    decision = ask(city, clock)
    assert (decision.permit is None) is (reason is not None)
    assert reason is None or reason in decision.refused[0].reason
    clock.advance(ENERGY_STANDS.total_seconds())
    assert (ask(city, clock).permit is None) is (mode is Mode.LIVE and spent is None), "tried again"


@pytest.mark.parametrize("models", [{}, {"movenet-multipose": "0" * 64}])
def test_other_models_than_those_voted_do_not_run(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide, models: dict[str, str]
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.read() as session:
        decision = Gate(Equipment(SHIPPED, models), clock).decide(session)[0]
    assert decision.permit is None
    assert "movenet-multipose" in decision.refused[0].reason


def test_what_no_detector_can_be_made_of_is_refused_and_keeps_nothing_else_from_running(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    def demands(_: Definition) -> Demands:
        raise BadInput("The parameters of fall are wrong.")

    drafted()
    decide(*IN_FORCE)
    with city.read() as session:
        equipment = Equipment(SHIPPED, demands=demands)
        (decision,) = Gate(equipment, clock).decide(session)
    assert decision.permit is None
    assert decision.refused[0].reason == "The parameters of fall are wrong."


def test_a_definition_of_an_earlier_release_does_not_run_after_an_upgrade(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    """Its detector is gone, or behaves otherwise: what was voted is no longer shipped."""
    drafted()
    decide(*IN_FORCE)
    for shipped in ({}, {"strike": 1}, {"fall": SHIPPED["fall"] + 1}):
        decision = ask(city, clock, shipped)
        assert decision.permit is None
        assert "this software does not ship it" in decision.refused[0].reason


def test_doubt_about_a_camera_closes_it_until_two_people_re_validate_it(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        doubt_camera(session, "park", "it looks elsewhere", clock)
    assert "was seen to have moved" in ask(city, clock).refused[0].reason
    with city.write() as session:
        enact(session, "falls", ActType.REVALIDATION, clock, {"camera": "park"})
    assert ask(city, clock).permit is not None


def test_a_mask_may_be_added_and_none_taken_away(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    mask = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))
    with city.write() as session:
        masked = CameraSpec("The park", "sim://park?seed=1", masks=[mask])
        change_camera(session, "park", masked, actor=MAYOR, clock=clock)
    assert ask(city, clock).permit is not None


def test_what_one_technician_masked_one_technician_does_not_unmask(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    """The vote named no mask, so that without it the camera is again as it was voted."""
    drafted()
    decide(*IN_FORCE)
    mask = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))
    for masks in ([mask], []):
        clock.advance(1)
        with city.write() as session:
            spec = CameraSpec("The park", "sim://park?seed=1", masks=masks)
            change_camera(session, "park", spec, actor=MAYOR, clock=clock)
        assert (ask(city, clock).permit is not None) is bool(masks)
    assert "a mask was taken off the camera since" in ask(city, clock).refused[0].reason
    with city.write() as session:
        enact(session, "falls", ActType.REVALIDATION, clock, {"camera": "park"})
    assert ask(city, clock).permit is not None


@pytest.mark.parametrize("seconds", [-60.0, 2 * 3600.0])
def test_who_asks_once_more_believes_no_clock_that_the_gate_does_not(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide, seconds: float
) -> None:
    drafted(starts_at=NOON - timedelta(hours=1) if seconds < 0 else NOON + timedelta(hours=1))
    decide(*IN_FORCE)
    keeper = Timekeeper(clock)
    with city.read() as session:
        (open_use,) = (
            Gate(Equipment(SHIPPED), FrozenClock(NOON + timedelta(hours=2))).decide(session)[0].uses
        )
        assert (live_cameras(session, keeper) == {"park"}) is (seconds < 0)
        clock.step(seconds)
        assert live_cameras(session, keeper) == set()
        with pytest.raises(NotAuthorised, match="clock was set"):
            require_open(hour_of(session, keeper), open_use)


def test_a_use_on_a_camera_out_of_service_is_refused_like_any_other(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    (open_use,) = ask(city, clock).uses
    with city.write() as session:
        remove_camera(session, "park", actor=MAYOR, clock=clock)
        with pytest.raises(NotAuthorised, match="There is no camera park"):
            require_open(hour_of(session, Timekeeper(clock)), open_use)
