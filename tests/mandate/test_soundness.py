"""Rows changed by hand in a way that shows at once: nothing runs by them, whoever asks is told."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from beffroi.errors import BadInput, Tampered
from beffroi.events.registry import shipped_definitions
from beffroi.mandate.cameras import CameraSpec, add_camera, camera_states
from beffroi.mandate.explaining import explain
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.case import case_of
from beffroi.mandate.soundness import drop_spoilt_states
from beffroi.store.mandates import Use
from tests.enacting import FIRST
from tests.mandate.bench import Bench, law, set_up

ONE_GONE = "tells of 5 acts, the last of which has the number {}, and 4 are stored"

BY_HAND = [
    ("DELETE FROM act WHERE type = 'resumption'", ONE_GONE.format(4)),
    ("DELETE FROM act WHERE type = 'vote'", ONE_GONE.format(5)),
    ("UPDATE act SET number = 9 WHERE type = 'vote'", "the last of which has the number 9"),
    ("DELETE FROM ledger_entry WHERE kind = 'act'", "tells of 0 acts"),
    ("UPDATE act SET motives = x'00' WHERE type = 'adoption'", "Row 1 of the table act holds"),
    ("UPDATE act SET details = 'none'", "Row 1 of the table act"),
    ("UPDATE act SET recorded_at = 'yesterday'", "Row 1 of the table act"),
    ("UPDATE use_text SET canonical = '{}'", "Row 1 of the table use_text"),
    ("UPDATE definition SET canonical = 12", "Row 1 of the table definition"),
    ("UPDATE doctrine SET canonical = 'x'", "Row 1 of the table doctrine"),
    ("UPDATE camera_version SET name = x'ff'", "Row 1 of the table camera_version"),
    ("UPDATE camera_version SET since = 'once'", "Row 1 of the table camera_version"),
    (
        "UPDATE camera_version SET camera_id = x'ff' WHERE camera_id = 'yard'",
        "Row 2 of the table camera_version",
    ),
]


@pytest.fixture(scope="module")
def town() -> Iterator[Bench]:
    """A use that ran, was stopped and runs again."""
    fall = next(voted for voted in shipped_definitions() if voted.definition.event == "fall")
    with set_up(fall) as town:
        town.adopt(law())
        town.draft()
        town.in_force()
        town.record(ActType.SUSPENSION)
        town.enact(ActType.RESUMPTION)
        yard = CameraSpec("The yard", "sim://street?seed=1")
        add_camera(town.session, "yard", yard, actor=FIRST, clock=town.clock)
        yield town


def test_what_was_written_as_it_should_be_is_sound(town: Bench) -> None:
    assert town.runs()


@pytest.mark.parametrize(("sql", "complaint"), BY_HAND)
def test_what_was_changed_by_hand_runs_nothing_and_is_named(
    town: Bench, sql: str, complaint: str
) -> None:
    with town.session.begin_nested() as attempt:
        town.session.execute(text("PRAGMA defer_foreign_keys = ON"))
        town.session.execute(text(sql))
        town.session.expire_all()
        (refusal,) = town.gate().refused
        assert complaint in refusal.reason
        with pytest.raises(Tampered, match=complaint):
            explain(town.session, "park", "fall", town.clock)
        attempt.rollback()


SPOILT = {"masks": "[", "since": "once", "place": "5,", "name": b"\xff"}


@pytest.mark.parametrize("column", SPOILT)
def test_a_camera_whose_row_cannot_be_read_keeps_no_other_from_running(
    town: Bench, column: str
) -> None:
    with town.session.begin_nested() as attempt:
        spoil = text(f"UPDATE camera_version SET {column} = :value WHERE camera_id = 'yard'")
        town.session.execute(spoil, {"value": SPOILT[column]})
        town.session.expire_all()
        assert town.runs()
        (refusal,) = town.gate("yard").refused
        assert "Row 2 of the table camera_version" in refusal.reason
        attempt.rollback()


@pytest.mark.parametrize("masks", ['"of"', "[1]", "[[[1]]]"])
def test_a_use_is_refused_by_a_value_of_another_shape_and_says_so(town: Bench, masks: str) -> None:
    with town.session.begin_nested() as attempt:
        town.session.execute(text("UPDATE camera_version SET masks = :masks"), {"masks": masks})
        town.session.expire_all()
        (refusal,) = town.gate().refused
        assert "cannot be read" in refusal.reason
        (use,) = explain(town.session, "park", "fall", town.clock).uses
        assert use.why == refusal.reason
        attempt.rollback()


@pytest.mark.parametrize("details", ["null", '"x"', "[]"])
def test_an_act_that_names_no_values_runs_nothing_and_breaks_nobody(
    town: Bench, details: str
) -> None:
    with town.session.begin_nested() as attempt:
        spoil = text("UPDATE act SET details = :details WHERE type = 'vote'")
        town.session.execute(spoil, {"details": details})
        town.session.expire_all()
        (refusal,) = town.gate().refused
        assert "cannot stand there" in refusal.reason
        use = town.session.get_one(Use, refusal.use_id)
        with pytest.raises(BadInput, match="cannot stand there"):
            case_of(town.session, use, town.clock.now())
        attempt.rollback()


SPOILT_STATES = [
    ("detail", "'nothing'"),
    ("detail", "'5'"),
    ("since", "'soon'"),
    ("rate_hz", "'fast'"),
    ("analysed", "'many'"),
    ("energy_mwh", "x'ff'"),
]


@pytest.mark.parametrize(("column", "value"), SPOILT_STATES)
def test_how_one_camera_does_closes_that_camera_alone_until_it_is_told_anew(
    town: Bench, column: str, value: str
) -> None:
    with town.session.begin_nested() as attempt:
        for camera in ("yard", "park"):
            told = text(
                "INSERT INTO camera_state (camera_id, state, detail, since, heard_at, analysed, "
                f"skipped, spared) VALUES ('{camera}', 'watching', '\"\"', "
                "'2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 0, 0, 0)"
            )
            town.session.execute(told)
        for camera, runs in (("yard", True), ("park", False)):
            with town.session.begin_nested() as spoiling:
                where = f"WHERE camera_id = '{camera}'"
                town.session.execute(text(f"UPDATE camera_state SET {column} = {value} {where}"))
                (refusal,) = town.gate(camera).refused
                assert "of the table camera_state holds what" in refusal.reason
                assert town.runs() is runs
                drop_spoilt_states(town.session)
                assert town.runs()
                assert camera not in camera_states(town.session)
                spoiling.rollback()
        attempt.rollback()
