"""One after the other: whoever decides about uses and doctrines sees what was decided before.

SQLite lets one writer in at a time. On PostgreSQL two people might each act on what the other is
about to change, and number their acts alike. And under a clock that was set back, a decision would
come before those that it knows of.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.errors import NotAuthorised
from beffroi.ledger.append import Kind
from beffroi.mandate.timekeeping import behind, latest_line

_LOCK: Final = 20_261_122
"""Any fixed number will do: PostgreSQL's advisory locks go by it."""


def take_turn(session: Session) -> None:
    """Wait until nobody else decides, and keep others waiting until this session has ended."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def require_later(session: Session, now: datetime) -> None:
    """Refuse to decide at a moment that lies before the last decision.

    Raises:
        NotAuthorised: The clock was set back since, and nobody has confirmed it.
    """
    if behind(now, latest_line(session, Kind.ACT, Kind.ACT_CONFIRMED)):
        raise NotAuthorised(
            "This machine's clock was set back: only what narrows is recorded until it has caught "
            "up, or a person has confirmed it with `beffroi clock confirm`."
        )
