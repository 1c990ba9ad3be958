"""What commands share: the data folder, the choice of JSON, and how a list is printed."""

import json
import os
from collections.abc import Container, Iterable, Mapping, Sequence, Sized
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from beffroi.errors import BadInput
from beffroi.settings import DataFolder, Settings
from beffroi.words import LANGUAGES, Language

Data = Annotated[
    Path,
    typer.Option(
        "--data", metavar="DIR", envvar="BEFFROI_DATA", help="Data folder of the installation."
    ),
]
"""`--data DIR`; give it the default `DATA`."""

DATA = Path("data")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]

TERMINAL: Final = "LC_ALL, LC_MESSAGES or LANG, else en"


def terminal_language() -> Language:
    """What the terminal speaks, as POSIX orders its settings, else English."""
    settings = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = next(filter(None, settings), "")[:2]
    return next((known for known in LANGUAGES if known == code), "en")


Lang = Annotated[
    str,
    typer.Option(
        "--language",
        default_factory=terminal_language,
        show_default=TERMINAL,
        help="Two letters, for what is written.",
    ),
]

Row = Mapping[str, object]

NAMED_IN_COMMANDS: Final = frozenset(
    {"id", "login", "use", "camera", "subject", "study", "act", "event", "type"}
)
"""Columns that people copy into their next command: these never fold."""

NARROWEST: Final = 8
"""Characters that a column of free text keeps, however narrow the terminal."""


def existing_folder(data: Path) -> DataFolder:
    """The data folder of an installation that has been started once.

    Raises:
        BadInput: There is no such folder.
    """
    folder = DataFolder(data)
    if not folder.begun:
        raise BadInput(
            f"There is no data folder at {data}. Name it with --data DIR or BEFFROI_DATA, or make "
            "one: `beffroi account add` begins a city of your own, `beffroi demo` an invented one."
        )
    return folder


def load_settings(data: Path) -> tuple[DataFolder, Settings]:
    """The folder and the machine settings of an existing installation."""
    folder = existing_folder(data)
    return folder, Settings.load(folder)


def print_json(value: object) -> None:
    """Print one JSON value; times in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def print_rows(
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    as_json: bool,
    none: str,
    whole: Container[str] = NAMED_IN_COMMANDS,
) -> None:
    """Print a list as one JSON array, or as a table for a person.

    Args:
        columns: Keys shown in the table, in order; JSON holds every key of each row.
        rows: The items.
        as_json: Whether another program reads it.
        none: Said to a person instead of an empty table.
        whole: Columns that never fold.
    """
    items = [dict(row) for row in rows]
    if as_json:
        print_json(items)
        return
    if not items:
        typer.echo(none)
        return
    cells = {column: [_shown(item.get(column)) for item in items] for column in columns}
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column, shown in cells.items():
        longest = max(map(len, [column, *shown]))
        kept = longest if column in whole else min(longest, NARROWEST)
        table.add_column(column.replace("_", " "), overflow="fold", min_width=kept)
    for row in zip(*cells.values(), strict=True):
        table.add_row(*map(Text, row))
    # Cut nothing: a line that is still too long is folded by the terminal itself.
    Console().print(table, crop=False)


def many(items: Sized, one: str) -> str:
    """How many there are, with the word for one of them: 1 act, 2 acts."""
    return f"{len(items)} {one}" + ("" if len(items) == 1 else "s")


def instant(text: str) -> datetime:
    """An instant as somebody typed it; UTC where no offset is given.

    Raises:
        BadInput: Not a date, with or without a time.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no instant, e.g. 2024-07-26T20:00+02:00.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        case _:
            return str(value)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
