"""`beffroi consultation`: what residents said on a use, and what they were answered."""

from typing import Annotated

import typer

from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.cli.use import UseId
from beffroi.mandate.procedure.consultation import answer, contribute, contributions
from beffroi.mandate.rights import Permission
from beffroi.mandate.uses import find_use

app = typer.Typer(
    name="consultation",
    no_args_is_help=True,
    help="What residents said on a use, and what they were answered.",
)


@app.command()
def add(
    use: UseId,
    text: Annotated[str, typer.Option(help="What was said.")],
    channel: Annotated[str, typer.Option(help="How it came: letter, meeting, web …")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Enter what somebody said in a consultation; no name is kept.

    Example: `beffroi consultation add fall-quai --text "And at night?" --channel letter
    --as service-des-actes`
    """
    site = open_installation(data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        row = contribute(session, use, text, channel, actor=account.pseudonym, clock=site.clock)
        number = row.id
    typer.echo(f"Contribution {number} on {use} waits for its answer.")


@app.command("answer")
def answer_(
    contribution: Annotated[int, typer.Argument(help="Its number.")],
    text: Annotated[str, typer.Option(help="The answer; it is public and stays.")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Answer a contribution.

    Example: `beffroi consultation answer 3 --text "The use ends at 22:00." --as service-des-actes`
    """
    site = open_installation(data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        answer(session, contribution, text, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"Contribution {contribution} is answered.")


@app.command("list")
def list_(use: UseId, as_json: AsJson = False, data: Data = DATA) -> None:
    """List what was said in the consultation on a use, and the answers.

    Example: `beffroi consultation list fall-quai --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        rows = [
            {"number": row.id, "channel": row.channel, "text": row.text, "answer": row.answer}
            for row in contributions(session, find_use(session, use).id)
        ]
    columns = ("number", "channel", "text", "answer")
    print_rows(columns, rows, as_json=as_json, none="Nobody has said anything yet.")
