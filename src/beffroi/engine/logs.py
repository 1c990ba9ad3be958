"""Logs go to standard error, one line an event; they never hold a picture, joint or credential.

A traceback is printed without the values of its variables.
"""

import sys

import structlog


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
