"""The rows that entries tell of, held against what the entries say.

The proof covers the ledger; operators and gates read tables. A row that somebody changed, deleted
or added behind the ledger's back is found here.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, cast, func, literal_column, select
from sqlalchemy.orm import Session

from beffroi.ledger.append import Kind
from beffroi.ledger.report import Failure
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.base import Json
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.procedure import Act

CHUNK: Final = 500
"""Rows compared at a time."""

MOST: Final = 20
"""Rows named per table that no entry tells of: after the first, more of the same help nobody."""

SAME_ACT: Final = timedelta(minutes=1)
"""A row and its entry are written in one transaction, each with its own look at the clock."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How the entries of one kind tell of the rows of one table.

    Args:
        rows: The table.
        key: Where the payload names the row.
        columns: Column by field of the payload.
        at: Column of the time at which it happened.
        by: Column of who did it, by id or pseudonym, empty in rows to which it has not happened;
            None where the software did.
    """

    rows: type[Alert | Verdict | Delivery | Act]
    key: str
    columns: Mapping[str, str]
    at: str
    by: str | None = None


TRACES: Final[Mapping[str, Trace]] = {
    Kind.ALERT_RAISED: Trace(
        Alert,
        "alert",
        {
            "camera": "camera_id",
            "use": "use_id",
            "definition": "definition_digest",
            "event": "event",
            "severity": "severity",
            "detected_at": "detected_at",
            "count": "count",
            "zone": "zone",
            "evidence_class": "evidence_class",
        },
        at="raised_at",
    ),
    Kind.ALERT_JUDGED: Trace(
        Verdict,
        "verdict_id",
        {"alert": "alert_id", "verdict": "verdict", "reason": "reason"},
        at="at",
        by="account_id",
    ),
    Kind.ALERT_HANDED_OVER: Trace(
        Delivery,
        "delivery",
        {"alert": "alert_id", "verdict_id": "verdict_id", "channel": "channel"},
        at="at",
        by="account_id",
    ),
    Kind.ACT: Trace(
        Act,
        "act",
        {
            "number": "number",
            "use": "use_id",
            "doctrine": "doctrine_id",
            "type": "type",
            "body": "body",
            "date": "date",
            "reference": "reference",
            "motives": "motives",
            "details": "details",
            "document": "document_digest",
            "decided_upon": "subject_digest",
        },
        at="recorded_at",
        by="recorded_by",
    ),
    Kind.ACT_CONFIRMED: Trace(Act, "act", {"type": "type"}, at="confirmed_at", by="confirmed_by"),
}


class RowAudit:
    """One pass over the rows, beside the pass over the ledger.

    Args:
        session: The same consistent view of the database.
    """

    def __init__(self, session: Session) -> None:
        self.failures: list[Failure] = []
        self._session = session
        self._waiting: dict[str, list[tuple[LedgerEntry, Json]]] = {kind: [] for kind in TRACES}
        self._erased: Counter[str] = Counter()
        people = session.scalars(select(Account))
        self._pseudonyms = {person.id: person.pseudonym for person in people}

    def take(self, entry: LedgerEntry, payload: LedgerPayload | None) -> None:
        """Take the next entry, whose payload is the one recorded, or erased."""
        waiting = self._waiting.get(entry.kind)
        if waiting is None:
            return
        if payload is None:
            self._erased[entry.kind] += 1
            return
        told = _read(payload.payload)
        if TRACES[entry.kind].key in told:
            waiting.append((entry, told))
        if len(waiting) == CHUNK:
            self._compare(entry.kind)

    def end(self) -> None:
        """Compare what is left."""
        for kind in TRACES:
            self._compare(kind)

    def find_untold(self) -> None:
        """Look for rows that no entry tells of, once every payload is known for what was signed."""
        for kind in TRACES:
            self._find_untold(kind)

    def _compare(self, kind: str) -> None:
        trace, waiting = TRACES[kind], self._waiting[kind]
        self._waiting[kind] = []
        ids = [told[trace.key] for _, told in waiting]
        wanted = select(trace.rows.id, trace.rows).where(trace.rows.id.in_(ids))
        rows = {found[0]: found[1] for found in self._session.execute(wanted)}
        for entry, told in waiting:
            row = rows.get(told[trace.key])
            changed = ["all of it"] if row is None else self._changed(trace, entry, told, row)
            if changed:
                name = f"{trace.rows.__tablename__} {told[trace.key]}"
                what = "is gone" if row is None else f"was changed since: {', '.join(changed)}"
                reason = f"the row of the {name} that it tells of {what}"
                self.failures.append(Failure(entry.position, reason, entry.id, entry.kind))

    def _changed(self, trace: Trace, entry: LedgerEntry, told: Json, row: object) -> list[str]:
        """Names of the columns that are not as the entry tells."""
        names = [
            column
            for field, column in trace.columns.items()
            if not _same(told.get(field), getattr(row, column))
        ]
        at = getattr(row, trace.at)
        if at is None or abs(at - entry.at) > SAME_ACT:
            names.append(trace.at)
        if trace.by is not None:
            person = getattr(row, trace.by)
            if self._pseudonyms.get(person, person) != entry.actor:
                names.append(trace.by)
        return names

    def _find_untold(self, kind: str) -> None:
        """Rows that no entry tells of, unless as many payloads of that kind were erased."""
        trace = TRACES[kind]
        told = (
            select(self._field(trace.key))
            .join(LedgerEntry, LedgerEntry.id == LedgerPayload.entry_id)
            .where(LedgerEntry.kind == kind)
        )
        happened = select(trace.rows.id)
        if trace.by is not None:
            happened = happened.where(getattr(trace.rows, trace.by).is_not(None))
        # A difference of sets is quick on both databases, which `NOT IN` and `EXISTS` are not.
        untold = happened.except_(told).order_by(literal_column("1"))
        found = self._session.scalars(untold.limit(self._erased[kind] + MOST)).all()
        if len(found) > self._erased[kind]:
            reason = f"no entry {kind} tells of the row of the {trace.rows.__tablename__} "
            self.failures += [Failure(None, reason + row) for row in found[:MOST]]

    def _field(self, key: str) -> ColumnElement[str]:
        """A field of the payloads, in SQL."""
        payload = LedgerPayload.payload
        if self._session.get_bind().dialect.name == "postgresql":
            return func.json_extract_path_text(cast(payload, JSON), key)
        return func.json_extract(payload, f"$.{key}")


def _read(payload: str) -> Json:
    try:
        told: Any = json.loads(payload)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _same(told: object, kept: object) -> bool:
    if isinstance(kept, datetime) and isinstance(told, str):
        return datetime.fromisoformat(told) == kept
    return told == kept
