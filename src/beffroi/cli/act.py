"""`beffroi act`: record and confirm the decisions that move a use or a doctrine."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from beffroi.cli.deciding import Body, Day, Motives, Paper, Reference, attached
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.cli.use import UseId
from beffroi.errors import BadInput
from beffroi.mandate.procedure.acts import DETAILS, DOCUMENTED, WIDENING, ActType
from beffroi.mandate.procedure.offices import permission_for, require_own_office
from beffroi.mandate.procedure.outlook import FirstThing, first_thing, next_acts, waiting
from beffroi.mandate.procedure.record import confirm_act, record_act
from beffroi.mandate.rights import Permission
from beffroi.mandate.uses import acts_of, find_use, state_of
from beffroi.store.base import Json
from beffroi.store.procedure import Act

app = typer.Typer(
    name="act",
    no_args_is_help=True,
    help="Record and confirm the decisions that move a use or a doctrine.",
)

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="What this kind of act says beside; names separated by `;`. May be repeated.",
    ),
]


@app.command()
def record(
    use: UseId,
    kind: Annotated[ActType, typer.Argument(help="What was decided.")],
    body: Body,
    date: Day,
    reference: Reference,
    motives: Motives,
    settings: Settings = None,
    document: Paper = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record a decision of a competent body; the use moves with it.

    `beffroi act next USE` says what each kind of act asks for.

    Example: `beffroi act record fall-quai vote --body "Conseil municipal" --date 2026-11-03
    --reference 2026-114 --motives "…" --document minutes.pdf --set members=33
    --set votes_for="A. Martin; B. Durand" --as service-des-actes`
    """
    site = open_installation(data)
    details = _details(kind, settings or [])
    with site.acting(login, permission_for(kind, details)) as (session, account):
        require_own_office(account, kind, details)
        actor = account.pseudonym
        paper = attached(session, document, actor=actor, clock=site.clock)
        act = record_act(
            session,
            use,
            kind,
            body=body,
            date=date,
            reference=reference,
            motives=motives,
            details=details,
            document=paper,
            actor=actor,
            clock=site.clock,
        )
        act_id = act.id
    typer.echo(f"The {kind} on {use} is recorded as {act_id}.")
    if kind in WIDENING:
        typer.echo(
            "It lets more run, so a second person confirms it: "
            f"`beffroi act confirm {act_id} --as …`."
        )


@app.command()
def confirm(
    act: Annotated[str, typer.Argument(metavar="ACT", help="Its id.")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Confirm, as a second person, an act that lets more run.

    Example: `beffroi act confirm 5f0c… --as secretariat-du-conseil`
    """
    site = open_installation(data)
    with site.acting(login, Permission.CONFIRM_ACTS) as (session, account):
        confirmed = confirm_act(session, act, actor=account.pseudonym, clock=site.clock)
        kind, subject = confirmed.type, confirmed.use_id or confirmed.doctrine_id
    typer.echo(f"The {kind} on {subject} counts from now on.")


@app.command("waiting")
def waiting_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the acts that wait for a second person.

    Example: `beffroi act waiting --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        rows = [_row(act) for act in waiting(session)]
    columns = ("id", "type", "subject", "body", "date")
    print_rows(columns, rows, as_json=as_json, none="No act waits for a second person.")


@app.command("next")
def next_(use: UseId, as_json: AsJson = False, data: Data = DATA) -> None:
    """Say what to do first, then which acts may follow, and what stands in their way today.

    Example: `beffroi act next fall-parc`
    """
    site = open_installation(data)
    with site.database.read() as session:
        found = find_use(session, use)
        state = state_of(session, found, site.clock.now())
        first = first_thing(session, found, site.clock.now())
        rows = [
            {
                "act": step.type.value,
                "asks_for": ", ".join(DETAILS[step.type].model_fields) or "–",
                "in_the_way": " ".join(step.against) or "–",
            }
            for step in next_acts(session, found, site.clock.now())
        ]
    if not as_json:
        typer.echo(f"State of {use}: {state.replace('_', ' ')}.")
        typer.echo("\n".join(_advice(use, first)) + "\n")
    print_rows(("act", "asks_for", "in_the_way"), rows, as_json=as_json, none="Nothing follows.")


@app.command()
def history(use: UseId, as_json: AsJson = False, data: Data = DATA) -> None:
    """List the acts of a use, in their order.

    Example: `beffroi act history fall-parc`
    """
    site = open_installation(data)
    with site.database.read() as session:
        find_use(session, use)
        rows = [_row(act) for act in acts_of(session, use)]
    columns = ("date", "type", "reference", "body")
    whole = {"date", "type", "reference"}
    print_rows(columns, rows, as_json=as_json, none=f"No act on {use} yet.", whole=whole)
    if not as_json and any(row["confirmed"] is False for row in rows):
        typer.echo("\nOf these some still wait for a second person: `beffroi act waiting`.")


def _advice(use: str, first: FirstThing) -> Iterator[str]:
    """What to do first, with the command that does it."""
    if first.confirm:
        yield "First: a second person confirms what was recorded."
        yield f"  beffroi act confirm {first.confirm} --as LOGIN"
    elif first.files:
        yield f"First: complete the impact files still missing: {', '.join(first.files)}."
        for study in first.files:
            yield f"  beffroi impact draft {use} {study} > {study}.json"
            yield f"  beffroi impact record {use} {study} {study}.json --as LOGIN"
    elif first.record:
        yield f"First: record the {first.record.replace('_', ' ')}."
        yield f"  {_command(use, first.record)}"
        yield from (f"  Not today: {objection}" for objection in first.against)
    else:
        yield "Nothing has to be done now."


def _command(use: str, kind: ActType) -> str:
    """The command that records an act; what it can do without stands in brackets."""
    said = "--body BODY --date YYYY-MM-DD --reference NUMBER --motives WHY"
    paper = ["--document FILE"] if kind in DOCUMENTED else []
    fields = DETAILS[kind].model_fields.items()
    settings = [
        f"--set {name}=…" if field.is_required() else f"[--set {name}=…]" for name, field in fields
    ]
    return " ".join([f"beffroi act record {use} {kind}", said, *paper, *settings, "--as LOGIN"])


def _details(kind: ActType, settings: list[str]) -> Json:
    """``NAME=VALUE`` texts as the fields of an act; lists are separated by semicolons."""
    fields = DETAILS[kind].model_fields
    details: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name not in fields:
            known = ", ".join(fields) or "nothing"
            raise BadInput(f"{setting!r} says nothing about a {kind}: it asks for {known}.")
        many = "tuple" in str(fields[name].annotation)
        details[name] = (
            [part.strip() for part in value.split(";") if part.strip()] if many else value
        )
    return details


def _row(act: Act) -> Json:
    return {
        "id": act.id,
        "number": act.number,
        "type": act.type,
        "subject": act.use_id or act.doctrine_id,
        "body": act.body,
        "date": act.date,
        "reference": act.reference,
        "motives": act.motives,
        "details": act.details,
        "document": act.document_digest,
        "decided_upon": act.subject_digest,
        "confirmed": act.confirmed_by is not None if act.type in WIDENING else None,
    }
