"""Whether the rows that decide what runs can be believed at all, asked before they are.

`beffroi ledger verify` finds whatever was changed by hand; this finds at once what takes no proof:
an act deleted whose line in the ledger is still there, and a value that cannot be what it stands
for. SQLite keeps any value in any column; PostgreSQL refuses such rows by itself. A row of one
camera closes that camera; any other closes all.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    DateTime,
    Float,
    Integer,
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

from beffroi.errors import BadInput, BeffroiError, Tampered
from beffroi.ledger.append import Kind
from beffroi.store.base import Base, Sentence
from beffroi.store.cameras import Camera, CameraState, CameraVersion
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
from beffroi.words import Words, say

_DECIDING: Final[tuple[type[Base], ...]] = (
    *(Act, Use, StoredUseText, UseCamera, StoredDefinition, StoredDoctrine),
    *(CameraDoubt, ClockDoubt, Commissioning, Pause),
)

_OF_ONE_CAMERA: Final = (
    (Camera, "id"),
    (CameraVersion, "camera_id"),
    (CameraState, "camera_id"),
)
"""Tables whose rows tell of one camera each, and which."""

UNREADABLE: Final = (BadInput, Tampered, TypeError, ValueError, OverflowError)
"""What reading a row that was changed by hand can raise: nothing runs by such a row."""

_MISFITS: Final[dict[type[TypeEngine[Any]], str]] = {
    JSON: "typeof({0}) <> 'text' OR NOT json_valid({0})",
    Sentence: "CASE WHEN typeof({0}) <> 'text' OR NOT json_valid({0}) THEN TRUE ELSE "
    "json_type({0}) <> 'text' AND json_type({0}, '$.template') IS NOT 'text' END",
    DateTime: "{0} NOT GLOB '????-??-?? ??:??:??*' OR datetime({0}) IS NULL",
    Float: "typeof({0}) NOT IN ('real', 'integer')",
    Integer: "typeof({0}) <> 'integer'",
    String: "typeof({0}) <> 'text'",
    LargeBinary: "typeof({0}) <> 'blob'",
}
"""What a value that was written through this program never is, by type of its column."""


def require_sound(session: Session) -> None:
    """Refuse to go by rows that were changed by hand in a way that shows at once.

    Raises:
        Tampered: It names the row, or says that acts are missing.
    """
    if _keeps_anything(session):
        for model in _DECIDING:
            row = session.scalar(_misfits(model.__tablename__))
            if row is not None:
                raise Tampered(_named(row, model))
        for camera_id, misfit in spoilt_cameras(session).items():
            if not isinstance(camera_id, str):
                raise Tampered(misfit)
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


def spoilt_cameras(session: Session) -> Mapping[str, Words]:
    """Cameras of which a row holds what it cannot hold, each with the row."""
    if not _keeps_anything(session):
        return {}
    return {
        camera_id: _named(row, model)
        for model, camera in _OF_ONE_CAMERA
        for row, camera_id in session.execute(_misfits(model.__tablename__, camera))
    }


def drop_spoilt_states(session: Session) -> None:
    """Forget what cannot be read of how cameras do: hosts say it anew, and nothing is proven by it.

    Args:
        session: A write session.
    """
    if _keeps_anything(session):
        for row, _ in session.execute(_misfits(CameraState.__tablename__, "camera_id")).all():
            session.execute(text("DELETE FROM camera_state WHERE rowid = :row"), {"row": row})


def why_unreadable(error: Exception) -> str:
    """What people are told of a row that raised one of `UNREADABLE`."""
    if isinstance(error, BeffroiError):
        return error.message
    return say(
        "What is on record of it cannot be read: it was changed by hand, or the disk is failing. "
        "Nothing runs by it. Run `beffroi ledger verify`."
    )


def _keeps_anything(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _named(row: int, model: type[Base]) -> Words:
    return say(
        "Row {row} of the table {table} holds what it cannot hold: it was changed by hand. Nothing "
        "runs by it. Run `beffroi ledger verify`.",
        row=row,
        table=model.__tablename__,
    )


@cache
def _misfits(name: str, beside: str = "rowid") -> TextClause:
    """A query for rows that hold what they cannot hold: the number of each, and a column more."""
    table: Table = Base.metadata.tables[name]
    wrong = " OR ".join(
        f"({column.name} IS NOT NULL AND ({misfit.format(column.name)}))"
        for column in table.columns
        if (misfit := _misfit(column.type)) is not None
    )
    return text(f'SELECT rowid, {beside} FROM "{name}" WHERE {wrong}')  # noqa: S608 (names of ours)


def _misfit(kept_as: TypeEngine[Any]) -> str | None:
    own = isinstance(kept_as, Sentence)
    plain = kept_as if own else getattr(kept_as, "impl_instance", kept_as)
    return next((sql for kind, sql in _MISFITS.items() if isinstance(plain, kind)), None)
