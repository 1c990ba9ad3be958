"""`beffroi definition`: read definitions, compare them, try one's own, keep their annexes."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, Lang, print_json, print_rows
from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.events.registry import build
from beffroi.events.shipped import shipped_definitions, shipped_with
from beffroi.folder import DataFolder
from beffroi.mandate import annexes, wording
from beffroi.mandate.annex_text import read_annex
from beffroi.mandate.annexes import Recorded
from beffroi.mandate.definition import (
    Definition,
    VotedText,
    find_problems,
    load_definition,
    read_definition,
    read_fields,
)
from beffroi.mandate.difference import differences
from beffroi.mandate.reading import in_language, name_annex, read_out, read_out_annex
from beffroi.mandate.rights import Permission
from beffroi.store.mandates import StoredDefinition
from beffroi.web.reading import Reading

app = typer.Typer(
    name="definition",
    no_args_is_help=True,
    help="Read definitions, compare them, check one's own, keep their annexes.",
)

PREFIX: Final = 8
"""So many digits of a digest are enough to name a definition."""

Which = Annotated[
    str, typer.Argument(metavar="DEFINITION", help="A shipped event, a file or a digest.")
]
File = Annotated[Path, typer.Argument(help="A YAML file.")]

STANDING: Final = {
    "measured": "measured",
    "unreviewed": "measured, not reviewed",
    "synthetic": "measured on synthetic scenes only",
    "unmeasured": "not measured",
}


@app.command("list")
def list_(language: Lang, as_json: AsJson = False, data: Data = DATA) -> None:
    """List the definitions that ship and those registered here.

    Example: `beffroi definition list --json`
    """
    rows = {
        voted.digest: _row(voted, "shipped", _shipped(voted), language)
        for voted in shipped_definitions()
    }
    if _is_installation(data):
        with open_installation(data).database.read() as session:
            for voted in _registered(session):
                found = annexes.in_use(session, voted.digest)
                rows[voted.digest] = _row(voted, "registered", found, language)
    columns = ("event", "version", "title", "languages", "figures", "origin", "short")
    print_rows(columns, rows.values(), as_json=as_json, none="No definition.")


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
    """Read a definition out, with its figures and known confusions.

    Example: `beffroi definition show fall --language en`
    """
    voted = find_definition(which, data)
    found = _in_use(voted, data)
    if canonical:
        typer.echo(voted.canonical, nl=False)
    elif as_json:
        contents = [
            annex.text.content.model_dump(mode="json") | {"reviewed": annex.reviewed}
            for annex in found
        ]
        text = voted.definition.model_dump(mode="json")
        hashes = {"digest": voted.digest, "conduct": voted.definition.conduct}
        print_json({**hashes, "definition": text, "annexes": contents})
    else:
        rows = _read_out(voted.definition, found, language)
        rows += [("SHA-256", voted.digest), ("conduct", voted.definition.conduct)]
        typer.echo("\n".join(f"{label}: {value}" for label, value in rows))


@app.command()
def diff(
    language: Lang,
    before: Which,
    after: Which,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Say what changes from one definition to another.

    Example: `beffroi definition diff fall my-fall.yaml --language en`
    """
    old, new = (find_definition(which, data).definition for which in (before, after))
    changes = differences(old, new, language)
    if as_json:
        keys = ("field", "label", "before", "after", "decides")
        print_json([{key: getattr(change, key) for key in keys} for change in changes])
        return
    typer.echo("\n".join(map(str, changes)) or "They say the same.")
    if any(change.decides for change in changes):
        typer.echo("Other events will be found: figures measured on one say nothing of the other.")


@app.command()
def check(file: File) -> None:
    """Say what keeps a definition from being voted, a line for each thing; fails if there is any.

    Example: `beffroi definition check my-fall.yaml`
    """
    problems = find_problems(read_fields(file))
    if not problems:
        voted = read_definition(file)
        try:
            build(voted, Zones())
        except BadInput as error:
            problems = [error.message]
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    if unread := sorted(voted.definition.criterion.keys() - wording.languages()):
        typer.echo(f"No list of words for {', '.join(unread)}: have these texts read.")
    typer.echo(f"{file.name} can be voted as it is. Its SHA-256 is {voted.digest}.")


@app.command()
def annex(which: Which, file: File, login: As = None, data: Data = DATA) -> None:
    """Record a translation, figures, confusions or contacts; no vote is needed.

    Example: `beffroi definition annex fall fall-de.yaml --as service-des-actes`
    """
    text, site = read_annex(file), open_installation(data)
    voted = find_definition(which, data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        annexes.record_annex(session, voted.digest, text, actor=account.pseudonym, clock=site.clock)
    typer.echo(
        f"Recorded: {text.content.kind} {text.digest}. Nobody has reviewed it yet: somebody else "
        f"does with `beffroi definition review {which} {text.content.kind}`."
    )


@app.command()
def review(
    which: Which,
    kind: Annotated[str, typer.Argument(help="translation, figures, confusions or contacts.")],
    language: Annotated[str | None, typer.Option(help="Of a translation, two letters.")] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Say that you have read an annex that somebody else recorded, and stand for it.

    Example: `beffroi definition review fall translation --language de --as dpo`
    """
    site = open_installation(data)
    voted = find_definition(which, data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        annexes.review_annex(
            session, voted.digest, kind, language, actor=account.pseudonym, clock=site.clock
        )
    typer.echo(f"The {kind} of {which} is reviewed.")


def find_definition(which: str, data: Path) -> VotedText:
    """A definition by the name of a shipped event, a file or the beginning of a digest.

    Raises:
        BadInput: None of these, or several of that beginning.
    """
    shipped = {voted.definition.event: voted for voted in shipped_definitions()}
    if which in shipped:
        return shipped[which]
    if Path(which).is_file():
        return read_definition(Path(which))
    if len(which) >= PREFIX and _is_installation(data):
        with open_installation(data).database.read() as session:
            found = [voted for voted in _registered(session) if voted.digest.startswith(which)]
        if len(found) == 1:
            return found[0]
    raise BadInput(
        f"{which!r} is no shipped event ({', '.join(shipped)}), no file, and not the beginning of "
        f"one registered digest ({PREFIX} digits or more); `beffroi definition list` shows all."
    )


def _is_installation(data: Path) -> bool:
    """Reading what ships needs none, and must not make one in a folder that happens to be there."""
    return DataFolder(data).secrets.is_dir()


def _in_use(voted: VotedText, data: Path) -> list[Recorded]:
    """The annexes recorded here; those that ship with this very text if it is not registered."""
    if _is_installation(data):
        with open_installation(data).database.read() as session:
            if session.get(StoredDefinition, voted.digest) is not None:
                return annexes.in_use(session, voted.digest)
    return _shipped(voted)


def _shipped(voted: VotedText) -> list[Recorded]:
    return [Recorded(text, reviewed=False) for text in shipped_with(voted)]


def _registered(session: Session) -> list[VotedText]:
    rows = session.scalars(select(StoredDefinition).order_by(StoredDefinition.registered_at))
    return [load_definition(row.canonical, row.digest) for row in rows]


def _row(voted: VotedText, origin: str, found: list[Recorded], language: str) -> dict[str, Any]:
    definition, reading = voted.definition, Reading(voted.definition, found)
    translated = {annex.text.language: annex.reviewed for annex in found if annex.text.language}
    reviewed = sorted([*definition.title, *(code for code, done in translated.items() if done)])
    unreviewed = sorted(code for code, done in translated.items() if not done)
    return {
        "event": definition.event,
        "version": definition.version,
        "title": in_language(reading.definition.title, language),
        "languages": ", ".join(reviewed)
        + ("; not reviewed: " + ", ".join(unreviewed) if unreviewed else ""),
        "figures": STANDING[reading.standing],
        "origin": origin,
        "short": voted.digest[:PREFIX],
        "digest": voted.digest,
    }


def _read_out(
    definition: Definition, found: list[Recorded], language: str
) -> list[tuple[str, str]]:
    """The definition in a language, be it that of a translation, and what its annexes add."""
    reading = Reading(definition, found)
    marks = (
        [(name_annex("translation", language), name_annex("unreviewed", language))]
        if language in reading.unreviewed
        else []
    )
    additions = [
        row
        for annex in found
        for row in read_out_annex(annex.text.content, reading.definition, language)
    ]
    return [*marks, *read_out(reading.definition, language), *additions]
