"""`beffroi mandate`: the mandate as a file that a stranger can prove, and another city take up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beffroi.cli.impact.options import Lang, UseId
from beffroi.cli.installation import As, Installation, open_installation
from beffroi.cli.options import DATA, AsJson, Data, many, print_json
from beffroi.errors import BadInput, Tampered
from beffroi.ledger.append import SYSTEM
from beffroi.ledger.keys import FILE_NAME, fingerprint, load_or_create, published, read_published
from beffroi.ledger.sequencer import Sequencer
from beffroi.mandate.annexes import record_shipped
from beffroi.mandate.exchange.bundle import load
from beffroi.mandate.exchange.contents import Contents
from beffroi.mandate.exchange.export import announce, export
from beffroi.mandate.exchange.importing import Wanted, take_up
from beffroi.mandate.exchange.verify import Proven, prove
from beffroi.mandate.notices.notice import notice
from beffroi.mandate.notices.press import to_pdf
from beffroi.mandate.notices.sign import sign
from beffroi.mandate.rights import Permission

app = typer.Typer(
    name="mandate",
    no_args_is_help=True,
    help="Export what was decided, prove it offline, take it up in another city, print notices.",
)

FileName = Annotated[Path, typer.Argument(metavar="FILE", help="An exported mandate.")]
Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]
Url = Annotated[
    str, typer.Option(help="The public page; where the use was published, unless you name it.")
]


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
    public = key.public_key()
    _sign(site, key)
    with site.writing() as session:
        announced = announce(session, public, actor=SYSTEM, clock=site.clock, proof=proof)
    _sign(site, key)
    with site.database.read() as session:
        made = export(session, announced, public)
    _write(out, made)
    typer.echo(
        f"The mandate is in {out}.\n"
        f"Publish the key beside it: {published(public)}\n"
        f"Its fingerprint: {fingerprint(public)}\n"
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


@app.command("import")
def import_(
    file: FileName,
    use: Annotated[
        list[str] | None,
        typer.Option(help="A use to draft anew; may be repeated. None: only texts are registered."),
    ] = None,
    camera: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Which of your cameras stands for theirs."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Last day of the drafts, YYYY-MM-DD, included.")
    ] = None,
    controller: Annotated[str, typer.Option(help="Who answers for them here.")] = "",
    login: As = None,
    data: Data = DATA,
) -> None:
    """Take up the texts of another city: nothing is in force by this, and no act is taken over.

    Definitions and doctrines are registered, uses become drafts with nothing drawn on them.

    Example: `beffroi mandate import mandate.zip --use fall-nord --camera parc=place
    --until 2027-06-30 --controller "City of Example" --as service-des-actes`
    """
    from beffroi.events.detector import Zones
    from beffroi.events.registry import build
    from beffroi.events.shipped import shipped_with

    contents = prove(load(file)).contents
    wanted = Wanted(
        uses=use or (),
        cameras=_pairs(camera or ()),
        until=None if until is None else _day(until),
        controller=controller,
    )
    site = open_installation(data)
    with site.acting(login, Permission.DRAFT_USES) as (session, account):
        taken = take_up(
            session,
            contents,
            wanted,
            check=lambda voted: build(voted, Zones()),
            actor=account.pseudonym,
            clock=site.clock,
        )
        for digest, voted in contents.definitions.items():
            record_shipped(
                session, digest, shipped_with(voted), actor=account.pseudonym, clock=site.clock
            )
    typer.echo(
        f"Registered {many(taken.definitions, 'definition')} and "
        f"{many(taken.doctrines, 'doctrine')}; "
        "none is in force by this."
    )
    for drafted in taken.uses:
        typer.echo(f"{drafted} is a draft with nothing drawn on its cameras yet.")


@app.command("notice")
def notice_(
    language: Lang,
    use: UseId,
    out: Out = Path("notice.pdf"),
    url: Url = "",
    data: Data = DATA,
) -> None:
    """Print the notice of a use: what was voted, by whom, until when, rights and remedies.

    Example: `beffroi mandate notice fall-parc --out notice.pdf --language en`
    """
    site = open_installation(data)
    with site.database.read() as session:
        said = notice(session, use, language, site.clock.now(), url)
    _write(out, to_pdf("notice", said, site.clock.now()))
    typer.echo(f"The notice of {use} is in {out}.")


@app.command("sign")
def sign_(
    language: Lang,
    place: Annotated[str, typer.Argument(metavar="CAMERA|USE", help="A camera, or one use.")],
    out: Out = Path("sign.pdf"),
    url: Url = "",
    data: Data = DATA,
) -> None:
    """Print the sign for the street: what cameras here are analysed for, and where to read on.

    Example: `beffroi mandate sign parc --out sign.pdf --url https://example.org/uses`
    """
    site = open_installation(data)
    with site.database.read() as session:
        said = sign(session, place, language, site.clock.now(), url)
    _write(out, to_pdf("sign", said, site.clock.now()))
    typer.echo(f"The sign for {place} is in {out}.")


def _sign(site: Installation, key: Ed25519PrivateKey) -> None:
    sequencer = Sequencer(site.database, key, (), site.clock)
    sequencer.finish()
    if sequencer.problems:
        raise Tampered(f"The ledger cannot be signed: {' '.join(sequencer.problems.values())}")


def _told(proven: Proven) -> dict[str, object]:
    contents = proven.contents
    return {
        "holds": True,
        "exported_at": contents.exported.at,
        "signed_at": contents.signed.at,
        "key": published(contents.key),
        "acts": len(contents.acts),
        "uses": [use.model_dump() for use in contents.uses],
        "alerts": proven.alerts,
        "erased": proven.erased,
        "unproven": proven.unproven,
    }


def _tell(proven: Proven) -> str:
    contents = proven.contents
    lines = [
        f"Everything holds: {many(contents.acts, 'act')} on {many(contents.uses, 'use')}, "
        f"{many(contents.definitions, 'definition')} and {many(contents.doctrines, 'doctrine')}, "
        f"all that the city exported on {contents.exported.at:%Y-%m-%d at %H:%M:%S} UTC.",
        *(f"  {use.use}: {use.state}" for use in contents.uses),
        "What was decided since then is not in it: the city's public register, or a newer file, "
        "tells.",
    ]
    if proven.alerts is not None:
        lines.append(f"Each of the {proven.alerts} alerts was raised under a use in force:")
        lines += _grounds(contents)
    if proven.erased:
        lines.append(f"Of {proven.erased} more alerts only the time is left: erased, on record.")
    if proven.unproven:
        lines.append("Of these only who wrote them and when is left in the ledger, on record:")
        lines += [f"  {name}" for name in proven.unproven]
    return "\n".join(lines)


def _grounds(contents: Contents) -> Iterator[str]:
    """Under which texts the alerts were raised, and how many."""
    grounds = Counter((alert.use, alert.definition) for alert in contents.alerts or ())
    texts = {use.use: use.text for use in contents.uses}
    for (use, definition), number in sorted(grounds.items()):
        title = contents.definitions[definition].definition.title["en"]
        yield f"  {number} by {use} (text {texts[use]}),"
        yield f"    under the definition {definition}: {title}"


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for text, (old, _, new) in zip(texts, pairs, strict=True):
        if not old or not new:
            raise BadInput(f"{text!r} is not a pair of cameras, e.g. parc=place.")
    return {old: new for old, _, new in pairs}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a day, e.g. 2026-11-22.") from error


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}).") from error
