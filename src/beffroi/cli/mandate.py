"""`beffroi mandate`: the mandate as a file that a stranger can prove, and another city take up."""

from pathlib import Path
from typing import Annotated

import typer

from beffroi.cli.installation import open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json
from beffroi.errors import BadInput, Tampered
from beffroi.ledger.keys import FILE_NAME, fingerprint, load_or_create, published, read_published
from beffroi.ledger.sequencer import Sequencer
from beffroi.mandate.exchange.bundle import load
from beffroi.mandate.exchange.export import export
from beffroi.mandate.exchange.verify import Proven, prove

app = typer.Typer(
    name="mandate",
    no_args_is_help=True,
    help="Export what was decided, prove it offline, take it up in another city, print notices.",
)

FileName = Annotated[Path, typer.Argument(metavar="FILE", help="An exported mandate.")]
Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]


@app.command("export")
def export_(
    out: Out = Path("mandate.zip"),
    proof: Annotated[
        bool,
        typer.Option("--proof", help="With every alert, pseudonymous, and what it was raised by."),
    ] = False,
    data: Data = DATA,
) -> None:
    """Write definitions, doctrines, uses and acts to one file, with the proofs of each.

    Example: `beffroi mandate export --out mandate.zip`
    """
    site = open_installation(data)
    key = load_or_create(site.folder.secrets / FILE_NAME)
    sequencer = Sequencer(site.database, key, (), site.clock)
    sequencer.finish()
    if sequencer.problems:
        raise Tampered(f"The ledger cannot be signed: {' '.join(sequencer.problems.values())}")
    with site.database.read() as session:
        made = export(session, key.public_key(), proof=proof)
    _write(out, made)
    typer.echo(
        f"The mandate is in {out}.\n"
        f"Publish the key beside it: {published(key.public_key())}\n"
        f"Anyone can check it: `beffroi mandate verify {out}`"
    )


@app.command()
def verify(
    file: FileName,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The city's published key, beffroi/…+…+….")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove an exported mandate on any machine; exit with 1 at the first thing that does not hold.

    Needs no data folder, no account and no network.

    Example: `beffroi mandate verify mandate.zip`
    """
    proven = prove(load(file))
    signer = proven.contents.key
    if key is not None and published(read_published(key)) != published(signer):
        raise Tampered(f"The mandate is signed by another key: {fingerprint(signer)}.")
    if as_json:
        print_json(_told(proven))
        return
    typer.echo(_tell(proven))
    if key is None:
        typer.echo(f"Compare the key with the one the city has published: {fingerprint(signer)}")


def _told(proven: Proven) -> dict[str, object]:
    contents = proven.contents
    return {
        "holds": True,
        "signed_at": contents.signed.at,
        "key": published(contents.key),
        "acts": len(contents.acts),
        "uses": [use.model_dump() for use in contents.uses],
        "alerts": proven.alerts,
        "erased": proven.erased,
    }


def _tell(proven: Proven) -> str:
    contents = proven.contents
    lines = [
        f"Everything holds: {len(contents.acts)} acts on {len(contents.uses)} uses, "
        f"{len(contents.definitions)} definitions and {len(contents.doctrines)} doctrines, "
        f"signed on {contents.signed.at:%Y-%m-%d at %H:%M:%S} UTC.",
        *(f"  {use.use}: {use.state}" for use in contents.uses),
    ]
    if proven.alerts is not None:
        lines.append(f"Each of the {proven.alerts} alerts was raised under a use in force.")
    if proven.erased:
        lines.append(f"Of {proven.erased} more alerts only the time is left: erased, on record.")
    return "\n".join(lines)


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}).") from error
