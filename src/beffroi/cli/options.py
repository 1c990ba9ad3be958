"""What commands share: the data folder, the choice of JSON, and how a list is printed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from beffroi.errors import BadInput
from beffroi.settings import DataFolder, Settings

Data = Annotated[
    Path,
    typer.Option(
        "--data", metavar="DIR", envvar="BEFFROI_DATA", help="Data folder of the installation."
    ),
]
"""`--data DIR`; give it the default `DATA`."""

DATA = Path("data")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]

Row = Mapping[str, object]


def existing_folder(data: Path) -> DataFolder:
    """The data folder of an installation that has been started once.

    Raises:
        BadInput: There is no such folder.
    """
    if not data.is_dir():
        raise BadInput(
            f"There is no data folder at {data}. Name it with --data DIR or BEFFROI_DATA, or make "
            "one with `beffroi demo` or `beffroi serve`."
        )
    return DataFolder(data)


def load_settings(data: Path) -> tuple[DataFolder, Settings]:
    """The folder and the machine settings of an existing installation."""
    folder = existing_folder(data)
    return folder, Settings.load(folder)


def print_json(value: object) -> None:
    """Print one JSON value; times in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def print_rows(columns: Sequence[str], rows: Iterable[Row], *, as_json: bool, none: str) -> None:
    """Print a list as one JSON array, or as a table for a person.

    Args:
        columns: Keys shown in the table, in order; JSON holds every key of each row.
        rows: The items.
        as_json: Whether another program reads it.
        none: Said to a person instead of an empty table.
    """
    items = [dict(row) for row in rows]
    if as_json:
        print_json(items)
        return
    if not items:
        typer.echo(none)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for item in items:
        table.add_row(*("" if item[key] is None else str(item[key]) for key in columns))
    Console().print(table)


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


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
