"""Rows that cannot even be read: SQLite keeps whatever was written into a column, of any type.

They are looked for in SQL before the check reads the rows as what they should be. PostgreSQL
refuses such rows by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from beffroi.ledger.report import Failure

_TIME: Final = """
    typeof({0}.at) = 'text'
    AND strftime('%Y-%m-%d %H:%M:%S', substr({0}.at, 1, 19), '+0 days') IS substr({0}.at, 1, 19)
    AND substr({0}.at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]'
"""

_ENTRIES: Final = f"""
    SELECT coalesce(entry.position, -1), entry.id,
        CASE WHEN typeof(entry.kind) = 'text' THEN entry.kind END
    FROM ledger_entry AS entry LEFT JOIN ledger_payload AS payload ON payload.entry_id = entry.id
    WHERE NOT ({_TIME.format("entry")})
    OR typeof(entry.kind) <> 'text' OR typeof(entry.actor) <> 'text'
    OR typeof(entry.commitment) <> 'blob' OR typeof(entry.position) NOT IN ('integer', 'null')
    OR typeof(payload.salt) NOT IN ('blob', 'null')
    OR typeof(payload.payload) NOT IN ('text', 'null')
    ORDER BY entry.position
"""  # noqa: S608 (nothing here comes from outside)

_CHECKPOINTS: Final = f"""
    SELECT size - 1, NULL, NULL FROM ledger_checkpoint AS signed
    WHERE NOT ({_TIME.format("signed")})
    OR typeof(root) <> 'blob' OR typeof(signature) <> 'blob'
    ORDER BY size
"""  # noqa: S608

_NODES: Final = """
    SELECT 0, NULL, NULL FROM ledger_node
    WHERE typeof(position) <> 'integer' OR typeof(level) <> 'integer'
"""

_TABLES: Final = {
    _ENTRIES: "its row was overwritten with what can no longer be read",
    _CHECKPOINTS: "the row of its checkpoint can no longer be read",
    _NODES: "a stored hash has a place that is no number",
}

MOST: Final = 20
"""Failures named per table: after the first, more of the same help nobody."""


@contextmanager
def forgiving(session: Session) -> Iterator[None]:
    """Read text that is no UTF-8 too: it is then not what was signed, and named as such."""
    driver: Any = session.connection().connection.driver_connection
    strict = driver.text_factory
    driver.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        yield
    finally:
        driver.text_factory = strict


def malformed(session: Session) -> list[Failure]:
    """The rows of a SQLite ledger that hold values of a wrong type."""
    return [
        Failure(position if isinstance(position, int) else -1, reason, entry_id, kind)
        for query, reason in _TABLES.items()
        for position, entry_id, kind in session.execute(text(query)).fetchmany(MOST)
    ]
