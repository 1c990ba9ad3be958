"""Copies of checkpoints outside the database: what they saw can no longer be rewritten unseen."""

import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from beffroi.errors import BadInput, Unavailable
from beffroi.ledger.checkpoint import Checkpoint, read_notes
from beffroi.ledger.keys import fingerprint


def keep(file: Path, checkpoint: Checkpoint) -> None:
    """Append a checkpoint to a witness file; all of it has reached the disk on return.

    Raises:
        Unavailable: The file cannot be written to.
    """
    # The line end in front closes a note that a power cut may have left unfinished.
    data = f"\n{checkpoint.note()}".encode()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            if os.write(descriptor, data) < len(data):
                raise Unavailable(f"The witness {file} is full: its last checkpoint is cut.")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unavailable(
            f"The witness {file} cannot be written to ({error.strerror}): what happens now is not "
            "protected by it."
        ) from error


def read(files: Iterable[Path]) -> list[Checkpoint]:
    """The checkpoints in witness files or typed from paper, the smallest first.

    Raises:
        BadInput: A file cannot be read or holds none.
    """
    found: list[Checkpoint] = []
    for file in files:
        try:
            checkpoints = read_notes(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"The checkpoint file {file} cannot be read ({error}).") from error
        if not checkpoints:
            raise BadInput(f"The file {file} holds no checkpoint.")
        found += checkpoints
    return sorted(found, key=lambda checkpoint: checkpoint.size)


def printable(checkpoint: Checkpoint, key: Ed25519PublicKey) -> str:
    """A page for a person to keep; typed back into a file, it is a witness."""
    root = checkpoint.root.hex()
    groups = " ".join(root[start : start + 8] for start in range(0, len(root), 8))
    return (
        f"On {checkpoint.at:%Y-%m-%d at %H:%M:%S} UTC, the ledger held {checkpoint.size} entries.\n"
        f"Root         {groups}\n"
        f"Signing key  {fingerprint(key)}\n"
        "\n"
        "Keep this page away from the machine. To check that nothing recorded until then was\n"
        "changed, type the lines below into a file and run:\n"
        "    beffroi ledger verify --checkpoint FILE\n"
        "\n"
        f"{checkpoint.note()}"
    )
