"""Errors as people meet them."""

import logging

import httpx
import pytest
from fastapi import FastAPI

from beffroi.store.alerts import Alert
from beffroi.store.mandates import StoredDefinition
from beffroi.web.routes import public
from tests.web.town import Town, signed_in


def test_a_page_that_does_not_exist(client: httpx.Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "You can put this right yourself." in answer.text


def test_an_alert_that_does_not_exist(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "operator") as browser:
        answer = browser.get("/console/alerts/../../etc/passwd")
        assert answer.status_code == 404
        answer = browser.get("/console/alerts/none")
    assert answer.status_code == 404
    assert "There is no alert none." in answer.text


def test_the_database_away(client: httpx.Client, app: FastAPI, town: Town) -> None:
    client.post(town.link("operator"))
    town.folder.database.rename(town.folder.path / "elsewhere.db")
    app.state.site.database.close()
    town.folder.database.mkdir()
    for path in ("/", "/console"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "Not available for the moment" in answer.text
        assert "An administrator of this installation can put this right." in answer.text
    health = client.get("/health")
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")


def test_evidence_that_was_changed_on_the_disk(client: httpx.Client, town: Town) -> None:
    alert = town.raise_alert()
    with signed_in(client, town, "operator") as browser:
        browser.get(f"/console/alerts/{alert}")
        sealed = town.folder.evidence / alert / "pixelated.mp4"
        sealed.write_bytes(sealed.read_bytes()[:-1] + b"x")
        answer = browser.get(f"/console/alerts/{alert}/pixelated.mp4")
    assert answer.status_code == 500
    assert "is not the one that was kept" in answer.text


def test_a_fault_shows_a_number_and_no_traceback(
    client: httpx.Client,
    app: FastAPI,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*asked: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(public, "_uses_in_force", broken)
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "under the number" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_definition_that_is_not_the_voted_one_is_not_shown(
    client: httpx.Client, town: Town
) -> None:
    alert = town.raise_alert()
    with town.database.write() as session:
        digest = session.get_one(Alert, alert).definition_digest
        session.get_one(StoredDefinition, digest).canonical += b" "
    with signed_in(client, town, "operator") as browser:
        answer = browser.get(f"/console/alerts/{alert}")
    assert answer.status_code == 400
    assert "not the one that was voted" in answer.text


@pytest.mark.parametrize("number", [str(2**63), "9" * 5000, "-2", "1.5", "x"])
def test_a_position_that_cannot_be_is_refused(
    client: httpx.Client, town: Town, number: str
) -> None:
    with signed_in(client, town, "supervisor") as browser:
        answers = [
            browser.get("/console/journal", params={"before": number}),
            browser.get("/console/events", params={"after": number}),
            browser.get("/console/events", headers={"Last-Event-ID": number}),
        ]
    assert [answer.status_code for answer in answers] == [400] * 3
