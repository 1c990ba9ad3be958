"""`beffroi tune`: what the verdicts on a use say about its threshold. It changes nothing."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from beffroi.alerts.life import Judgement
from beffroi.alerts.tuning import Candidate, Proposal, propose
from beffroi.cli.installation import open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json
from beffroi.errors import BadInput
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.figures import Share
from beffroi.mandate.uses import definition_of, find_use, text_of

app = typer.Typer()


@app.command()
def tune(
    use: Annotated[str, typer.Argument(metavar="USE", help="Its id, e.g. `strike-rue`.")],
    keep: Annotated[
        float,
        typer.Option(min=0.5, max=1, help="Least share of confirmed alerts still to be raised."),
    ] = 0.95,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the proposal as a new version, to be voted."),
    ] = None,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Weigh the threshold of a use against its verdicts, and propose another one.

    Nothing changes: another threshold is another text, and a text is voted.

    Example: `beffroi tune strike-rue --keep 0.9 --out strike-2.yaml`
    """
    site = open_installation(data)
    with site.database.read() as session:
        voted = definition_of(session, text_of(session, find_use(session, use)).text)
        proposal = propose(session, use, voted, keep)
    if as_json:
        print_json(_plain(proposal))
    else:
        _print(proposal)
    if out is not None:
        _write(out, voted, proposal)


def _write(out: Path, voted: VotedText, proposal: Proposal) -> None:
    if proposal.proposed is None:
        raise BadInput("There is nothing to write: no other threshold would do better.")
    fields = voted.definition.model_dump(mode="json")
    fields["version"] += 1
    fields["parameters"][proposal.parameter] = proposal.proposed.value
    try:
        with out.open("x", encoding="utf-8") as file:
            yaml.safe_dump(fields, file, allow_unicode=True, sort_keys=False, width=100)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from error
    typer.echo(
        f"{out} holds version {fields['version']}, for the council. Read its criterion again: it "
        "may name the old value.",
        err=True,
    )


def _print(proposal: Proposal) -> None:
    table = Table(
        proposal.parameter,
        "confirmed of raised",
        "95 % interval",
        "confirmed still raised",
        "95 % interval",
    )
    for candidate in (proposal.now, *proposal.candidates):
        mark = " now" if candidate is proposal.now else ""
        mark = " proposed" if candidate is proposal.proposed else mark
        table.add_row(
            f"{candidate.value}{mark}", *_shown(candidate.precision), *_shown(candidate.kept)
        )
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"{proposal.unsure} alerts were judged {Judgement.UNSURE} and count for nothing. What was "
        "never raised was never judged: a lower threshold cannot be weighed here."
    )
    if proposal.proposed is None:
        console.print("No other threshold would do better by these verdicts.")


def _shown(share: Share) -> tuple[str, str]:
    low, high = share.interval
    return f"{share.value:.2f} ({share.part} of {share.total})", f"{low:.2f} to {high:.2f}"


def _plain(proposal: Proposal) -> dict[str, Any]:
    def candidate(each: Candidate) -> dict[str, Any]:
        shares = {"precision": each.precision, "kept": each.kept}
        return {"value": each.value} | {
            name: asdict(share) | {"value": round(share.value, 4), "interval_95": share.interval}
            for name, share in shares.items()
        }

    return {
        "parameter": proposal.parameter,
        "now": candidate(proposal.now),
        "candidates": [candidate(each) for each in proposal.candidates],
        "proposed": None if proposal.proposed is None else proposal.proposed.value,
        "unsure": proposal.unsure,
    }
