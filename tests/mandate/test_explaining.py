"""Why a use runs or not: every row says what is asked, whether it holds, and by what."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.events.registry import shipped_definitions
from beffroi.mandate.cameras import CameraSpec, add_camera, doubt_camera
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.explaining import Explained, explain
from beffroi.mandate.gate import Gate
from beffroi.mandate.modes import Mode
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.timekeeping import Timekeeper, confirm_clock
from beffroi.store.cameras import CameraState
from beffroi.store.database import Database
from tests.enacting import adopt
from tests.mandate.conftest import MAYOR, NOON, Decide
from tests.mandate.test_gate import IN_FORCE, SHIPPED

MODELS = {
    name: digest
    for voted in shipped_definitions()
    for name, digest in voted.definition.models.items()
}
EQUIPMENT = Equipment(SHIPPED, MODELS)


def told(
    city: Database,
    clock: FrozenClock,
    event: str | None = "fall",
    ago: float = 0,
    equipment: Equipment | None = EQUIPMENT,
) -> Explained:
    with city.read() as session:
        at = clock.now() - timedelta(seconds=ago) if ago else None
        return explain(session, "park", event, clock, at, equipment)


def against(explained: Explained) -> list[str]:
    return [row.against for use in explained.uses for row in use.rows if row.against]


def test_a_use_that_runs_shows_every_condition_and_its_source(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    explained = told(city, clock)
    (use,) = explained.uses
    assert (use.use_id, use.event, use.mode, use.runs) == ("falls", "fall", Mode.LIVE, True)
    shown = {row.asked: row for row in use.rows}
    acts = shown["Its acts put it in force, and its dates hold."]
    assert acts.source == "publication, council, 2026-11-23, 2026-1"
    (law,) = [row for row in use.rows if "article 1" in row.source]
    assert law.verified is True
    assert "covers it" in law.asked
    assert len(use.rows) >= 10


def test_everything_that_stands_in_the_way_is_told_and_not_only_the_first(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted(hours={})
    decide(*IN_FORCE, ActType.SUSPENSION)
    with city.write() as session:
        pause(session, "falls", "park", "too many", actor=MAYOR, clock=clock)
        doubt_camera(session, "park", "it looks elsewhere", clock)
    no_model = Equipment({"fall": 99}, {})
    reasons = " ".join(against(told(city, clock, equipment=no_model)))
    for reason in (
        "not in force: suspended",
        "outside the hours",
        "an operator has paused it",
        "was seen to have moved",
        "does not ship it",
        "is not installed here",
    ):
        assert reason in reasons


def test_a_camera_that_is_too_slow_is_told_where_nobody_knows_the_machine(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        session.add(
            CameraState(
                camera_id="park",
                state="watching",
                detail="",
                since=clock.now(),
                heard_at=clock.now(),
                analysed=10,
                skipped=90,
                rate_hz=1.5,
                person_px=None,
                measured_at=clock.now(),
                measured_version=1,
            )
        )
    (reason,) = against(told(city, clock, equipment=None))
    assert "1.5 pictures per second" in reason


def test_the_gate_and_the_explanation_never_differ(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    for act in (*IN_FORCE, ActType.SUSPENSION, ActType.RESUMPTION, ActType.REPEAL):
        decide(act)
        with city.read() as session:
            decision = Gate(EQUIPMENT, clock).decide(session)[0]
        (use,) = told(city, clock).uses
        assert use.runs is (decision.permit is not None)
        assert [use.why] == [no.reason for no in decision.refused] or use.runs
        clock.advance(60)


@pytest.mark.parametrize(
    ("starts_in", "set_by", "put_right"),
    [(1, 7200.0, False), (-1, -60.0, False), (-1, 1800.0, True)],
)
def test_a_clock_that_keeps_the_gate_shut_is_told(
    city: Database,
    clock: FrozenClock,
    drafted: Decide,
    decide: Decide,
    starts_in: int,
    set_by: float,
    put_right: bool,
) -> None:
    drafted(starts_at=NOON + timedelta(hours=starts_in))
    decide(*IN_FORCE)
    keeper = Timekeeper(clock)
    clock.step(set_by)
    with city.write() as session:
        keeper.note(session)
    if put_right:
        decide(ActType.SUSPENSION)
        clock.step(-set_by)
        with city.write() as session:
            confirm_clock(session, actor=MAYOR, clock=clock)
    with city.read() as session:
        (refused,) = Gate(EQUIPMENT, clock).decide(session)[0].refused
    (use,) = told(city, clock).uses
    assert not use.runs
    assert use.why == refused.reason


def test_another_time_is_explained_as_it_was(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    clock.advance(60)
    decide(*IN_FORCE)
    clock.advance(60)
    with city.write() as session:
        pause(session, "falls", "park", "too many", actor=MAYOR, clock=clock)
    clock.advance(60)
    with city.write() as session:
        resume(session, "falls", "park", actor=MAYOR, clock=clock)
    clock.advance(60)
    decide(ActType.REPEAL)
    assert against(told(city, clock)) == ["the use is not in force: repealed"]
    assert against(told(city, clock, ago=30)) == []
    assert "an operator has paused it" in against(told(city, clock, ago=90))[0]
    assert "not in force: draft" in against(told(city, clock, ago=230))[0]


def test_an_event_that_no_use_names_is_told_with_what_is_left(
    city: Database, clock: FrozenClock
) -> None:
    free = told(city, clock, "strike")
    assert free.uses == ()
    assert free.modes_left == {"strike": frozenset(Mode)}
    lying = told(city, clock, "lying")
    assert lying.modes_left == {"lying": frozenset()}
    assert [row.holds for row in lying.clauses].count(False) >= 1


def test_a_law_that_has_lapsed_is_named_with_its_day(
    database: Database, clock: FrozenClock
) -> None:
    with database.write() as session:
        spec = CameraSpec("The park", "sim://park?seed=1")
        add_camera(session, "park", spec, actor=MAYOR, clock=clock)
        adopt(session, clock, shipped_doctrines()["fr-2023-828"])
    clock.advance(86_400 * 40)
    told_now = told(database, clock, "fall")
    assert "31 March 2025" in " ".join(row.asked for row in told_now.clauses)
    assert Mode.LIVE not in told_now.modes_left["fall"]
    assert Mode.STATISTICS in told_now.modes_left["fall"]


def test_a_text_changed_behind_the_vote_is_told(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide
) -> None:
    drafted()
    decide(*IN_FORCE)
    with city.write() as session:
        session.execute(text("UPDATE use_text SET canonical = :other"), {"other": b"another"})
    assert "not the one that was voted" in against(told(city, clock))[0]


def test_a_camera_that_is_not_there_cannot_be_explained(city: Database, clock: FrozenClock) -> None:
    with city.read() as session, pytest.raises(BadInput, match="no camera away"):
        explain(session, "away", "fall", clock)
