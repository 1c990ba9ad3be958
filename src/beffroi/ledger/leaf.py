"""What a leaf of the tree says: the same bytes for whoever recomputes them, in any language."""

from datetime import UTC, datetime

import rfc8785

from beffroi.store.ledger import LedgerEntry

Leaf = dict[str, str]
"""`actor`, `commitment` (hexadecimal), `kind` and `time` of an entry: no personal data."""


def leaf_of(entry: LedgerEntry) -> Leaf:
    """The leaf of an entry."""
    return {
        "actor": entry.actor,
        "commitment": entry.commitment.hex(),
        "kind": entry.kind,
        "time": utc_text(entry.at),
    }


def leaf_bytes(leaf: Leaf) -> bytes:
    """The leaf as canonical JSON (RFC 8785)."""
    return rfc8785.dumps(leaf)


def utc_text(time: datetime) -> str:
    """A time to the microsecond, always written alike: ``2027-03-01T09:30:00.000000Z``."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
