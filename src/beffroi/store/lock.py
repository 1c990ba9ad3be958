"""One server per data folder: two would answer for the same cameras and the same vault."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beffroi.errors import Unavailable


@contextmanager
def only_server(lock_file: Path) -> Iterator[None]:
    """Hold the data folder for this process; the system lets go when the process ends, however.

    Args:
        lock_file: A file on a local disk, made if absent and never removed: removing it would
            let two processes hold two different files of the same name.

    Raises:
        Unavailable: Another process holds the folder, or the file cannot be made.
    """
    try:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable(
            f"The data folder cannot be locked ({error.strerror}: {lock_file}). "
            "Check that it exists and that you may write there."
        ) from error
    try:
        _take(descriptor, lock_file)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, lock_file: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
        raise Unavailable(
            f"Another Beffroi already runs on this data folder (process {holder or 'unknown'}, "
            f"{lock_file}). Stop it first, or give this one another folder with --data."
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
