"""`beffroi doctrine adopt|amend|remove`: the acts by which a city changes what binds it."""

from pathlib import Path
from typing import Annotated

import typer

from beffroi.cli.deciding import Body, Day, Motives, Paper, Reference, attached
from beffroi.cli.doctrine.reading import Which, find_doctrine
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, Data
from beffroi.errors import BadInput
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import adopted, register_doctrine
from beffroi.mandate.procedure.record import record_change
from beffroi.mandate.rights import Permission

app = typer.Typer()


@app.command()
def adopt(
    which: Which,
    body: Body,
    date: Day,
    reference: Reference,
    motives: Motives,
    document: Paper = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record that a doctrine or law was adopted; it counts once a second person confirms it.

    Example: `beffroi doctrine adopt mannheim --body "Conseil municipal" --date 2026-11-03
    --reference 2026-115 --motives "…" --document minutes.pdf --as service-des-actes`
    """
    said = {"body": body, "date": date, "reference": reference, "motives": motives}
    _adopt(which, said, document, login, data, amends=False)


@app.command()
def amend(
    which: Which,
    body: Body,
    date: Day,
    reference: Reference,
    motives: Motives,
    document: Paper = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record that another text of a doctrine in force was adopted in its place.

    Example: `beffroi doctrine amend charter-2.yaml --body "Conseil municipal" --date 2026-11-03
    --reference 2026-116 --motives "…" --as service-des-actes`
    """
    said = {"body": body, "date": date, "reference": reference, "motives": motives}
    _adopt(which, said, document, login, data, amends=True)


@app.command()
def remove(
    doctrine: Annotated[str, typer.Argument(metavar="DOCTRINE", help="Id of one in force here.")],
    body: Body,
    date: Day,
    reference: Reference,
    motives: Motives,
    document: Paper = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Record that a doctrine or law was removed; two people and a delay, as to adopt it.

    Example: `beffroi doctrine remove mannheim --body "Conseil municipal" --date 2026-11-03
    --reference 2026-117 --motives "…" --as service-des-actes`
    """
    said = {"body": body, "date": date, "reference": reference, "motives": motives}
    site = open_installation(data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        actor, clock = account.pseudonym, site.clock
        paper = attached(session, document, actor=actor, clock=clock)
        act = record_change(
            session, ActType.REMOVAL, doctrine, document=paper, actor=actor, clock=clock, **said
        )
        act_id, days = act.id, act.details["delay_days"]
    _tell("removal", doctrine, act_id, days)


def _adopt(
    which: str,
    said: dict[str, str],
    document: Path | None,
    login: str | None,
    data: Path,
    *,
    amends: bool,
) -> None:
    text = find_doctrine(which, data)
    doctrine = text.doctrine.id
    site = open_installation(data)
    with site.acting(login, Permission.RECORD_ACTS) as (session, account):
        actor, clock = account.pseudonym, site.clock
        now_in_force = adopted(session, clock.now()).get(doctrine)
        if now_in_force == text.digest:
            raise BadInput(f"This text of {doctrine} is in force here.")
        if now_in_force is not None and not amends:
            raise BadInput(
                f"Another text of {doctrine} is in force here: `beffroi doctrine amend`."
            )
        if now_in_force is None and amends:
            raise BadInput(f"No text of {doctrine} is in force here: `beffroi doctrine adopt`.")
        register_doctrine(session, text, actor=actor, clock=clock)
        paper = attached(session, document, actor=actor, clock=clock)
        act = record_change(
            session,
            ActType.ADOPTION,
            doctrine,
            version_digest=text.digest,
            document=paper,
            actor=actor,
            clock=clock,
            **said,
        )
        act_id, days = act.id, act.details["delay_days"]
    _tell("adoption", doctrine, act_id, days)


def _tell(what: str, doctrine: str, act_id: str, days: int) -> None:
    typer.echo(
        f"The {what} of {doctrine} is recorded as {act_id}.\n"
        f"A second person confirms it: `beffroi act confirm {act_id} --as …`. "
        f"It binds {days} days after that."
    )
