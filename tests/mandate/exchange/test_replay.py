"""A city that holds the key can sign what it likes; the rules of the procedure still tell on it."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.errors import Tampered
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.exchange.verify import prove
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.alerts import Alert
from beffroi.store.procedure import Act
from tests.enacting import FIRST, SECOND
from tests.mandate.exchange.archive import Archive, fall

BALLOT = {"members": 3, "votes_for": ["Ada"], "votes_against": [], "abstained": []}
PUBLISHED = {
    "url": "https://u.example",
    "effect_on": "2026-11-23",
    "urgent": False,
    "ends_at": None,
}


def forge_act(
    archive: Archive,
    use: str,
    act_type: ActType,
    details: dict[str, Any],
    confirmed_by: str | None = None,
) -> None:
    """An act with its lines in the ledger, past every guard."""

    def write(session: Session) -> None:
        others = list(session.scalars(select(Act).order_by(Act.number)))
        last = next((act for act in others if act.use_id == use), others[-1])
        row = Act(
            id=str(uuid.uuid4()),
            number=session.scalar(select(func.max(Act.number + 1))),
            use_id=use,
            doctrine_id=None,
            type=act_type.value,
            body="council",
            date="2026-11-23",
            reference="1",
            motives="because",
            details=details,
            subject_digest=last.subject_digest,
            document_digest=None,
            recorded_by=FIRST,
            recorded_at=archive.clock.now(),
            confirmed_by=confirmed_by,
            confirmed_at=archive.clock.now() if confirmed_by else None,
        )
        session.add(row)
        told = {
            "act": row.id,
            "number": row.number,
            "use": use,
            "doctrine": None,
            "type": row.type,
            "body": row.body,
            "date": row.date,
            "reference": row.reference,
            "motives": row.motives,
            "details": details,
            "document": None,
            "decided_upon": row.subject_digest,
        }
        append(session, Kind.ACT, actor=FIRST, payload=told, clock=archive.clock)
        if confirmed_by:
            told = {name: told[name] for name in ("act", "use", "doctrine", "type")}
            append(
                session, Kind.ACT_CONFIRMED, actor=confirmed_by, payload=told, clock=archive.clock
            )

    archive.change(write)


@pytest.mark.parametrize(
    ("act_type", "details", "confirmed_by", "complaint"),
    [
        (ActType.RESUMPTION, {"by": "council"}, SECOND, "could not follow: the use was in_force"),
        (ActType.VOTE, BALLOT, None, "could not follow: the use was in_force"),
        (ActType.REVALIDATION, {"camera": "park", "version": 1}, FIRST, "by the same person"),
        (ActType.REPEAL, {}, SECOND, "is one that nobody confirms"),
    ],
)
def test_acts_against_the_rules_are_named(
    archive: Archive,
    act_type: ActType,
    details: dict[str, Any],
    confirmed_by: str | None,
    complaint: str,
) -> None:
    forge_act(archive, "falls", act_type, details, confirmed_by)
    with pytest.raises(Tampered, match=rf"Act 4 \({act_type} on falls\) .*{complaint}"):
        archive.files()


def test_a_widening_act_that_nobody_confirmed_moves_nothing(archive: Archive) -> None:
    archive.decide("falls", ActType.SUSPENSION)
    forge_act(archive, "falls", ActType.RESUMPTION, {"by": "council"})
    (use,) = prove(archive.files()).contents.uses
    assert use.state == "suspended"


def test_an_act_put_in_by_hand_is_named(archive: Archive) -> None:
    def write(session: Session) -> None:
        vote = session.scalars(select(Act).where(Act.type == "vote")).one()
        vote.details = {**vote.details, "votes_for": ["Ada", "Ben", "Cem"], "votes_against": []}

    archive.change(write)
    with pytest.raises(Tampered, match=r"Act 2 .* details"):
        archive.files()


def forge_alert(archive: Archive, **changes: Any) -> None:
    """An alert with its line in the ledger, past the gate."""
    fields = {
        "id": str(uuid.uuid4()),
        "camera_id": "park",
        "use_id": "falls",
        "definition_digest": fall().digest,
        "event": "fall",
    } | changes

    def write(session: Session) -> None:
        now = archive.clock.now()
        alert = Alert(
            **fields,
            severity=3,
            state="raised",
            detected_at=now,
            raised_at=now,
            duration_s=1.0,
            score=0.5,
            count=1,
            zone=None,
            tracks=[],
            evidence_class="none",
            evidence="none",
            erase_at=now,
        )
        session.add(alert)
        told = {
            "alert": alert.id,
            "camera": alert.camera_id,
            "use": alert.use_id,
            "definition": alert.definition_digest,
            "event": alert.event,
        }
        append(session, Kind.ALERT_RAISED, actor=SYSTEM, payload=told, clock=archive.clock)

    archive.change(write)


@pytest.mark.parametrize(
    ("prepare", "complaint"),
    [
        (lambda city: city.decide("falls", ActType.SUSPENSION), "the use was suspended"),
        (lambda city: city.decide("falls", ActType.REPEAL), "the use was repealed"),
        (lambda city: city.clock.advance(31 * 86_400), "the use was expired"),
        (lambda city: city.clock.advance(10 * 3_600), "outside the hours"),
    ],
)
def test_an_alert_without_a_mandate_is_named(
    archive: Archive, prepare: Callable[[Archive], None], complaint: str
) -> None:
    archive.ring()
    prepare(archive)
    forge_alert(archive)
    with pytest.raises(Tampered, match=f"The alert .*{complaint}"):
        archive.files(proof=True)
    assert prove(archive.files()).alerts is None


def test_an_alert_before_the_use_was_in_force_is_named(archive: Archive) -> None:
    with archive.database.write() as session:
        archive.draft(session, "later")
    forge_alert(archive, use_id="later")
    with pytest.raises(Tampered, match="the use was draft"):
        archive.files(proof=True)


def test_an_alert_under_another_definition_is_named(archive: Archive) -> None:
    forge_alert(archive, event="strike")
    with pytest.raises(Tampered, match="not the one that was voted"):
        archive.files(proof=True)


def test_an_alert_of_a_use_that_only_counts_is_named(archive: Archive) -> None:
    with archive.database.write() as session:
        archive.draft(session, "counting", mode=Mode.SHADOW)
    archive.decide("counting", ActType.VOTE, ActType.PUBLICATION)
    forge_alert(archive, use_id="counting")
    with pytest.raises(Tampered, match="shadow, which raises no alerts"):
        archive.files(proof=True)


def test_an_alert_whose_law_was_removed_is_named(archive: Archive) -> None:
    archive.remove_law()
    archive.clock.advance(60)
    forge_alert(archive)
    with pytest.raises(
        Tampered, match=r"The alert .* had no mandate: No law in force covers `fall`"
    ):
        archive.files(proof=True)


def test_an_alert_in_the_last_second_is_not_held_against_the_city(archive: Archive) -> None:
    evening = archive.clock.now().replace(hour=19, minute=0, second=0, microsecond=200_000)
    archive.clock.advance((evening - archive.clock.now()) / timedelta(seconds=1))
    forge_alert(archive)
    assert prove(archive.files(proof=True)).alerts == 1


def test_an_alert_without_a_line_is_not_exported(archive: Archive) -> None:
    alert = archive.ring()

    def rename(session: Session) -> None:
        session.get_one(Alert, alert.id).id = str(uuid.uuid4())

    archive.change(rename)
    with pytest.raises(Tampered, match="has no line in the ledger"):
        archive.files(proof=True)


def test_no_name_of_a_person_is_in_the_alerts(archive: Archive) -> None:
    alert = archive.ring()
    (row,) = json.loads(archive.files(proof=True)["alerts.json"])
    assert row.keys() == {"alert", "camera", "event", "definition", "use", "raised_at", "state"}
    assert row["alert"] == alert.id
    assert "alerts.json" not in archive.files()
    assert b"alert.raised" not in archive.files()["ledger.json"]
