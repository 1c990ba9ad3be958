"""Local accounts, their sessions and one-time login links."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from beffroi.store.base import Base


class Account(Base):
    """A person who may sign in.

    `role` is one of: operator, supervisor, technician, clerk, inspector, administrator.
    `pseudonym` stands for the person in the ledger, 32 random hexadecimal digits: forget the
    account's row and nobody can be found from it.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    pseudonym: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    active: Mapped[bool]
    created_at: Mapped[datetime]


class WebSession(Base):
    """A browser that has signed in; only the SHA-256 of its token is kept."""

    __tablename__ = "web_session"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime]


class LoginLink(Base):
    """A link that signs one person in once."""

    __tablename__ = "login_link"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginFailure(Base):
    """A refused sign-in, kept a quarter of an hour to slow guessing down."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
