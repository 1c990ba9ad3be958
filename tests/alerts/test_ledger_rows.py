"""What `ledger verify` says of tables that were changed behind the ledger's back."""

import pytest
from sqlalchemy import select, text

from beffroi.alerts import life
from beffroi.alerts.life import Judgement
from beffroi.folder import DataFolder
from beffroi.ledger.append import SYSTEM, Kind
from beffroi.ledger.erase import erase_payload
from beffroi.ledger.keys import load_or_create
from beffroi.ledger.report import Report
from beffroi.ledger.sequencer import Sequencer
from beffroi.ledger.verify import verify
from beffroi.store.alerts import Alert
from beffroi.store.ledger import LedgerEntry
from tests.alerts.conftest import Town


def check(town: Town, folder: DataFolder) -> Report:
    key = load_or_create(folder.secrets / "key.pem")
    Sequencer(town.database, key, [], town.clock).finish()
    return verify(town.database, key.public_key(), [])


@pytest.fixture
def judged(town: Town) -> str:
    """An alert that was confirmed and handed over."""
    alert = town.raise_alert()
    with town.database.write() as session:
        life.show(session, alert.id, town.operator, town.clock)
        life.judge(session, alert.id, Judgement.CONFIRMED, "A fall.", town.operator, town.clock)
        life.hand_over(session, alert.id, "fire", town.supervisor, town.clock)
    return alert.id


VOTE = "WHERE use_id = 'use-clear' AND type = 'vote'"
CHANGES = {
    "another alert": ("UPDATE alert SET severity = 1, zone = NULL", "severity, zone"),
    "an alert made younger": (
        "UPDATE alert SET raised_at = '2026-05-05 12:00:00.000000'",
        "raised_at",
    ),
    "another verdict": ("UPDATE verdict SET verdict = 'lifted'", "changed since: verdict"),
    "another reason": ("UPDATE verdict SET reason = 'as told'", "changed since: reason"),
    "another judge": ("UPDATE verdict SET account_id = 'account-sam'", "changed since: account_id"),
    "another channel": ("UPDATE delivery SET channel = 'press'", "changed since: channel"),
    "a delivery deleted": ("DELETE FROM delivery", "is gone"),
    "another vote": (f"UPDATE act SET motives = 'because' {VOTE}", "changed since: motives"),
    "another's vote": (
        f"UPDATE act SET recorded_by = 'mayor' {VOTE}",
        "changed since: recorded_by",
    ),
    "a vote nobody recorded": (
        "INSERT INTO act SELECT 'forged', number + 1000, use_id, doctrine_id, type, body, date, "
        "reference, motives, details, subject_digest, document_digest, recorded_by, recorded_at, "
        f"NULL, NULL FROM act {VOTE}",
        "no entry act tells of the row of the act forged",
    ),
    "a confirmation nobody gave": (
        f"UPDATE act SET confirmed_by = 'mayor', confirmed_at = recorded_at {VOTE}",
        "no entry act.confirmed tells of",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_row_changed_behind_the_ledger_is_named(
    town: Town, folder: DataFolder, judged: str, name: str
) -> None:
    assert check(town, folder).failures == ()
    statement, reason = CHANGES[name]
    with town.database.write() as session:
        session.execute(text(statement))
    report = check(town, folder)
    assert not report.holds
    (failure,) = report.failures
    assert reason in str(failure)


def test_what_an_erased_entry_told_of_is_not_held_against_anybody(
    town: Town, folder: DataFolder, judged: str
) -> None:
    check(town, folder)
    with town.database.write() as session:
        raised = select(LedgerEntry.id).where(LedgerEntry.kind == Kind.ALERT_RAISED)
        erase_payload(session, session.scalars(raised).one(), SYSTEM, "asked for", town.clock)
        session.get_one(Alert, judged).severity = 1
    assert check(town, folder).holds
