"""What a verification found, for people and for programs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that is not as it was signed, or as what was signed tells it.

    Args:
        position: The first entry concerned, from 0; None where no place in the ledger is.
        reason: What is wrong.
        entry_id: Its id in the database; None where no such entry is left.
        kind: What it says happened; None where no such entry is left.
    """

    position: int | None
    reason: str
    entry_id: int | None = None
    kind: str | None = None

    def __str__(self) -> str:
        named = "" if self.entry_id is None else f" (id {self.entry_id}, {self.kind})"
        place = "Without a place" if self.position is None else f"Position {self.position}"
        return f"{place}{named}: {self.reason}."

    @property
    def order(self) -> tuple[bool, int]:
        """By place; what has none comes last."""
        return self.position is None, self.position or 0


@dataclass(frozen=True, slots=True)
class Report:
    """The whole ledger in a few numbers, and what is wrong with it.

    Args:
        entries: Entries with a position.
        sealed: How many of them the last valid checkpoint of the database covers.
        witnessed: How many of them the last agreeing witness covers.
        erased: Payloads erased on the record.
        unsequenced: Entries still without a position.
        failures: By position; the first names the first bad entry.
        doubts: What may have an innocent cause, and which somebody should explain.
    """

    entries: int
    sealed: int
    witnessed: int
    erased: int
    unsequenced: int
    failures: tuple[Failure, ...]
    doubts: tuple[Failure, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures

    @property
    def unprotected(self) -> int:
        """Entries at the end that no witness saw: cutting them off could not be told."""
        return self.entries - self.witnessed

    def __str__(self) -> str:
        lines = [
            f"{self.entries} entries, {self.sealed} of them signed; "
            f"{self.erased} payloads erased on the record; "
            f"{self.unsequenced} entries not yet sequenced.",
            self._protection(),
            *map(str, self.failures),
            *(f"Doubtful. {doubt}" for doubt in self.doubts),
            "The ledger holds." if self.holds else "THE LEDGER DOES NOT HOLD.",
        ]
        return "\n".join(lines)

    def _protection(self) -> str:
        if not self.unprotected:
            return "Witnesses have seen every entry."
        last = self.entries - 1
        return (
            f"No witness protects positions {self.witnessed} to {last}: if whoever holds the "
            "database and the key had cut off or rewritten them, this check could not tell."
        )
