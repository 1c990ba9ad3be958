"""`beffroi ledger`: read the record, check it, prove an entry to others."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from beffroi.alerts.life import require_reason
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, load_settings, print_json, print_rows
from beffroi.errors import BadInput, Tampered
from beffroi.ledger.growth import Growth, prove_growth
from beffroi.ledger.keys import FILE_NAME, fingerprint, load_public, published, read_published
from beffroi.ledger.prove import Proof, prove
from beffroi.ledger.read import Line, line_at, lines
from beffroi.ledger.seal import latest_checkpoint
from beffroi.ledger.verify import verify
from beffroi.ledger.witness import printable
from beffroi.mandate.keeping import erase_line, require_kept_long_enough
from beffroi.mandate.rights import Permission
from beffroi.settings import DataFolder
from beffroi.store.database import Database

app = typer.Typer(
    name="ledger",
    no_args_is_help=True,
    help="Read the record of operations, check it, prove an entry to others.",
)

Position = Annotated[int, typer.Argument(min=0, help="Place of the entry, from 0.")]
Key = Annotated[
    str | None,
    typer.Option(metavar="KEY", help="The published key, beffroi/…+…+…; else that of the folder."),
]


@app.command("verify")
def verify_command(
    data: Data = DATA,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A witness file, or a note typed from paper; may be repeated. The witnesses of "
            "the settings are read as well.",
        ),
    ] = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the whole ledger; name the first bad entry, exit with 1 if there is one.

    Example: `beffroi ledger verify --checkpoint /media/dpo/witness.txt`
    """
    folder, settings = load_settings(data)
    files = list(checkpoint or [])
    configured = [data / witness for witness in settings.ledger.witnesses]
    files += [file for file in configured if file.exists()]
    missing = [str(file) for file in configured if not file.exists()]
    database = Database(settings.database_url)
    report = verify(database, _key(folder, key), files)
    if as_json:
        found = {"holds": report.holds, "unprotected": report.unprotected, **asdict(report)}
        print_json(found | {"missing_witnesses": missing})
    else:
        typer.echo(str(report))
    for file in missing:
        typer.echo(f"The witness {file} is not there: what it saw cannot be compared.", err=True)
    if missing or not report.holds:
        raise typer.Exit(1)


@app.command("witness")
def witness_command(
    data: Data = DATA,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the page there; else print it.")
    ] = None,
) -> None:
    """Print the latest checkpoint, for a person to keep away from the machine.

    Example: `beffroi ledger witness --out /media/dpo/2027-03-01.txt`
    """
    folder, settings = load_settings(data)
    public = _key(folder, None)
    with Database(settings.database_url).read() as session:
        latest = latest_checkpoint(session, public)
    if latest is None:
        raise BadInput("Nothing has been signed yet: start the server and try again.")
    if not latest.holds(public):
        raise Tampered("The latest checkpoint is not signed by the key of this folder.")
    page = f"{printable(latest, public)}\nPublic key: {published(public)}\n"
    if out is None:
        typer.echo(page, nl=False)
    else:
        _write(out, page)


@app.command("list")
def list_command(
    data: Data = DATA,
    after: Annotated[int, typer.Option(help="Start after this position.")] = -1,
    limit: Annotated[int | None, typer.Option(min=1, help="Most entries to list.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the entries in order.

    Example: `beffroi ledger list --json --after 1200`
    """
    _, settings = load_settings(data)
    with Database(settings.database_url).read() as session:
        found = lines(session, after=after, limit=limit)
    print_rows(
        ("position", "at", "kind", "actor", "payload"),
        [_row(line) for line in found],
        as_json=as_json,
        none="The ledger is empty.",
    )


@app.command("show")
def show_command(position: Position, data: Data = DATA) -> None:
    """Show one entry, as JSON; its payload is null once erased.

    Example: `beffroi ledger show 42`
    """
    _, settings = load_settings(data)
    with Database(settings.database_url).read() as session:
        line = line_at(session, position)
    if line is None:
        raise BadInput(f"The ledger has no entry at position {position}.")
    print_json(_row(line))


@app.command("erase")
def erase_command(
    position: Position,
    reason: Annotated[str, typer.Option(help="Why, without personal data: it stays for ever.")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Erase the personal content of an entry for ever; every proof holds, and says it is gone.

    Example: `beffroi ledger erase 42 --reason "right to erasure, request 12" --as admin`
    """
    site = open_installation(data)
    with site.acting(login, Permission.ERASE_RECORDS) as (session, account):
        line = line_at(session, position)
        if line is None:
            raise BadInput(f"The ledger has no entry at position {position}.")
        require_kept_long_enough(session, line.entry_id, site.clock.now())
        erase_line(session, line.entry_id, account.pseudonym, require_reason(reason), site.clock)
    typer.echo(f"The content of the entry at position {position} is erased.")


@app.command("prove")
def prove_command(position: Position, data: Data = DATA) -> None:
    """Print the proof that an entry is in the ledger, as JSON, for `check-proof`.

    Example: `beffroi ledger prove 42 > proof.json`
    """
    folder, settings = load_settings(data)
    with Database(settings.database_url).read() as session:
        typer.echo(prove(session, position, _key(folder, None)).model_dump_json(indent=2))


@app.command("prove-growth")
def prove_growth_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A signed page that somebody kept.")],
    data: Data = DATA,
) -> None:
    """Print the proof that the ledger begins with what was signed then, for `check-proof`.

    Example: `beffroi ledger prove-growth /media/dpo/2027-03-01.txt > growth.json`
    """
    folder, settings = load_settings(data)
    note, key = _read(file), _key(folder, None)
    with Database(settings.database_url).read() as session:
        typer.echo(prove_growth(session, note, key).model_dump_json(indent=2))


@app.command("check-proof")
def check_proof_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What `prove` or `prove-growth` printed.")
    ],
    key: Key = None,
) -> None:
    """Check a proof on any machine, without the database; exit with 1 if it does not hold.

    Example: `beffroi ledger check-proof proof.json`
    """
    text = _read(file)
    if '"before"' in text:
        before, after, signer = Growth.read(text).check()
        shown = (
            f"The {after.size} entries signed at {after.at.isoformat()} begin with the "
            f"{before.size} signed at {before.at.isoformat()}: none of these was changed."
        )
    else:
        proof = Proof.read(text)
        signed, signer = proof.check()
        shown = (
            f"The entry {proof.entry.get('kind')} of {proof.entry.get('time')} is at position "
            f"{proof.position} of the {signed.size} entries signed at {signed.at.isoformat()}."
        )
    if key is not None and published(read_published(key)) != published(signer):
        raise Tampered(f"The proof is signed by another key: {fingerprint(signer)}.")
    typer.echo(shown)
    if key is None:
        typer.echo(f"Compare the key with the one the city has published: {fingerprint(signer)}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The file {file} cannot be read ({error}).") from error


def _key(folder: DataFolder, word: str | None) -> Ed25519PublicKey:
    return load_public(folder.secrets / FILE_NAME) if word is None else read_published(word)


def _row(line: Line) -> dict[str, object]:
    row = asdict(line)
    row["id"] = row.pop("entry_id")
    row["commitment"] = line.commitment.hex()
    return row


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"The checkpoint cannot be written to {file} ({error.strerror}).") from error
