"""Whether the rows that decide what runs can be believed at all, asked before they are.

`beffroi ledger verify` finds whatever was changed by hand; this finds at once what takes no proof:
an act deleted whose line in the ledger is still there, and a value that cannot be what it stands
for. SQLite keeps any value in any column; PostgreSQL refuses such rows by itself.
"""

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    DateTime,
    Float,
    LargeBinary,
    String,
    Table,
    TextClause,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from beffroi.errors import Tampered
from beffroi.ledger.append import Kind
from beffroi.store.base import Base
from beffroi.store.cameras import Camera, CameraVersion
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import (
    CameraDoubt,
    ClockDoubt,
    Commissioning,
    Pause,
    StoredDefinition,
    StoredUseText,
    Use,
    UseCamera,
)
from beffroi.store.procedure import Act, StoredDoctrine
from beffroi.words import say

_DECIDING: Final[tuple[type[Base], ...]] = (
    *(Act, Use, StoredUseText, UseCamera, StoredDefinition, StoredDoctrine),
    *(Camera, CameraVersion, CameraDoubt, ClockDoubt, Commissioning, Pause),
)

_MISFITS: Final[dict[type[TypeEngine[Any]], str]] = {
    JSON: "typeof({0}) <> 'text' OR NOT json_valid({0})",
    DateTime: "{0} NOT GLOB '????-??-?? ??:??:??*' OR datetime({0}) IS NULL",
    Float: "typeof({0}) NOT IN ('real', 'integer')",
    String: "typeof({0}) <> 'text'",
    LargeBinary: "typeof({0}) <> 'blob'",
}
"""What a value that was written through this program never is, by type of its column."""


def require_sound(session: Session) -> None:
    """Refuse to go by rows that were changed by hand in a way that shows at once.

    Raises:
        Tampered: It names the row, or says that acts are missing.
    """
    if session.get_bind().dialect.name == "sqlite":
        for model in _DECIDING:
            row = session.scalar(_misfits(model.__tablename__))
            if row is not None:
                raise Tampered(
                    say(
                        "Row {row} of the table {table} holds what it cannot hold: it was changed "
                        "by hand. Nothing runs by it. Run `beffroi ledger verify`.",
                        row=row,
                        table=model.__tablename__,
                    )
                )
    lines = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.kind == Kind.ACT)
    # One statement, so that an act recorded meanwhile counts on all sides or on none.
    acts, last, told = session.execute(
        select(func.count(), func.max(Act.number), lines.scalar_subquery()).select_from(Act)
    ).one()
    if not acts == (last or 0) == told:
        raise Tampered(
            say(
                "The ledger tells of {told} acts, the last of which has the number {last}, and "
                "{acts} are stored: some were deleted or added by hand. Nothing runs by them. Run "
                "`beffroi ledger verify`.",
                told=told,
                last=last or 0,
                acts=acts,
            )
        )


@cache
def _misfits(name: str) -> TextClause:
    """A query for a row that holds what it cannot hold, by its number within the table."""
    table: Table = Base.metadata.tables[name]
    wrong = " OR ".join(
        f"({column.name} IS NOT NULL AND ({misfit.format(column.name)}))"
        for column in table.columns
        if (misfit := _misfit(column.type)) is not None
    )
    return text(f'SELECT rowid FROM "{name}" WHERE {wrong} LIMIT 1')  # noqa: S608 (names of ours)


def _misfit(kept_as: TypeEngine[Any]) -> str | None:
    plain = getattr(kept_as, "impl_instance", kept_as)
    return next((sql for kind, sql in _MISFITS.items() if isinstance(plain, kind)), None)
