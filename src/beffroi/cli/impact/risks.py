"""`beffroi impact`: the risk register, incidents and their clocks."""

from typing import Annotated

import typer

from beffroi.cli.impact.options import read_day, read_moment
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.mandate.impact.risks import (
    IncidentKind,
    RiskLine,
    deadlines,
    record_incident,
    record_risk,
    register,
    report_incident,
)
from beffroi.mandate.rights import Permission

app = typer.Typer()


@app.command()
def risk(
    name: Annotated[str, typer.Argument(help="What people call it; the same name replaces it.")],
    owner: Annotated[str, typer.Option(help="Which office answers for it.")],
    measures: Annotated[str, typer.Option(help="What is done against it.")],
    residual: Annotated[int, typer.Option(help="What remains: 1 negligible to 4 maximum.")],
    review_on: Annotated[str, typer.Option(help="Day to look at it again, YYYY-MM-DD.")],
    use: Annotated[str | None, typer.Option(help="The use that it belongs to, if to one.")] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record a risk, or a new line of one.

    Example: `beffroi impact risk "Leak of a sequence" --owner IT --measures "a key each"
    --residual 2 --review-on 2027-01-15 --as dpo`
    """
    site = open_installation(data)
    line = RiskLine(name, owner, measures, residual, read_day(review_on), use)
    with site.acting(login, Permission.KEEP_FILES) as (session, account):
        row = record_risk(session, line, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"Risk {row.id} is recorded.")


@app.command("risks")
def risks_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the risks, the gravest first.

    Example: `beffroi impact risks --json`
    """
    with open_installation(data).database.read() as session:
        rows = [
            {
                "id": row.id,
                "use": row.use_id,
                "name": row.name,
                "owner": row.owner,
                "measures": row.measures,
                "residual": row.residual,
                "review_on": row.review_on,
            }
            for row in register(session)
        ]
    columns = ("id", "name", "use", "owner", "residual", "review_on")
    print_rows(columns, rows, as_json=as_json, none="No risk: `beffroi impact risk --help`.")


@app.command()
def incident(
    risk: Annotated[int, typer.Argument(help="Number of the risk that came true.")],
    kind: Annotated[IncidentKind, typer.Argument(help="What happened; it says which clock runs.")],
    text: Annotated[str, typer.Option(help="What happened, without naming people.")],
    noticed: Annotated[
        str | None, typer.Option(help="When, e.g. 2026-11-22T09:30+01:00; else now.")
    ] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record that something went wrong; its clock runs from when it was noticed.

    Example: `beffroi impact incident 3 breach --text "A screen was filmed" --as dpo`
    """
    site = open_installation(data)
    at = site.clock.now() if noticed is None else read_moment(noticed)
    with site.acting(login, Permission.KEEP_FILES) as (session, account):
        row = record_incident(
            session, risk, kind, text, at, actor=account.pseudonym, clock=site.clock
        )
        due = [one for one in deadlines(session) if one.incident.id == row.id]
    typer.echo(f"Incident {row.id} is recorded.")
    for one in due:
        typer.echo(f"{one.timer.to['en']} is to be told before {one.at:%Y-%m-%d %H:%M} UTC.")


@app.command("incidents")
def incidents_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the incidents that still have to be reported, the first due first.

    Example: `beffroi impact incidents`
    """
    site = open_installation(data)
    with site.database.read() as session:
        rows = [
            {
                "id": one.incident.id,
                "kind": one.incident.kind,
                "text": one.incident.text,
                "to": one.timer.to["en"],
                "due": one.at,
                "late": one.at < site.clock.now(),
                "source": one.timer.source,
            }
            for one in deadlines(session)
        ]
    columns = ("id", "kind", "to", "due", "late")
    print_rows(columns, rows, as_json=as_json, none="No incident waits to be reported.")


@app.command()
def reported(
    incident: Annotated[int, typer.Argument(help="Number of the incident.")],
    to: Annotated[str, typer.Option(help="Who was told.")],
    at: Annotated[
        str | None, typer.Option(help="When, e.g. 2026-11-22T09:30+01:00; else now.")
    ] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record that an authority was told of an incident.

    Example: `beffroi impact reported 1 --to CNIL --as dpo`
    """
    site = open_installation(data)
    moment = site.clock.now() if at is None else read_moment(at)
    with site.acting(login, Permission.KEEP_FILES) as (session, account):
        report_incident(session, incident, to, moment, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"Incident {incident} was reported to {to}.")
