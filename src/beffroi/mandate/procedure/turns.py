"""One after the other: whoever decides about uses and doctrines sees what was decided before.

SQLite lets one writer in at a time. On PostgreSQL two people might each act on what the other is
about to change, and number their acts alike.
"""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

_LOCK: Final = 20_261_122
"""Any fixed number will do: PostgreSQL's advisory locks go by it."""


def take_turn(session: Session) -> None:
    """Wait until nobody else decides, and keep others waiting until this session has ended."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
