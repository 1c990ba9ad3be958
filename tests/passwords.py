"""A password for accounts that act on the command line, where no terminal can ask for it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from beffroi.web.passwords import hash_password

WORDS = "the bells of the belfry"


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
    """Made once: it is slow on purpose."""
    return hash_password(WORDS)


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password_hash: str) -> Password:
    """The password of every `--as` of this test."""
    file = tmp_path / "password"
    file.write_text(f"{WORDS}\n")
    file.chmod(0o600)
    monkeypatch.setenv("BEFFROI_PASSWORD_FILE", str(file))
    return Password(file, password_hash)
