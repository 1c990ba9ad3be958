"""Gives committed entries their place in the ledger, and has the ledger signed.

Transactions commit in any order, so no writer can know its own place: one sequencer per database
gives it afterwards. A position, once given, is what consoles resume from.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BeffroiError
from beffroi.ledger.append import Kind
from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.seal import BATCH, keep_others_out, latest_checkpoint, seal, unsealed
from beffroi.ledger.witness import keep
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry

CYCLE_S: Final = 0.1
OVERDUE_S: Final = 5.0
WITNESS_EVERY_S: Final = 60.0

log = structlog.get_logger()


def sequence(session: Session) -> list[LedgerEntry]:
    """Give committed entries without a position the next ones, in the order of their ids.

    Args:
        session: A write session; SQLite has one writer at a time, and on PostgreSQL a lock held
            until commit keeps a second sequencer out.

    Returns:
        The entries that now have a position.
    """
    keep_others_out(session)
    entries = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.position.is_(None))
        .order_by(LedgerEntry.id)
        .limit(BATCH)
    ).all()
    if entries:
        last = session.scalar(select(func.max(LedgerEntry.position)))
        start = 0 if last is None else last + 1
        places = [{"id": entry.id, "position": start + n} for n, entry in enumerate(entries)]
        session.execute(update(LedgerEntry), places)
    return list(entries)


def waiting(session: Session) -> bool:
    """Whether a committed entry has no position yet."""
    unplaced = select(LedgerEntry.id).where(LedgerEntry.position.is_(None)).limit(1)
    return session.scalar(unplaced) is not None


def overdue(session: Session, clock: Clock, after_s: float = OVERDUE_S) -> Sequence[LedgerEntry]:
    """Entries that should have had their position long ago: nobody is sequencing. Oldest first.

    Args:
        session: Any session.
        clock: Gives the present.
        after_s: How long an entry may wait, in seconds.

    Returns:
        At most 100 of them.
    """
    limit = clock.now() - timedelta(seconds=after_s)
    return session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.position.is_(None), LedgerEntry.at < limit)
        .order_by(LedgerEntry.id)
        .limit(100)
    ).all()


class Sequencer:
    """Sequences every `CYCLE_S`, signs and has witnessed; one thread of one process.

    Args:
        database: Where the ledger is.
        key: Signs the checkpoints.
        witnesses: Files that get a copy.
        clock: Dates the checkpoints and counts the intervals.
        checkpoint_every_s: Most seconds between checkpoints while there are new entries.
        witness_every_s: Least seconds between two copies to a witness.
    """

    def __init__(
        self,
        database: Database,
        key: Ed25519PrivateKey,
        witnesses: Sequence[Path],
        clock: Clock,
        *,
        checkpoint_every_s: float = 1.0,
        witness_every_s: float = WITNESS_EVERY_S,
    ) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._checkpoint_every_s = checkpoint_every_s
        self._witness_every_s = witness_every_s
        self._seal_at = self._witness_at = clock.monotonic()
        self._witnessed: dict[Path, Checkpoint | None] = dict.fromkeys(witnesses)
        self._scrub = True  # an erasure may have been cut short by the end of the last process
        self.problems: dict[str, str] = {}
        """What does not work at the moment, by step: an alarm for whoever shows it."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then sign and copy what is left."""
        while not stop.is_set():
            self.cycle()
            stop.wait(CYCLE_S)
        self.finish()

    def cycle(self) -> None:
        """One round; what fails is logged, shown in `problems`, and tried again next time."""
        self._attempt("sequence", self._sequence)
        if self._clock.monotonic() >= self._seal_at:
            self._attempt("seal", self._seal)
        if self._witnessed and self._clock.monotonic() >= self._witness_at:
            self._attempt("witness", self._copy)
        if self._scrub:
            self._attempt("scrub", self._try_scrub)

    def finish(self) -> None:
        """Sequence, sign and copy everything now."""
        self._seal_at = self._witness_at = self._clock.monotonic()
        self.cycle()

    def _attempt(self, step: str, work: Callable[[], None]) -> None:
        try:
            work()
        except (BeffroiError, SQLAlchemyError) as error:
            # Rows changed by hand can break any statement; the thread must outlive that.
            cause = " ".join(str(error).split())
            if self.problems.get(step) != cause:
                log.error("ledger step failed", step=step, cause=cause)
            self.problems[step] = cause
        else:
            if self.problems.pop(step, None):
                log.info("ledger step works again", step=step)

    def _sequence(self) -> None:
        # Looking first leaves the database to its writers while there is nothing to do.
        while self._see(waiting):
            with self._database.write() as session:
                entries = sequence(session)
            self._scrub |= any(entry.kind == Kind.PAYLOAD_ERASED for entry in entries)

    def _seal(self) -> None:
        while self._see(unsealed):
            with self._database.write() as session:
                seal(session, self._key, self._clock)
            self._seal_at = self._clock.monotonic() + self._checkpoint_every_s

    def _see(self, question: Callable[[Session], bool]) -> bool:
        with self._database.read() as session:
            return question(session)

    def _copy(self) -> None:
        with self._database.read() as session:
            latest = latest_checkpoint(session, self._key.public_key())
        behind = [file for file, last in self._witnessed.items() if last != latest]
        if latest is None or not behind:
            return
        self._witness_at = self._clock.monotonic() + self._witness_every_s
        for file in behind:
            self._attempt(f"witness {file}", partial(self._copy_to, file, latest))

    def _copy_to(self, file: Path, checkpoint: Checkpoint) -> None:
        keep(file, checkpoint)
        self._witnessed[file] = checkpoint

    def _try_scrub(self) -> None:
        self._scrub = not self._database.scrub()
