"""What the commands of `beffroi impact` share: the language of words and the form of a document."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from beffroi.cli.options import TERMINAL, print_json, terminal_language
from beffroi.errors import BadInput
from beffroi.mandate.impact.document import Document
from beffroi.words import Language

UseId = Annotated[str, typer.Argument(metavar="USE", help="Its id, e.g. `fall-parc`.")]


Lang = Annotated[
    Language,
    typer.Option(
        "--language",
        default_factory=terminal_language,
        show_default=TERMINAL,
        help="Of the words.",
    ),
]


class Markup(StrEnum):
    """How a document is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


Format = Annotated[Markup, typer.Option("--format", help="How it is written.")]


def print_document(document: Document, form: Markup) -> None:
    """Print a document; redirect it to keep it."""
    match form:
        case Markup.MARKDOWN:
            typer.echo(document.to_markdown())
        case Markup.HTML:
            typer.echo(document.to_html())
        case Markup.JSON:
            print_json(document.to_json())


def read_day(text: str) -> date:
    """A day written YYYY-MM-DD.

    Raises:
        BadInput: It is not one.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a day, e.g. 2026-11-22.") from error


def read_moment(text: str) -> datetime:
    """A time with its zone, in ISO 8601.

    Raises:
        BadInput: It is not one, or says no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a time, e.g. 2026-11-22T09:30+01:00.") from error
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} does not say its zone, e.g. 2026-11-22T09:30+01:00.")
    return moment
