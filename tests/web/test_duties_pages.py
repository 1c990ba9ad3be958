"""The calendar of duties and the reports, by page and by file."""

import json

import httpx

from beffroi.clock import FrozenClock
from tests.web.town import Town, csrf, signed_in

DUTY = {"duty": "processing_record", "due": "2026-05-04", "use": "use-skeleton"}


def test_a_duty_is_done_once(client: httpx.Client, town: Town, clock: FrozenClock) -> None:
    with signed_in(client, town, "dpo") as browser:
        page = browser.get("/city/duties").text
        assert 'value="processing_record"' in page
        assert 'id="late"' not in page
    clock.advance(86400)
    with signed_in(client, town, "dpo") as browser:
        assert 'id="late"' in browser.get("/city/duties").text
        assert browser.post("/city/duties/done", "/city/duties", **DUTY).status_code == 200
        assert town.ledger()[-1] == "impact.duty_done"
        again = browser.post("/city/duties/done", "/city/duties", **DUTY)
        assert again.status_code == 400
        assert "already marked as done" in again.text
        other = DUTY | {"due": "2030-01-01"}
        assert browser.post("/city/duties/done", "/city/duties", **other).status_code == 400


def test_the_calendar_is_a_file_for_an_agenda(client: httpx.Client, town: Town) -> None:
    assert client.get("/city/duties/beffroi.ics", headers={"Accept": "*/*"}).status_code == 401
    with signed_in(client, town, "inspector") as browser:
        file = browser.get("/city/duties/beffroi.ics")
        assert file.headers["content-type"].startswith("text/calendar")
        assert file.content.startswith(b"BEGIN:VCALENDAR\r\n")
        assert b"use-skeleton" in file.content.replace(b"\r\n ", b"")
        page = browser.get("/city/duties?lang=it")
        assert "Fine dell’uso" in page.text
        assert b"LANGUAGE=it:Fine" in browser.get("/city/duties/beffroi.ics").content
        token = csrf(browser.get("/city/duties").text)
        assert client.post("/city/duties/done", data={"csrf": token} | DUTY).status_code == 403


def test_a_report_is_read_printed_and_counted_again(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "committee") as browser:
        page = browser.get("/city/reports?span=quarter&before=2026-07-02").text
        assert "1 April 2026 to 30 June 2026" in page
        assert "use-skeleton" in page
        query = "?span=week&before=2026-05-12&zone=Europe/Paris"
        numbers = json.loads(browser.get(f"/city/reports/report.json{query}").text)
        assert (numbers["first"], numbers["last"]) == ("2026-05-04", "2026-05-10")
        paper = browser.get(f"/city/reports/report.html{query}")
        assert "4 May 2026 to 10 May 2026" in paper.text
        assert browser.get("/city/reports?zone=Nowhere/Here").status_code == 400
        assert browser.get("/city/reports?span=year").status_code == 400
    with signed_in(client, town, "operator") as browser:
        for path in ("/city/duties", "/city/reports", "/city/reports/report.json"):
            assert browser.get(path).status_code == 403
