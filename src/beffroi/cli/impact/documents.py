"""`beffroi impact`: technical file, practice sheet, rights, reports."""

from typing import Annotated

import typer

from beffroi.cli.impact.options import Format, Lang, Markup, UseId, print_document, read_day
from beffroi.cli.installation import open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json
from beffroi.mandate.impact.annex_iv import annex_iv
from beffroi.mandate.impact.dossier import dossier
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.period import Span, period
from beffroi.mandate.impact.remedies import Remedy, Right, remedies, rights_of
from beffroi.mandate.impact.report import report as make_report
from beffroi.mandate.impact.subject import subject_of

app = typer.Typer()


@app.command("annex-iv")
def annex_iv_(
    use: UseId, language: Lang, form: Format = Markup.MARKDOWN, data: Data = DATA
) -> None:
    """Print the technical file of AI Act Annex IV.

    Example: `beffroi impact annex-iv fall-parc --language en --format html`
    """
    site = open_installation(data)
    with site.database.read() as session:
        made = annex_iv(session, subject_of(session, use), language, site.clock)
    print_document(made, form)


@app.command()
def practice(use: UseId, language: Lang, form: Format = Markup.MARKDOWN, data: Data = DATA) -> None:
    """Print a practice sheet for other cities: context, objectives, activities, budget, evaluation.

    Example: `beffroi impact practice fall-parc`
    """
    site = open_installation(data)
    with site.database.read() as session:
        subject = subject_of(session, use)
        facts = facts_of(session, subject, language, now=site.clock.now())
    print_document(dossier("practice", facts, language, {}), form)


@app.command()
def rights(use: UseId, language: Lang, as_json: AsJson = False, data: Data = DATA) -> None:
    """Say what those who are filmed can ask for, and how to contest a use.

    A † marks what nobody has compared with the text that it cites.

    Example: `beffroi impact rights fall-parc --language en`
    """
    with open_installation(data).database.read() as session:
        subject = subject_of(session, use)
    found = rights_of(subject.regime)
    if as_json:
        print_json(
            {
                "regime": subject.regime,
                "rights": [right.model_dump() for right in found],
                "remedies": [remedy.model_dump() for remedy in remedies()],
            }
        )
        return
    for right in found:
        sign = "+" if right.applies else "–"
        typer.echo(f"{sign} {right.title[language]}: {right.how[language]} ({_source(right)})")
    for remedy in remedies():
        where, deadline = remedy.where[language], remedy.deadline[language]
        typer.echo(f"→ {remedy.title[language]}: {where} {deadline} ({_source(remedy)})")


@app.command()
def report(
    language: Lang,
    span: Annotated[Span, typer.Argument(help="What it covers: the last whole one.")],
    before: Annotated[
        str | None, typer.Option(help="Last one before this day, YYYY-MM-DD; else before today.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="In which days begin.")] = "Europe/Paris",
    form: Format = Markup.MARKDOWN,
    data: Data = DATA,
) -> None:
    """Print the report of the last week or quarter; `--format json` gives its numbers.

    Example: `beffroi impact report week --format html`
    """
    site = open_installation(data)
    day = site.clock.now().date() if before is None else read_day(before)
    covered = period(span, day, timezone)
    with site.database.read() as session:
        document, numbers = make_report(session, span, covered, language)
    if form is Markup.JSON:
        print_json({**numbers, "document": document.to_json()})
    else:
        print_document(document, form)


def _source(row: Right | Remedy) -> str:
    return row.source if row.verified else f"{row.source} †"
