"""Logs go to standard error, one line an event; they never hold a picture, joint or credential.

A traceback is printed without the values of its variables.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, cast

import structlog


class StandardError(io.TextIOBase):
    """Standard error, which may lie on a full disk: that costs lines, never an alert."""

    def write(self, text: str) -> int:
        """Write if possible."""
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if possible."""
        with contextlib.suppress(OSError):
            sys.stderr.flush()


def configure() -> None:
    """Set this process's logging up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, StandardError())),
    )


@contextlib.contextmanager
def kept_in(file: Path) -> Iterator[TextIO]:
    """Standard error of this process and of all that it starts goes to a file, anew each time.

    Args:
        file: Where to; what it held is gone.

    Yields:
        Standard error as it was, for what a person should still see.
    """
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w") as person, file.open("w") as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield person
        finally:
            sys.stderr.flush()
            os.dup2(person.fileno(), 2)
