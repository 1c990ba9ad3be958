"""`beffroi impact`: the studies of a use, from the draft to the version that a council reads."""

import json
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from beffroi.cli.impact.options import Format, Lang, Markup, UseId, print_document
from beffroi.cli.installation import As, Installation, open_installation
from beffroi.cli.options import DATA, AsJson, Data, print_json, print_rows
from beffroi.errors import BadInput
from beffroi.mandate.impact import cnil
from beffroi.mandate.impact.assessment import latest, record, versions
from beffroi.mandate.impact.comparison import compare
from beffroi.mandate.impact.content import Content, content_of, draft, missing, read_content
from beffroi.mandate.impact.dossier import printed
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.rights import Permission
from beffroi.store.impact import Assessment
from beffroi.words import Language

app = typer.Typer()

Which = Annotated[Study, typer.Argument(metavar="STUDY", help="dpia, fria or compass.")]


@app.command("draft")
def draft_(
    language: Lang,
    use: UseId,
    study: Which,
    data: Data = DATA,
) -> None:
    """Print a study as the configuration fills it, in JSON, to be completed and recorded.

    Example: `beffroi impact draft fall-parc dpia > dpia.json`
    """
    site = open_installation(data)
    with site.database.read() as session:
        print_json(_draft(session, site, use, study, language).model_dump(mode="json"))


@app.command("record")
def record_(
    use: UseId,
    study: Which,
    file: Annotated[Path, typer.Argument(help="JSON, as `beffroi impact draft` prints it.")],
    contribution: Annotated[
        int | None, typer.Option(help="Number of the contribution that led to this version.")
    ] = None,
    login: As = None,
    data: Data = DATA,
) -> None:
    """Keep a version of a study, for the text that the use has now.

    Example: `beffroi impact record fall-parc dpia dpia.json --as dpo`
    """
    content = read_content(study, _json(file))
    site = open_installation(data)
    with site.acting(login, Permission.KEEP_FILES) as (session, account):
        kept = record(
            session,
            use,
            study,
            content,
            contribution_id=contribution,
            actor=account.pseudonym,
            clock=site.clock,
        )
    typer.echo(f"Version {kept.number} of the {study} of {use} is recorded.")
    lacking = missing(study, content)
    if lacking:
        asked = "; ".join(f"{field.id} {field.title[content.language]}" for field in lacking)
        typer.echo(f"It is not complete: {asked}")


@app.command()
def show(
    use: UseId,
    study: Which,
    number: Annotated[int | None, typer.Option(help="Which version; else the last.")] = None,
    form: Format = Markup.MARKDOWN,
    data: Data = DATA,
) -> None:
    """Print a version of a study.

    Example: `beffroi impact show fall-parc compass --format html`
    """
    with open_installation(data).database.read() as session:
        kept = _version(session, use, study, number)
    print_document(printed(study, content_of(kept), f"{use} · {kept.number}"), form)


@app.command("versions")
def versions_(use: UseId, as_json: AsJson = False, data: Data = DATA) -> None:
    """List the versions of all studies of a use.

    Example: `beffroi impact versions fall-parc --json`
    """
    with open_installation(data).database.read() as session:
        subject = subject_of(session, use)
        rows = [
            {
                "study": kept.kind,
                "number": kept.number,
                "complete": kept.complete,
                "present_text": kept.text_digest == subject.text_digest,
                "text": kept.text_digest,
                "contribution": kept.contribution_id,
                "recorded_at": kept.recorded_at,
            }
            for study in Study
            for kept in versions(session, use, study)
        ]
    columns = ("study", "number", "complete", "present_text", "recorded_at")
    none = f"No study yet: `beffroi impact draft {use} dpia`."
    print_rows(columns, rows, as_json=as_json, none=none)


@app.command("compare")
def compare_(
    language: Lang,
    use: UseId,
    study: Which,
    before: Annotated[int, typer.Argument(help="Number of the earlier version.")],
    after: Annotated[int, typer.Argument(help="Number of the later version.")],
    as_json: AsJson = False,
    data: Data = DATA,
) -> None:
    """Say what changed between two versions, and which contribution caused it.

    Example: `beffroi impact compare fall-parc compass 1 2`
    """
    with open_installation(data).database.read() as session:
        found = compare(session, use, study, before, after, language)
    rows = [
        {"field": one.field, "title": one.title, "before": one.before, "after": one.after}
        for one in found.changes
    ]
    if as_json:
        causes = [{"number": cause.id, "text": cause.text} for cause in found.causes]
        print_json({"changes": rows, "contributions": causes})
        return
    print_rows(("title", "before", "after"), rows, as_json=False, none="Nothing changed.")
    for cause in found.causes:
        typer.echo(f"Contribution {cause.id}: {cause.text}")


@app.command()
def pia(use: UseId, data: Data = DATA) -> None:
    """Print the last DPIA as the file that the CNIL's PIA tool imports.

    Example: `beffroi impact pia fall-parc > fall-parc.json`
    """
    with open_installation(data).database.read() as session:
        kept = _version(session, use, Study.DPIA, None)
        title = subject_of(session, use).definition.title
    content = content_of(kept)
    name = f"{title[content.language]} · {use} · {kept.number}"
    print_json(cnil.pia(name, content, kept.recorded_at))


def _draft(
    session: Session,
    site: Installation,
    use: str,
    study: Study,
    language: Language,
) -> Content:
    subject = subject_of(session, use)
    facts = facts_of(session, subject, language, now=site.clock.now())
    last = latest(session, use, study)
    return draft(study, facts, language, None if last is None else content_of(last))


def _version(session: Session, use: str, study: Study, number: int | None) -> Assessment:
    subject_of(session, use)
    found = versions(session, use, study)
    if number is not None:
        found = [kept for kept in found if kept.number == number]
    if not found:
        which = "" if number is None else f" {number}"
        raise BadInput(
            f"{use} has no {study}{which}; `beffroi impact draft {use} {study}` begins one."
        )
    return found[-1]


def _json(file: Path) -> object:
    try:
        value: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be read as JSON: {error}.") from error
    return value
