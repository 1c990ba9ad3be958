"""Impact files by form: what the configuration says, what people answer, what changed and why."""

import json
from collections.abc import Mapping

import httpx
import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.impact.forms import Study, form
from beffroi.store.impact import Assessment
from beffroi.store.procedure import Contribution
from tests.web.town import Town, csrf, signed_in

USE = "use-skeleton"
PATH = f"/city/uses/{USE}/impact"

Fields = dict[str, str | list[str]]


def answers(study: Study) -> Fields:
    """Something for every question."""
    fields: Fields = {}
    for field in form(study).fields():
        fields[f"text-{field.id}"] = f"Answer to {field.id}."
        if field.asks == "list":
            fields[f"list-{field.id}"] = "first\n\n second "
    for name, numbers in form(study).grades().items():
        fields[f"grade-{name}"] = str(numbers[-1])
    return fields


def record(client: httpx.Client, study: Study, fields: Mapping[str, object]) -> httpx.Response:
    page = client.get(f"{PATH}/{study}/edit").text
    since = page.partition('name="since" value="')[2].partition('"')[0]
    form = {"csrf": csrf(page), "since": since, **fields}
    return client.post(f"{PATH}/{study}/edit", data=form)


def kept(town: Town, study: Study) -> list[Assessment]:
    with town.database.read() as session:
        rows = select(Assessment).where(Assessment.kind == study.value)
        return list(session.scalars(rows.order_by(Assessment.number)))


@pytest.mark.parametrize("study", list(Study))
def test_a_study_is_completed_by_people(client: httpx.Client, town: Town, study: Study) -> None:
    with signed_in(client, town, "dpo") as browser:
        page = browser.get(f"{PATH}/{study}/edit").text
        assert "Porter secours aux personnes qui tombent." in page
        answer = record(client, study, answers(study))
        assert answer.url.path == f"{PATH}/{study}"
        (version,) = kept(town, study)
        assert version.complete
        assert answer.text.count("Answer to") == len(list(form(study).fields()))
        assert ">Complete<" in browser.get(PATH).text
        assert "Answer to" in browser.get(f"/city/uses/{USE}/files/{study}.html").text
    assert town.ledger()[-1] == "impact.assessed"


def test_what_is_missing_is_said(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk") as browser:
        record(client, Study.COMPASS, {"grade-1": "0", "text-1": "Not looked into."})
        page = browser.get(PATH).text
        assert "6 questions wait for an answer" in page
        assert "It cannot be put in force: criterion 1 of the compass is not met" in page


def test_a_refused_form_comes_back_with_all_that_was_typed(
    client: httpx.Client, town: Town
) -> None:
    with signed_in(client, town, "dpo"):
        answer = record(client, Study.COMPASS, {"grade-1": "7", "text-1": "Typed with care."})
        assert answer.status_code == 400
        assert "Typed with care." in answer.text
        assert "The grade of 1 is one of 0, 1, 2, not 7." in answer.text
        for number in ("7", "9" * 30, "x"):
            answer = record(client, Study.COMPASS, {"contribution": number})
            assert answer.status_code == 400
            assert f"The use {USE} received no contribution" in answer.text
    assert kept(town, Study.COMPASS) == []


def test_nobody_overwrites_what_somebody_else_recorded(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "dpo"):
        record(client, Study.COMPASS, {"text-1": "Mine."})
        answer = record(client, Study.COMPASS, {"since": "0", "text-1": "Theirs."})
        assert answer.status_code == 400
        assert "Somebody recorded version 1 meanwhile" in answer.text
        assert "Theirs." in answer.text
    assert len(kept(town, Study.COMPASS)) == 1


def test_two_versions_are_compared_with_what_led_to_the_second(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    with town.database.write() as session:
        said = Contribution(
            use_id=USE,
            channel="letter",
            text="And at night?",
            received_at=clock.now(),
            entered_by=SYSTEM,
        )
        session.add(said)
        session.flush()
        number = str(said.id)
    with signed_in(client, town, "dpo") as browser:
        record(client, Study.FRIA, {"text-a": "By day."})
        record(client, Study.FRIA, {"text-a": "By day and by night.", "contribution": number})
        page = browser.get(f"{PATH}/fria/compare?before=1&after=2").text
        assert "By day.</td>" in page
        assert "By day and by night.</td>" in page
        assert "And at night?" in page
        assert browser.get(f"{PATH}/fria/compare?before=1&after=9").status_code == 400
        assert "caused by contribution" in browser.get(PATH).text
        assert "By day.<" in browser.get(f"{PATH}/fria?version=1").text
        assert browser.get(f"{PATH}/fria?version=9").status_code == 404


def test_measures_can_be_added_and_taken_out(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "dpo"):
        added: Fields = {"measure-title": ["Lock", " ", "Key"], "measure-text": ["a", "b", "c"]}
        record(client, Study.DPIA, added)
    (version,) = kept(town, Study.DPIA)
    assert version.content["measures"] == [
        {"title": "Lock", "text": "a"},
        {"title": "Key", "text": "c"},
    ]


def test_files_can_be_taken_away(client: httpx.Client, town: Town) -> None:
    files = f"/city/uses/{USE}/files"
    with signed_in(client, town, "dpo") as browser:
        assert browser.get(f"{files}/pia.json").status_code == 404
        record(client, Study.DPIA, answers(Study.DPIA))
        file = browser.get(f"{files}/pia.json")
        assert (
            file.headers["content-disposition"] == f"attachment; filename*=UTF-8''pia-{USE}-1.json"
        )
        assert json.loads(file.text)["pia"]["is_example"] == 0
        assert "2024/1689" in browser.get(f"{files}/annex-iv.html").text
        assert "Porter secours" in browser.get(f"{files}/practice.html").text


ROLES = {
    "clerk": (200, 200),
    "dpo": (200, 200),
    "secretary": (200, 403),
    "committee": (200, 403),
    "inspector": (200, 403),
    "supervisor": (200, 403),
    "operator": (403, 403),
    "technician": (403, 403),
    "administrator": (403, 403),
}


def test_who_reads_and_who_answers(client: httpx.Client, town: Town) -> None:
    asked = {"Accept": "*/*"}
    assert client.get(PATH, headers=asked).status_code == 401
    for login, expected in ROLES.items():
        with signed_in(client, town, login) as browser:
            found = [browser.get(path, headers=asked) for path in (PATH, f"{PATH}/dpia/edit")]
            assert tuple(answer.status_code for answer in found) == expected, login
            assert client.post(f"{PATH}/dpia/edit", data={"since": "0"}).status_code == 403, login


def test_a_use_that_does_not_exist_is_no_page(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "dpo") as browser:
        for path in ("/city/uses/none/impact", "/city/uses/none/files/annex-iv.html"):
            assert browser.get(path).status_code == 404
        assert browser.get(f"{PATH}/dpia").status_code == 404
