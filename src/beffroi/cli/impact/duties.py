"""`beffroi impact`: what is due when."""

import sys
from typing import Annotated

import typer

from beffroi.cli.impact.options import read_day
from beffroi.cli.installation import As, open_installation
from beffroi.cli.options import DATA, AsJson, Data, Lang, print_rows
from beffroi.errors import BadInput
from beffroi.mandate.impact.agenda import agenda
from beffroi.mandate.impact.ical import calendar as write_calendar
from beffroi.mandate.impact.reminders import done_marks, is_done, mark_done, reminders
from beffroi.mandate.reading import in_language
from beffroi.mandate.rights import Permission

app = typer.Typer()


@app.command("duties")
def duties_(
    language: Lang,
    days: Annotated[
        int | None, typer.Option(help="Only what is overdue or due within so many days.")
    ] = None,
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """List the duties of all uses, risks and incidents.

    Example: `beffroi impact duties --days 30`
    """
    site = open_installation(data)
    with site.database.read() as session:
        found, marks = agenda(session, site.clock.now()), done_marks(session)
    if days is not None:
        found = reminders(found, marks, site.clock.now().date(), days)
    rows = [
        {
            "due": duty.due,
            "duty": duty.key,
            "use": duty.use_id,
            "title": in_language(duty.text.title, language),
            "source": duty.text.source if duty.text.verified else f"{duty.text.source} †",
            "done": is_done(duty, marks) if duty.text.task else None,
        }
        for duty in found
    ]
    columns = ("due", "use", "duty", "title", "done")
    print_rows(columns, rows, as_json=as_json, none="Nothing is due.")


@app.command()
def calendar(language: Lang, data: Data = DATA) -> None:
    """Print the duties as an iCalendar file.

    Example: `beffroi impact calendar > duties.ics`
    """
    site = open_installation(data)
    with site.database.read() as session:
        found, marks = agenda(session, site.clock.now()), done_marks(session)
    # Its lines end as the format says on every system.
    sys.stdout.buffer.write(write_calendar(found, marks, language, site.clock.now()))


@app.command()
def done(
    duty: Annotated[str, typer.Argument(help="As `beffroi impact duties` names it.")],
    due: Annotated[str, typer.Argument(help="Its day, YYYY-MM-DD.")],
    use: Annotated[str | None, typer.Option(help="The use that it belongs to, if to one.")] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Mark a duty as done.

    Example: `beffroi impact done weekly_report 2027-01-04 --as service-des-actes`
    """
    site = open_installation(data)
    day = read_day(due)
    with site.acting(login, Permission.KEEP_FILES) as (session, account):
        found = [
            one
            for one in agenda(session, site.clock.now())
            if (one.key, one.due, one.use_id) == (duty, day, use)
        ]
        if not found:
            raise BadInput(f"Nothing called {duty} is due on {day}; `beffroi impact duties` lists.")
        mark_done(session, found[0], actor=account.pseudonym, clock=site.clock)
    typer.echo(f"{duty} of {day} is done.")
