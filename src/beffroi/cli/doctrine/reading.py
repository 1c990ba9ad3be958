"""`beffroi doctrine`: read doctrines and legal packs, check one's own, ask what they allow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from sqlalchemy import select

from beffroi.cli.installation import open_installation
from beffroi.cli.options import DATA, AsJson, Data, Lang, instant, print_json, print_rows
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.folder import DataFolder
from beffroi.mandate.doctrine.clauses import (
    Clause,
    Doctrine,
    DoctrineText,
    load_doctrine,
    read_doctrine,
)
from beffroi.mandate.doctrine.explaining import Explanation
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.doctrine.translations import told
from beffroi.mandate.modes import Mode
from beffroi.mandate.reading import word
from beffroi.store.procedure import StoredDoctrine

app = typer.Typer()

PREFIX: Final = 8
"""So many digits of a digest are enough to name a doctrine."""

COLUMNS: Final = ("id", "version", "kind", "valid", "unverified", "title")

Which = Annotated[
    str, typer.Argument(metavar="DOCTRINE", help="A shipped doctrine, a file or a digest.")
]


@app.command("list")
def list_(language: Lang, as_json: AsJson = False, data: Data = DATA) -> None:
    """List the doctrines and legal packs that ship, and those registered here.

    Example: `beffroi doctrine list --language en`
    """
    rows = {text.digest: _row(text, "shipped", language) for text in shipped_doctrines().values()}
    rows |= {text.digest: _row(text, "registered", language) for text in _registered(data)}
    print_rows(COLUMNS, rows.values(), as_json=as_json, none="No doctrine.")


@app.command()
def show(
    language: Lang,
    which: Which,
    canonical: Annotated[
        bool, typer.Option("--canonical", help="Print the bytes whose SHA-256 is its digest.")
    ] = False,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Read a doctrine out, clause by clause, with its sources.

    Example: `beffroi doctrine show fr-2023-828 --language en`
    """
    text = find_doctrine(which, data)
    if canonical:
        typer.echo(text.canonical, nl=False)
    elif as_json:
        print_json({"digest": text.digest, "doctrine": text.doctrine.model_dump(mode="json")})
    else:
        typer.echo("\n".join(_read_out(text, language)))


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A YAML file.")], language: Lang) -> None:
    """Say whether a file is a doctrine that can be adopted; fails if it is not.

    Example: `beffroi doctrine check my-doctrine.yaml`
    """
    text = read_doctrine(file)
    Stack([text])
    typer.echo(f"{text.doctrine.id}, version {text.doctrine.version}, can be adopted as it is.")
    for clause in text.doctrine.clauses:
        if not clause.verified:
            words = told(clause.text, language)
            typer.echo(f"Not verified, so it limits but opens nothing: {clause.id}, “{words}”")
    typer.echo(f"SHA-256: {text.digest}")


@app.command()
def stack(
    language: Lang,
    which: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DOCTRINE]...", help="Shipped doctrines, files or digests."),
    ] = None,
    event: Annotated[str | None, typer.Option(help="A kind of event, e.g. `fall`.")] = None,
    mode: Annotated[Mode, typer.Option(help="How far a use would go.")] = Mode.LIVE,
    at: Annotated[
        str | None, typer.Option(help="When, ISO 8601 with its offset; now by default.")
    ] = None,
    place: Annotated[
        list[str] | None, typer.Option(help="A tag of the place; give it again for more.")
    ] = None,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Say what doctrines allow together; fails where they contradict each other.

    Example: `beffroi doctrine stack fr-2023-828 nantes-2024 --event fall --at 2024-07-26`
    """
    together = Stack(find_doctrine(name, data) for name in which or ())
    if event is None:
        rows = [_row(text, "stacked", language) for text in together.texts]
        print_rows(COLUMNS, rows, as_json=as_json, none="No doctrine.")
        return
    when = Clock().now() if at is None else instant(at)
    places = None if place is None else frozenset(place)
    explained = together.explain(event, mode, when, places)
    if as_json:
        print_json(_plain(explained, language))
        return
    typer.echo("\n".join(_tell(explained, language)))


def find_doctrine(which: str, data: Path) -> DoctrineText:
    """A doctrine by its shipped id, a file or the beginning of the digest of a registered one.

    Raises:
        BadInput: None of these, or several of that beginning.
    """
    shipped = shipped_doctrines()
    if which in shipped:
        return shipped[which]
    if Path(which).is_file():
        return read_doctrine(Path(which))
    if len(which) >= PREFIX:
        found = [text for text in _registered(data) if text.digest.startswith(which)]
        if len(found) == 1:
            return found[0]
    raise BadInput(
        f"{which!r} is no shipped doctrine ({', '.join(shipped)}), no file, and not the beginning "
        f"of one registered digest ({PREFIX} digits or more); `beffroi doctrine list` shows all."
    )


def _registered(data: Path) -> Iterator[DoctrineText]:
    if DataFolder(data).begun:
        with open_installation(data).database.read() as session:
            for row in session.scalars(select(StoredDoctrine).order_by(StoredDoctrine.digest)):
                yield load_doctrine(row.canonical, row.digest)


def _row(text: DoctrineText, origin: str, language: str) -> dict[str, Any]:
    doctrine = text.doctrine
    return {
        "id": doctrine.id,
        "version": doctrine.version,
        "kind": doctrine.kind.value,
        "jurisdiction": doctrine.jurisdiction,
        "fictional": doctrine.fictional,
        "title": told(doctrine.title, language),
        "valid": doctrine.in_force(Clock().now().date()),
        "valid_from": doctrine.valid_from,
        "valid_until": doctrine.valid_until,
        "unverified": sum(not clause.verified for clause in doctrine.clauses),
        "origin": origin,
        "short": text.digest[:PREFIX],
        "digest": text.digest,
    }


def _tell(explained: Explanation, language: str) -> Iterator[str]:
    for row in explained.rows:
        name = f"{row.doctrine.id} {row.clause.id}" if row.clause else row.doctrine.id
        outcome = word("outcomes", row.outcome, language)
        yield f"{name}: {outcome}. {row.why(language)}"
    for objection in explained.objections:
        yield f"\n{objection.message(language)}"
    answer = "no" if explained.objections else "yes"
    left = ", ".join(sorted(explained.modes_left)) or "none"
    yield f"\n{explained.asked.event}, {explained.asked.mode}: {answer}. Modes left: {left}"


def _plain(explained: Explanation, language: str) -> dict[str, Any]:
    return {
        "clauses": [row.plain(language) for row in explained.rows],
        "allowed": not explained.objections,
        "objections": [objection.message(language) for objection in explained.objections],
        "modes_left": sorted(explained.modes_left),
    }


def _read_out(text: DoctrineText, language: str) -> Iterator[str]:
    doctrine = text.doctrine
    yield f"{told(doctrine.title, language)} ({doctrine.id}, version {doctrine.version})"
    yield told(doctrine.summary, language)
    yield _term(doctrine)
    for clause in doctrine.clauses:
        yield f"\n{clause.id}: {told(clause.text, language)}"
        yield f"  {_coded(clause)}"
        yield f"  {clause.source}{'' if clause.verified else ' [not verified]'}"
    yield f"\nSHA-256: {text.digest}"


def _term(doctrine: Doctrine) -> str:
    since, until = doctrine.valid_from or "…", doctrine.valid_until or "…"
    return f"{doctrine.kind}, {doctrine.jurisdiction}, {since} – {until}"


def _coded(clause: Clause) -> str:
    """The clause as the program reads it, e.g. `term_days: 31 days (min), live`."""
    value = ", ".join(clause.bodies) or (f"{clause.number} {clause.unit}" if clause.unit else "")
    scope = [*clause.modes, *clause.places, *clause.times]
    events = clause.events if clause.events == "*" else ", ".join(clause.events)
    said = f"{clause.rule}: {value}" if value else clause.rule.value
    return f"{said} ({clause.combine}); {events}; {', '.join(scope)}"
