"""`beffroi use`: write uses down, record the acts that move them, ask why one runs or not."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_rows
from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.events.drawn import read_drawn
from beffroi.events.registry import DETECTORS, build, shipped_definitions
from beffroi.mandate.definition import VotedText, read_definition
from beffroi.mandate.gate import Gate
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.rights import Permission
from beffroi.mandate.uses import ALWAYS, ActType, Mode, UseSpec, draft_use, list_uses, record_act
from beffroi.store.mandates import Use

app = typer.Typer(
    name="use",
    no_args_is_help=True,
    help="Write uses down, record the acts that move them, ask why one runs or not.",
)

UseId = Annotated[str, typer.Argument(metavar="USE", help="Its id, e.g. `fall-park`.")]


@app.command()
def add(
    use: UseId,
    definition: Annotated[
        str, typer.Option(help="A shipped event, e.g. `fall`, or a definition file.")
    ],
    camera: Annotated[list[str], typer.Option(help="A camera; give it again for more.")],
    purpose: Annotated[str, typer.Option(help="Why, in plain words.")],
    legal_basis: Annotated[str, typer.Option(help="The text that it rests on.")],
    until: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")],
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    zones: Annotated[
        Path | None, typer.Option(help="JSON with `area`, `forbidden`, `lines` in fractions.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="In which hours are read.")] = "Europe/Paris",
    hours: Annotated[
        str | None, typer.Option(help='JSON, e.g. {"0": [["08:00", "20:00"]]}; 0 is Monday.')
    ] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Write a use down; nothing runs until it is voted and published.

    Example: `beffroi use add fall-park --definition fall --camera park --purpose "…"
    --legal-basis "…" --until 2027-06-30 --as clerk`
    """
    site = open_installation(data)
    voted = _definition(definition)
    drawn = _drawn(zones)
    spec = UseSpec(
        mode=Mode.LIVE,
        purpose=purpose,
        legal_basis=legal_basis,
        timezone=timezone,
        hours=ALWAYS if hours is None else _hours(hours),
        starts_at=site.clock.now() if start is None else _day(start),
        ends_at=_day(until),
        cameras=dict.fromkeys(camera, drawn),
    )
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        draft_use(session, use, voted, spec, actor=account.pseudonym, clock=site.clock)
    typer.echo(
        f"{use} is a draft under the definition {voted.digest}.\n"
        f"Next: `beffroi use act {use} vote …`, then `beffroi use act {use} publication …`."
    )


@app.command()
def act(
    use: UseId,
    kind: Annotated[ActType, typer.Argument(help="What was decided.")],
    body: Annotated[str, typer.Option(help="Who decided, e.g. the municipal council.")],
    date: Annotated[str, typer.Option(help="Day of the decision, YYYY-MM-DD.")],
    reference: Annotated[str, typer.Option(help="Number under which it can be found.")],
    motives: Annotated[str, typer.Option(help="Why, in plain words.")],
    document: Annotated[Path | None, typer.Option(help="The signed text.")] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record a decision of a competent body; the use moves with it.

    Example: `beffroi use act fall-park vote --body "Conseil municipal" --date 2026-11-03
    --reference 2026-114 --motives "…" --as clerk`
    """
    site = open_installation(data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        record_act(
            session,
            use,
            kind,
            body=body,
            date=date,
            reference=reference,
            motives=motives,
            document=document,
            actor=account.pseudonym,
            clock=site.clock,
        )
    typer.echo(f"The {kind} on {use} is recorded.")


@app.command("list")
def list_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the uses and where they stand.

    Example: `beffroi use list --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        rows = [
            {
                "id": use.id,
                "definition": use.definition_digest,
                "mode": use.mode,
                "state": _state(use, site.clock.now()),
                "purpose": use.purpose,
                "legal_basis": use.legal_basis,
                "starts_at": use.starts_at,
                "ends_at": use.ends_at,
            }
            for use in list_uses(session)
        ]
    columns = ("id", "state", "mode", "purpose", "ends_at")
    print_rows(columns, rows, as_json=as_json, none="No use yet: `beffroi use add --help`.")


@app.command()
def explain(
    camera: Annotated[str, typer.Argument(help="A camera.")],
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Say of each use that names a camera whether it may run now, and why not.

    Example: `beffroi use explain square-north`
    """
    site = open_installation(data)
    gate = Gate({name: kind.behaviour for name, kind in DETECTORS.items()}, site.clock)
    with site.database.read() as session:
        decision = gate.decide_one(session, camera)
    rows = [{"use": use.use_id, "runs": True, "why": "in force"} for use in decision.uses]
    rows += [{"use": no.use_id, "runs": False, "why": no.reason} for no in decision.refused]
    print_rows(("use", "runs", "why"), rows, as_json=as_json, none=f"No use names {camera}.")


@app.command("pause")
def pause_(
    use: UseId,
    camera: Annotated[str, typer.Argument(help="On which camera.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Stop a use on a camera at once.

    Example: `beffroi use pause fall-park park --reason "too many alerts" --as operator`
    """
    site = open_installation(data)
    with site.acting(login, Permission.PAUSE_USE) as (session, account):
        pause(session, use, camera, reason, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"{use} is stopped on {camera}.")


@app.command("resume")
def resume_(
    use: UseId,
    camera: Annotated[str, typer.Argument(help="On which camera.")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Let a stopped use run again; a supervisor's decision.

    Example: `beffroi use resume fall-park park --as supervisor`
    """
    site = open_installation(data)
    with site.acting(login, Permission.RESUME_USE) as (session, account):
        resume(session, use, camera, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"{use} runs again on {camera}.")


def _definition(name: str) -> VotedText:
    shipped = {voted.definition.event: voted for voted in shipped_definitions()}
    if name in shipped:
        return shipped[name]
    if not Path(name).exists():
        raise BadInput(f"{name!r} is neither a file nor a shipped event: {', '.join(shipped)}.")
    voted = read_definition(Path(name))
    build(voted, Zones())
    return voted


def _drawn(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        drawn: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as JSON: {error}.") from error
    read_drawn(drawn)
    return drawn


def _state(use: Use, now: datetime) -> str:
    return "expired" if use.state == "in_force" and now >= use.ends_at else use.state


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a day, e.g. 2026-11-22.") from error


def _hours(text: str) -> dict[str, list[list[str]]]:
    try:
        hours: dict[str, list[list[str]]] = json.loads(text)
    except ValueError as error:
        raise BadInput(f"--hours is not JSON: {error}.") from error
    return hours
