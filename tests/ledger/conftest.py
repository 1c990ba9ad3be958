"""A ledger with entries, on both databases."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beffroi.clock import FrozenClock
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.ledger.keys import load_or_create
from beffroi.ledger.report import Report
from beffroi.ledger.sequencer import Sequencer
from beffroi.ledger.verify import verify
from beffroi.store.database import Database


@dataclass
class Ledger:
    """What a test needs to write a ledger and to check it."""

    database: Database
    key: Ed25519PrivateKey
    clock: FrozenClock
    witness: Path

    @property
    def public(self) -> Ed25519PublicKey:
        return self.key.public_key()

    def sequencer(self) -> Sequencer:
        return Sequencer(self.database, self.key, [self.witness], self.clock)

    def append(self, count: int) -> None:
        """Commit entries; nobody sequences them yet."""
        with self.database.write() as session:
            for number in range(count):
                payload = {"alert": f"{number}", "note": f"said in confidence {number}"}
                append(session, Kind.ALERT_SHOWN, actor=SYSTEM, payload=payload, clock=self.clock)
                self.clock.advance(0.001)

    def record(self, *batches: int) -> None:
        """Commit entries, sealed and witnessed after each batch."""
        for count in batches:
            self.append(count)
            self.sequencer().finish()
            self.clock.advance(1)

    def verify(self, *, witnessed: bool = False) -> Report:
        return verify(self.database, self.public, [self.witness] if witnessed else [])


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Ledger:
    return Ledger(
        database=database,
        key=load_or_create(tmp_path / "key.pem"),
        clock=FrozenClock(datetime(2027, 3, 1, 9, 30, tzinfo=UTC)),
        witness=tmp_path / "witness.txt",
    )
