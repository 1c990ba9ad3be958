"""Logs go to standard error, one line an event; they never hold a picture, joint or credential."""

import sys

import structlog


def configure() -> None:
    """Set this process's logging up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
