"""Looking at evidence. What is clear is shown only after a line in the ledger, or not at all."""

from sqlalchemy.orm import Session

from beffroi.alerts.life import definition_of, find, require_person, require_reason
from beffroi.alerts.vault import CLEAR, PIXELATED, SKELETONS, Vault
from beffroi.clock import Clock
from beffroi.errors import BadInput, NotAuthorised, Unavailable
from beffroi.ledger.append import Kind, append
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.rights import Permission
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert
from beffroi.store.database import Database
from beffroi.words import say


def view(session: Session, vault: Vault, alert_id: str, part: str, account: Account) -> bytes:
    """The pixelated sequence or the skeletons of an alert that has been shown.

    That someone looks is what `alert.shown` records; a look more leaves no line of its own.

    Args:
        session: Any session.
        vault: Where the evidence is.
        alert_id: The alert.
        part: `PIXELATED` (MP4) or `SKELETONS` (one observation a line, its `t` counted from the
            first picture of the sequence).
        account: Who looks.

    Raises:
        BadInput: No such alert, or no such part.
        NotAuthorised: The account may not see alerts, or the alert was never shown.
        Unavailable: Not kept yet, missing or erased.
    """
    require_person(session, account, Permission.SEE_ALERTS)
    alert = find(session, alert_id)
    if part not in (PIXELATED, SKELETONS):
        raise BadInput(
            say("{part!r} cannot be seen here: a clear sequence asks for a reason.", part=part)
        )
    if alert.shown_at is None:
        raise NotAuthorised(say("Open the alert first: whoever looks leaves a line in the ledger."))
    _require_ready(alert)
    return vault.open(alert_id, part)


def view_clear(
    database: Database, vault: Vault, alert_id: str, reason: str, account: Account, clock: Clock
) -> bytes:
    """The clear, masked sequence of an alert, for a stated reason.

    Takes the database and not a session: the bytes are given only once the line is committed.
    The sequence is decrypted before that, so that no line tells of a look that failed.

    Raises:
        BadInput: No such alert, or no reason given.
        NotAuthorised: The account may not see clear sequences, or the definition keeps none.
        Unavailable: Missing or erased; or the line cannot be written, and nothing is shown.
    """
    with database.write() as session:
        person = require_person(session, account, Permission.VIEW_CLEAR)
        reason = require_reason(reason)
        alert = find(session, alert_id)
        if definition_of(session, alert).evidence is not EvidenceClass.CLEAR:
            raise NotAuthorised(say("The definition that was voted keeps no clear sequence."))
        _require_ready(alert)
        sequence = vault.open(alert_id, CLEAR)
        append(
            session,
            Kind.EVIDENCE_VIEWED_CLEAR,
            actor=person.pseudonym,
            payload={"alert": alert_id, "reason": reason},
            clock=clock,
        )
    return sequence


_WHY_NOT = {
    "none": say("The definition that was voted keeps no evidence for this alert."),
    "pending": say("The sequence is being made: try again in a few seconds."),
    "missing": say("The sequence was lost before it could be kept."),
    "erased": say("The sequence was erased, as the definition requires."),
}


def _require_ready(alert: Alert) -> None:
    if alert.evidence != "ready":
        raise Unavailable(_WHY_NOT[alert.evidence])
