"""Grows the Merkle tree again, beside what was stored, signed and witnessed of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from beffroi.ledger.checkpoint import Checkpoint
from beffroi.ledger.leaf import leaf_bytes, leaf_of
from beffroi.ledger.merkle import Frontier, leaf_hash
from beffroi.ledger.report import Failure
from beffroi.store.ledger import LedgerCheckpoint, LedgerEntry, LedgerNode

Item = TypeVar("Item")


class _Ahead(Generic[Item]):
    """Sorted items, taken as far as one has got."""

    def __init__(self, items: Iterable[Item], place: Callable[[Item], int]) -> None:
        self._items = iter(items)
        self._place = place
        self.next = next(self._items, None)

    def up_to(self, limit: int) -> Iterator[Item]:
        while self.next is not None and self._place(self.next) <= limit:
            yield self.next
            self.next = next(self._items, None)


@dataclass(frozen=True, slots=True)
class _Suspect:
    """The first node that is not as stored: one of the leaves under it, or the node itself."""

    position: int
    level: int

    def leaves(self, sealed: int) -> tuple[int, int]:
        """First and last leaf that it may be: those signed before are innocent."""
        return max(sealed, self.position - (1 << self.level) + 1), self.position


class TreeAudit:
    """One pass over the ledger.

    Args:
        key: The ledger's published key.
        nodes: Stored hashes, by position and level.
        checkpoints: Stored checkpoints, by size.
        witnesses: Checkpoints kept elsewhere, by size.
    """

    def __init__(
        self,
        key: Ed25519PublicKey,
        nodes: Iterable[LedgerNode],
        checkpoints: Iterable[LedgerCheckpoint],
        witnesses: Iterable[Checkpoint],
    ) -> None:
        self._key = key
        self._tree = Frontier()
        self._nodes = _Ahead(nodes, lambda node: node.position)
        self._signed = _Ahead(
            (Checkpoint.from_row(row, key) for row in checkpoints), lambda signed: signed.size
        )
        self._witnesses = _Ahead(witnesses, lambda seen: seen.size)
        self._suspect: _Suspect | None = None
        self._broken = False
        self.failures: list[Failure] = []
        self.sealed = self.witnessed = self._stored = 0

    def take(self, position: int, entry: LedgerEntry) -> None:
        """Take the next entry by position."""
        if self._broken:
            return
        if position < self._tree.size:
            reason = "inserted into a place that does not exist or is taken"
            self.failures.append(Failure(position, reason, entry.id, entry.kind))
        elif position > self._tree.size:
            self._break(self._tree.size, f"missing: the next entry left is at {position}")
        else:
            self._grow(position, leaf_hash(leaf_bytes(leaf_of(entry))))

    def end(self) -> None:
        """Say that no entry is left: what still speaks of more entries tells of a cut tail."""
        if self._broken:
            return
        left = self._tree.size
        for signed in self._signed.up_to(2**63):
            if self._is_genuine(signed, "a checkpoint in the database"):
                self._break(left, f"cut off: a checkpoint signed {signed.size} entries")
                break
        if self._nodes.next is not None and not self._broken:
            self._break(left, "cut off: hashes of later entries are still there")
        if self._stored > self.sealed and not self._broken:
            self._break(self.sealed, "no longer signed: its checkpoint was removed or altered")
        for seen in self._witnesses.up_to(2**63):
            if self._is_genuine(seen, "a witness's checkpoint"):
                self._break(
                    left,
                    f"cut off or rolled back: a witness saw {seen.size} entries "
                    f"on {seen.at:%Y-%m-%d at %H:%M:%S} UTC",
                )
                break

    def _grow(self, position: int, leaf: bytes) -> None:
        completed = enumerate(self._tree.append(leaf))
        stored = [(node.level, node.hash) for node in self._nodes.up_to(position)]
        if stored:
            self._stored = self._tree.size
        if self._suspect is None and (stored or self._signed.next is not None):
            pairs = enumerate(zip_longest(stored, completed))
            level = next((level for level, (was, now) in pairs if was != now), None)
            self._suspect = None if level is None else _Suspect(position, level)
        for signed in self._signed.up_to(self._tree.size):
            self._compare_signed(signed)
        for seen in self._witnesses.up_to(self._tree.size):
            self._compare_witness(seen)

    def _compare_signed(self, signed: Checkpoint) -> None:
        if self._broken or not self._is_genuine(signed, "a checkpoint in the database"):
            return
        if signed.root == self._tree.root():
            if self._suspect is not None:
                reason = "its stored hash was altered (the entry itself is as it was signed)"
                self.failures.append(Failure(self._suspect.position, reason))
            self.sealed, self._suspect = self._tree.size, None
        else:
            self._break(*self._bad(self.sealed, "what was signed"))

    def _compare_witness(self, seen: Checkpoint) -> None:
        if self._broken or not self._is_genuine(seen, "a witness's checkpoint"):
            return
        if seen.root == self._tree.root():
            self.witnessed = self._tree.size
        else:
            when = f"{seen.at:%Y-%m-%d at %H:%M:%S} UTC"
            position, reason = self._bad(self.witnessed, f"what a witness saw on {when}")
            self._break(position, f"{reason}: rolled back, or rewritten and signed again")

    def _bad(self, proven: int, expected: str) -> tuple[int, str]:
        """Where the root goes wrong, as narrowly as the stored hashes can tell."""
        first, last = (
            (proven, self._tree.size - 1) if self._suspect is None else self._suspect.leaves(proven)
        )
        if first == last:
            return first, f"this entry is not {expected}"
        return first, f"this entry or one up to position {last} is not {expected}"

    def _is_genuine(self, checkpoint: Checkpoint, what: str) -> bool:
        genuine = checkpoint.holds(self._key)
        if not genuine:
            last = max(0, checkpoint.size - 1)
            reason = f"{what} of {checkpoint.size} entries is not signed by this ledger's key"
            self.failures.append(Failure(last, reason))
        return genuine

    def _break(self, position: int, reason: str) -> None:
        """From here on nothing can agree any more: one failure says it all."""
        self.failures.append(Failure(position, reason))
        self._broken = True
