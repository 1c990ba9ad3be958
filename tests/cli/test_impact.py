"""`beffroi impact` from outside: studies, documents, risks, duties and reports."""

import json
from pathlib import Path
from typing import Any

import pytest

from beffroi.mandate.impact.forms import Study, form
from tests.cli.office import Office

ADD = (
    "use add falls --definition fall --camera park --purpose aider --legal-basis article "
    "--until 2099-06-30 --controller Ville"
)
RISK = "impact risk Fuite --owner DSI --measures clés --residual 2 --review-on 2099-01-15"


@pytest.fixture
def office(office: Office) -> Office:
    """With a drafted use."""
    office.enter("park", "sim://park?seed=1")
    office.run(ADD, "clerk")
    return office


def completed(study: str, content: dict[str, Any]) -> dict[str, Any]:
    """A draft with an answer to every question."""
    asked = form(Study(study))
    for field in asked.fields():
        if field.asks == "list":
            content["lists"].setdefault(field.id, ["liste"])
        else:
            content["texts"][field.id] = f"mot de la ville, {field.id}"
    content["grades"] = {name: taken[-1] for name, taken in asked.grades().items()}
    return content


@pytest.mark.parametrize("study", ["dpia", "fria", "compass"])
def test_a_study_goes_from_draft_to_record(office: Office, tmp_path: Path, study: str) -> None:
    content = json.loads(office.run(f"impact draft falls {study}").out)
    file = tmp_path / "study.json"
    file.write_text(json.dumps(content))
    said = office.run(f"impact record falls {study} {file}", "clerk").out
    assert f"Version 1 of the {study} of falls is recorded." in said
    assert "It is not complete:" in said
    file.write_text(json.dumps(completed(study, content)))
    said = office.run(f"impact record falls {study} {file}", "clerk").out
    assert said == f"Version 2 of the {study} of falls is recorded.\n"
    first, second = json.loads(office.run("impact versions falls --json").out)
    assert (first["complete"], second["complete"]) == (False, True)
    assert second["present_text"]
    assert "mot de la ville" in office.run(f"impact show falls {study}").out
    assert "mot de la ville" not in office.run(f"impact show falls {study} --number 1").out
    changed = json.loads(office.run(f"impact compare falls {study} 1 2 --json").out)["changes"]
    assert {row["before"] for row in changed} == {""}
    again = json.loads(office.run(f"impact draft falls {study}").out)
    assert again["texts"] == completed(study, content)["texts"]


def test_the_dpia_leaves_as_the_cnils_file(office: Office, tmp_path: Path) -> None:
    refused = office.run("impact pia falls", code=1)
    assert "`beffroi impact draft falls dpia` begins one" in refused.err
    content = json.loads(office.run("impact draft falls dpia --language en").out)
    file = tmp_path / "dpia.json"
    file.write_text(json.dumps(completed("dpia", content)))
    office.run(f"impact record falls dpia {file}", "clerk")
    left = json.loads(office.run("impact pia falls").out)
    assert left.keys() == {"pia", "answers", "measures", "evaluations", "comments"}
    assert left["pia"]["name"] == "A person falls · falls · 1"


@pytest.mark.parametrize("command", ["annex-iv falls", "practice falls", "report week"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_documents_come_in_three_forms(office: Office, command: str, language: str) -> None:
    line = f"impact {command} --language {language}"
    assert office.run(line).out.startswith("# ")
    page = office.run(f"{line} --format html").out
    assert page.startswith("<!DOCTYPE html>")
    assert f'<html lang="{language}">' in page
    made = json.loads(office.run(f"{line} --format json").out)
    assert made.get("document", made)["language"] == language


def test_a_report_covers_the_week_before_a_day(office: Office) -> None:
    numbers = json.loads(office.run("impact report week --before 2026-11-25 --format json").out)
    assert (numbers["first"], numbers["last"]) == ("2026-11-16", "2026-11-22")
    assert numbers["uses"] == {}, "a draft has nothing to report"


def test_rights_depend_on_the_regime_and_mark_what_is_not_verified(office: Office) -> None:
    said = office.run("impact rights falls --language en").out
    assert "– To object:" in said
    assert "†" in said
    found = json.loads(office.run("impact rights falls --json").out)
    assert found["regime"] == "gdpr"
    assert {remedy["id"] for remedy in found["remedies"]} >= {"court", "liberty", "cnil"}


def test_an_incident_starts_a_clock_that_a_report_ends(office: Office) -> None:
    office.run(f"{RISK} --use falls", "clerk")
    (row,) = json.loads(office.run("impact risks --json").out)
    assert (row["name"], row["use"], row["residual"]) == ("Fuite", "falls", 2)
    said = office.run(
        "impact incident 1 breach --text écran --noticed 2026-11-20T10:00+01:00", "clerk"
    ).out
    assert (
        "CNIL, the French data protection authority is to be told before 2026-11-23 09:00" in said
    )
    (waiting,) = json.loads(office.run("impact incidents --json").out)
    assert waiting["kind"] == "breach"
    assert "incident:1" in office.run("impact duties").out
    office.run("impact reported 1 --to CNIL", "clerk")
    assert json.loads(office.run("impact incidents --json").out) == []
    assert office.entries()[-3:] == ["impact.risk", "impact.incident", "impact.incident_reported"]


def test_a_duty_is_listed_marked_and_leaves_the_reminders(office: Office) -> None:
    office.run(RISK.replace("2099", "2026"), "clerk")
    (due,) = json.loads(office.run("impact duties --days 30 --json").out)
    assert (due["duty"], due["due"], due["done"]) == ("risk_review:Fuite", "2026-01-15", False)
    assert "BEGIN:VALARM" in office.run("impact calendar").out
    office.run("impact done risk_review:Fuite 2026-01-15", "clerk")
    assert json.loads(office.run("impact duties --days 30 --json").out) == []
    assert "BEGIN:VALARM" not in office.run("impact calendar").out
    twice = office.run("impact done risk_review:Fuite 2026-01-15", "clerk", code=1)
    assert "already marked" in twice.err


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        (RISK, "operator", "(operator) does not allow this. It is for: clerk, dpo."),
        (RISK, None, "--as LOGIN"),
        (RISK.replace("2099-01-15", "soon"), "clerk", "'soon' is not a day"),
        (RISK.replace("residual 2", "residual 9"), "clerk", "from 1 (negligible) to 4"),
        ("impact incident 9 breach --text x", "clerk", "There is no risk 9"),
        ("impact incident 9 breach --text x --noticed 10h", "clerk", "'10h' is not a time"),
        (
            "impact incident 9 breach --text x --noticed 2026-11-22T09:30",
            "clerk",
            "does not say its zone",
        ),
        ("impact reported 9 --to CNIL", "clerk", "There is no incident 9"),
        ("impact done report 2026-01-01", "clerk", "Nothing called report is due"),
        ("impact draft strikes dpia", None, "There is no use strikes"),
        ("impact show falls dpia", None, "falls has no dpia"),
        ("impact show falls dpia --number 3", None, "falls has no dpia 3"),
        ("impact compare falls dpia 1 2", None, "There is no version 1"),
        ("impact record falls dpia absent.json", "clerk", "cannot be read as JSON"),
        ("impact report week --before soon", None, "'soon' is not a day"),
        ("impact report week --timezone Mars", None, "'Mars' is not a time zone"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    office: Office, line: str, who: str | None, message: str
) -> None:
    before = office.entries()
    refused = office.run(line, who, code=1)
    assert message in refused.err
    assert refused.err.count("\n") == 1
    assert office.entries() == before
