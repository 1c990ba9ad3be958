"""A password for accounts that act on the command line, where no terminal can ask for it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher

WORDS = "the bells of the belfry"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Costs nothing: what tests look at is what follows from its answer."""


@dataclass(frozen=True)
class Password:
    """What accounts of a test prove themselves by.

    Args:
        file: Holds it, for this user alone.
        hash: What an account keeps of it.
    """

    file: Path
    hash: str


@pytest.fixture(scope="session")
def password_hash() -> str:
    """What an account keeps of `WORDS`."""
    return QUICK.hash(WORDS)


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password_hash: str) -> Password:
    """The password of every `--as` of this test."""
    file = tmp_path / "password"
    file.write_text(f"{WORDS}\n")
    file.chmod(0o600)
    monkeypatch.setenv("BEFFROI_PASSWORD_FILE", str(file))
    return Password(file, password_hash)
