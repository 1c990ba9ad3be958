"""What every table shares: one metadata, aware UTC times, portable keys."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from beffroi.errors import Tampered
from beffroi.words import pack, say, unpack

Json = dict[str, Any]

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A growing 64-bit key; SQLite only grows keys that are declared INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC on every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they are the commonest way to be an hour wrong."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without its zone cannot be stored.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class Object(TypeDecorator[Json]):
    """A JSON object. Any other value was put there by hand, and is told of rather than tried."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> Json:
        """Refuse what is none.

        Raises:
            Tampered: It is another kind of value.
        """
        if isinstance(value, dict):
            return value
        raise _misplaced(value)


class Sentence(TypeDecorator[str]):
    """A sentence for people that keeps how it was made, so that each reads it in their language."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write template and values down, where there are any."""
        return None if value is None else json.dumps(pack(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Make the sentence again.

        Raises:
            Tampered: It is none.
        """
        try:
            return None if value is None else unpack(json.loads(value))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise _misplaced(value) from error


def _misplaced(value: object) -> Tampered:
    return Tampered(
        say(
            "A row holds {value}, which cannot stand there: it was changed by hand. Run `beffroi "
            "ledger verify`.",
            value=repr(value)[:40],
        )
    )


class Base(DeclarativeBase):
    """Root of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 (SQLAlchemy reads it on the class)
