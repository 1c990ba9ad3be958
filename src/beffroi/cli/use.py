"""`beffroi use`: write uses down, carry them through the procedure, ask why one runs or not."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from beffroi.cli.directions import propose_direction
from beffroi.cli.explaining import lines, plain, require_known
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, instant, print_json, print_rows
from beffroi.engine.equipment import equipment_of
from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.events.drawn import read_drawn
from beffroi.events.registry import build
from beffroi.events.shipped import shipped_definitions, shipped_with
from beffroi.mandate.annexes import record_shipped
from beffroi.mandate.counting import counted
from beffroi.mandate.definition import VotedText, read_definition
from beffroi.mandate.equipment import known_equipment
from beffroi.mandate.explaining import explain as tell
from beffroi.mandate.hours import ALWAYS, Hours, zone_of
from beffroi.mandate.modes import Mode
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.procedure.standing import stand
from beffroi.mandate.rights import Permission
from beffroi.mandate.uses import (
    UseSpec,
    acts_of,
    definition_of,
    draft_use,
    find_use,
    list_uses,
    revise_use,
    spec_of,
    state_of,
    text_of,
)
from beffroi.store.mandates import Use

_HOURS: Final = TypeAdapter(Hours)

app = typer.Typer(
    name="use",
    no_args_is_help=True,
    help="Write uses down, carry them through the procedure, ask why one runs or not.",
)
app.command()(propose_direction)

UseId = Annotated[str, typer.Argument(metavar="USE", help="Its id, e.g. `fall-parc`.")]


@app.command()
def add(
    use: UseId,
    definition: Annotated[
        str, typer.Option(help="A shipped event, e.g. `fall`, or a definition file.")
    ],
    camera: Annotated[list[str], typer.Option(help="A camera; give it again for more.")],
    purpose: Annotated[str, typer.Option(help="Why, in plain words.")],
    legal_basis: Annotated[str, typer.Option(help="The article that it rests on, in words.")],
    until: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD, included.")],
    law: Annotated[str, typer.Option(help="Legal pack that it rests on; needed to go live.")] = "",
    mode: Annotated[Mode, typer.Option(help="How far it goes.")] = Mode.LIVE,
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    zones: Annotated[
        Path | None, typer.Option(help="JSON with `area`, `forbidden`, `lines` in fractions.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="In which days and hours are read.")] = (
        "Europe/Paris"
    ),
    hours: Annotated[
        str | None, typer.Option(help='JSON, e.g. {"5": [["18:00", "24:00"]]}; 0 is Monday.')
    ] = None,
    occasion: Annotated[str, typer.Option(help="What it is for, if for one occasion.")] = "",
    place: Annotated[
        list[str] | None, typer.Option(help="Tag of the place, e.g. `station`; may be repeated.")
    ] = None,
    controller: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    renews: Annotated[str, typer.Option(help="Id of the use that it continues.")] = "",
    max_offline: Annotated[
        int, typer.Option(help="Seconds for which it may run on without hearing from the gate.")
    ] = 5,
    samples: Annotated[int, typer.Option(help="How many a learning set may hold.")] = 0,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Write a use down; nothing runs until the procedure has carried it through.

    Example: `beffroi use add fall-place --definition fall --camera place --purpose "Help people
    who fall" --law belfort-fiction --legal-basis "article 1" --until 2027-06-30
    --as service-des-actes`
    """
    site = open_installation(data)
    voted = _definition(definition)
    drawn = _drawn(zones)
    spec = UseSpec(
        mode=mode,
        purpose=purpose,
        law=law,
        legal_basis=legal_basis,
        timezone=timezone,
        hours=dict(ALWAYS) if hours is None else _hours(hours),
        starts_at=site.clock.now() if start is None else _day(start, timezone),
        ends_at=_day(until, timezone, days=1),
        cameras=dict.fromkeys(camera, drawn),
        occasion=occasion,
        places=tuple(place or ()),
        controller=controller,
        renews=renews,
        max_offline_s=max_offline,
        quota=samples,
    )
    with site.acting(login, Permission.DRAFT_USES) as (session, account):
        draft_use(session, use, voted, spec, actor=account.pseudonym, clock=site.clock)
        record_shipped(
            session, voted.digest, shipped_with(voted), actor=account.pseudonym, clock=site.clock
        )
    typer.echo(
        f"{use} is a draft under the definition {voted.digest}.\n"
        f"`beffroi act next {use}` says what comes next."
    )


@app.command()
def revise(
    use: UseId,
    reason: Annotated[str, typer.Option(help="Why the text changes; it is recorded.")],
    contribution: Annotated[
        int | None, typer.Option(help="Number of the contribution that led to it.")
    ] = None,
    definition: Annotated[
        str | None, typer.Option(help="Another shipped event, or a definition file.")
    ] = None,
    camera: Annotated[
        list[str] | None, typer.Option(help="All cameras it shall have; may be repeated.")
    ] = None,
    zones: Annotated[
        Path | None, typer.Option(help="JSON with `area`, `forbidden`, `lines` in fractions.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="Why, in plain words.")] = None,
    law: Annotated[str | None, typer.Option(help="Legal pack that it rests on.")] = None,
    legal_basis: Annotated[str | None, typer.Option(help="The article, in words.")] = None,
    mode: Annotated[Mode | None, typer.Option(help="How far it goes.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD, included.")] = None,
    hours: Annotated[str | None, typer.Option(help="JSON; 0 is Monday.")] = None,
    controller: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Change the text of a use that was not voted yet; what is not named stays as it was.

    Example: `beffroi use revise fall-quai --until 2027-06-30 --reason "asked for by letter"
    --contribution 3 --as service-des-actes`
    """
    site = open_installation(data)
    with site.acting(login, Permission.DRAFT_USES) as (session, account):
        text = text_of(session, find_use(session, use)).text
        voted = definition_of(session, text) if definition is None else _definition(definition)
        before = spec_of(text)
        drawn = None if zones is None else _drawn(zones)
        cameras = {
            name: before.cameras.get(name, {}) if drawn is None else drawn
            for name in camera or before.cameras
        }
        changes: dict[str, Any] = {
            "purpose": purpose,
            "law": law,
            "legal_basis": legal_basis,
            "mode": mode,
            "starts_at": None if start is None else _day(start, text.timezone),
            "ends_at": None if until is None else _day(until, text.timezone, days=1),
            "hours": None if hours is None else _hours(hours),
            "controller": controller,
        }
        given = {name: value for name, value in changes.items() if value is not None}
        revise_use(
            session,
            use,
            voted,
            replace(before, cameras=cameras, **given),
            reason=reason,
            contribution=contribution,
            actor=account.pseudonym,
            clock=site.clock,
        )
    typer.echo(f"{use} has a new text. `beffroi act next {use}` says what comes next.")


@app.command("list")
def list_(as_json: AsJson = False, data: Data = DATA) -> None:
    """List the uses and where they stand.

    Example: `beffroi use list --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        rows = [_row(session, use, site.clock.now()) for use in list_uses(session)]
    columns = ("id", "state", "mode", "event", "purpose", "last_day")
    print_rows(columns, rows, as_json=as_json, none="No use yet: `beffroi use add --help`.")


@app.command()
def explain(
    camera: Annotated[str, typer.Argument(help="A camera.")],
    event: Annotated[
        str | None, typer.Argument(help="A kind of event, e.g. `fall`; all unless given.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="When, ISO 8601 with its offset; now unless given.")
    ] = None,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Say why something is looked for on a camera or not, clause by clause, with sources.

    Example: `beffroi use explain parc fall --at 2026-11-22T20:00+01:00`
    """
    site = open_installation(data)
    when = None if at is None else instant(at)
    with site.database.read() as session:
        equipment = known_equipment(session) or equipment_of(site.folder, site.settings.engine)
        require_known(session, camera, event, site.clock.now())
        told = tell(session, camera, event, site.clock, when, equipment)
        if as_json:
            print_json(plain(told))
        else:
            typer.echo("\n".join(lines(told)))


@app.command()
def counts(use: UseId, as_json: AsJson = False, data: Data = DATA) -> None:
    """Print what a use has counted, by quarters of an hour: numbers, and nobody behind them.

    What is too few to be told is told with the next quarter in which there was any; of the
    quarter that runs nothing is.

    Example: `beffroi use counts fall-parc --json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        find_use(session, use)
        rows = [
            {
                "quarter": row.quarter.isoformat(),
                "camera": row.camera_id,
                "what": row.what,
                "value": row.value,
                "fewer_than": row.fewer_than,
            }
            for row in counted(session, use, site.clock.now())
        ]
    columns = ("quarter", "camera", "what", "value", "fewer_than")
    print_rows(columns, rows, as_json=as_json, none=f"{use} has counted nothing yet.")


@app.command("pause")
def pause_(
    use: UseId,
    camera: Annotated[str, typer.Argument(help="On which camera.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    login: As = None,
    data: Data = DATA,
) -> None:
    """Stop a use on a camera at once.

    Example: `beffroi use pause fall-parc parc --reason "too many alerts" --as operateur`
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

    Example: `beffroi use resume fall-parc parc --as superviseur`
    """
    site = open_installation(data)
    with site.acting(login, Permission.RESUME_USE) as (session, account):
        resume(session, use, camera, actor=account.pseudonym, clock=site.clock)
    typer.echo(f"{use} runs again on {camera}.")


def _row(session: Session, use: Use, now: datetime) -> dict[str, Any]:
    try:
        acts = acts_of(session, use.id)
        text = text_of(session, use, acts).text
        voted = definition_of(session, text)
        state = state_of(session, use, now).value
        last_day = stand(acts, text, now).last_day(text)
    except BadInput as error:
        return {"id": use.id, "state": "refused", "why": error.message}
    return {
        "id": use.id,
        "event": voted.definition.event,
        "definition": text.definition,
        "mode": text.mode.value,
        "state": state,
        "purpose": text.purpose,
        "law": text.law,
        "legal_basis": text.legal_basis,
        "cameras": sorted(text.cameras),
        "starts_at": text.starts_at,
        "ends_at": text.ends_at,
        "last_day": last_day,
    }


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


def _day(text: str, timezone: str, days: int = 0) -> datetime:
    """The first moment of a day there, or of one some days later: a day has not always 24 hours."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d") + timedelta(days=days)  # noqa: DTZ007 (zoned below)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a day, e.g. 2026-11-22.") from error
    return day.replace(tzinfo=zone_of(timezone)).astimezone(UTC)


def _hours(text: str) -> Hours:
    try:
        return _HOURS.validate_json(text)
    except ValidationError as error:
        raise BadInput(
            f"--hours {text!r} does not name spans by weekday, 0 for Monday: write for example "
            """'{"0": [["08:00", "12:00"], ["14:00", "20:00"]]}'."""
        ) from error
