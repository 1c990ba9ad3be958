import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from beffroi.alerts import life
from beffroi.alerts.life import Judgement
from beffroi.errors import NotAuthorised
from beffroi.events.detector import Detection
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.alerts import Alert
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.mandates import UseCamera
from tests.alerts.conftest import CAMERA, NOW, Town, add_use, definition
from tests.enacting import enact
from tests.ringing import ring

DETECTION = Detection("fall", 3.0, 5.5, 0.8, ("0a1b2c3d",), 4, "steps")


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        (EvidenceClass.NONE, {"tracks": [], "count": 0, "zone": None, "evidence": "none"}),
        (EvidenceClass.COUNTS, {"tracks": [], "count": 4, "zone": "steps", "evidence": "none"}),
        (EvidenceClass.SKELETON, {"tracks": ["0a1b2c3d"], "count": 4, "evidence": "pending"}),
        (EvidenceClass.PIXELATED, {"tracks": ["0a1b2c3d"], "count": 4, "evidence": "pending"}),
        (EvidenceClass.CLEAR, {"tracks": ["0a1b2c3d"], "count": 4, "evidence": "pending"}),
    ],
)
def test_an_alert_keeps_what_its_class_allows(
    town: Town, evidence: EvidenceClass, kept: dict[str, object]
) -> None:
    raised = town.raise_alert(evidence, detection=DETECTION)

    with town.database.read() as session:
        alert = session.get_one(Alert, raised.id)
        assert kept == {name: getattr(alert, name) for name in kept}
        assert (alert.state, alert.duration_s, alert.severity) == ("raised", 2.5, 2)
        assert (alert.erase_at - alert.raised_at).days == 2
        entry = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "alert.raised")).one()
        assert (entry.kind, entry.actor) == ("alert.raised", SYSTEM)
        payload = session.get_one(LedgerPayload, entry.id).payload
        assert definition(evidence).digest in payload
        assert "0a1b2c3d" not in payload
        assert "score" not in payload


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.STATISTICS])
def test_only_a_live_use_raises(town: Town, mode: Mode) -> None:
    with town.database.write() as session:
        add_use(session, definition(), "quiet", town.clock, mode=mode)
    with pytest.raises(NotAuthorised, match=f"{mode} mode"):
        town.raise_alert(use_id="quiet", mode=mode)
    with pytest.raises(NotAuthorised, match="not the one that ran"):
        town.raise_alert(use_id="quiet")


def test_a_suspended_use_and_one_that_has_ended_raise_nothing(town: Town) -> None:
    with town.database.write() as session:
        enact(session, "use-pixelated", ActType.SUSPENSION, town.clock)
    with pytest.raises(NotAuthorised, match="suspended"):
        town.raise_alert()
    with town.database.write() as session:
        enact(session, "use-pixelated", ActType.RESUMPTION, town.clock)
    town.raise_alert()
    town.clock.advance(31 * 86_400)
    with pytest.raises(NotAuthorised, match="ended"):
        town.raise_alert()


def test_an_unknown_use_another_definition_or_another_camera_raise_nothing(town: Town) -> None:
    with town.database.write() as session:
        session.delete(session.get_one(UseCamera, ("use-clear", CAMERA)))
    with pytest.raises(NotAuthorised, match="No use use-unknown"):
        town.raise_alert(use_id="use-unknown")
    with pytest.raises(NotAuthorised, match="not the one that ran"):
        town.raise_alert(voted=definition(EvidenceClass.CLEAR))
    with pytest.raises(NotAuthorised, match="cannot raise strike"):
        town.raise_alert(detection=dataclasses.replace(DETECTION, event="strike"))
    with pytest.raises(NotAuthorised, match="No use use-clear covers"):
        town.raise_alert(EvidenceClass.CLEAR)
    with town.database.read() as session:
        assert session.scalars(select(Alert)).all() == []


def storm(town: Town, per_hour: int) -> Alert | None:
    """One more detection, a second later, where only so many may ring within an hour."""
    town.clock.advance(1)
    with town.database.write() as session:
        return ring(session, "use-pixelated", CAMERA, definition(), town.clock, per_hour=per_hour)


def test_what_rings_too_often_is_counted_into_the_alert_that_waits(town: Town) -> None:
    raised = [storm(town, 3) for _ in range(3)]
    assert all(raised)
    last = raised[-1]
    assert last is not None
    assert [storm(town, 3) for _ in range(4)] == [None] * 4

    with town.database.read() as session:
        alerts = {alert.id: alert for alert in session.scalars(select(Alert))}
        assert len(alerts) == 3
        assert alerts[last.id].repeats == 4
        assert alerts[last.id].escalated_at == NOW + timedelta(seconds=4), "the supervisor sees it"
        entries = session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id))
        kinds = [kind for kind in entries if kind.startswith("alert.")]
    assert kinds[3:] == ["alert.repeated", "alert.escalated", *["alert.repeated"] * 3]


def test_a_storm_ends_with_its_hour_and_concerns_its_own_use_alone(town: Town) -> None:
    assert storm(town, 1)
    assert storm(town, 1) is None
    assert town.raise_alert(EvidenceClass.CLEAR, per_hour=1)
    town.clock.advance(3600)
    assert storm(town, 1)


def test_nothing_is_counted_into_an_alert_that_nobody_looks_at_any_more(town: Town) -> None:
    first = storm(town, 1)
    assert first is not None
    with town.database.write() as session:
        life.show(session, first.id, town.operator, town.clock)
        life.judge(session, first.id, Judgement.LIFTED, "A shoe.", town.operator, town.clock)
    assert storm(town, 1)
    assert storm(town, 1) is None
