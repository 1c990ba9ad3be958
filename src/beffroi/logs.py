"""Logs go to standard error, one line an event; they never hold a picture, joint or credential.

A traceback is printed without the values of its variables.
"""

import contextlib
import io
import sys
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
