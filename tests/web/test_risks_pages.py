"""The risk register and its incidents: written down, counted down, reported."""

import os
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.mandate.impact.risks import register
from beffroi.store.impact import Incident
from beffroi.web.cases import city_zone
from tests.web.town import Town, csrf, signed_in

PATH = "/city/risks"
RISK = {
    "name": "A screen is filmed",
    "owner": "Command centre",
    "measures": "No telephones.",
    "residual": "2",
    "review_on": "2026-11-01",
    "use": "",
}
BREACH = {"risk": "1", "kind": "breach", "text": "Somebody filmed a screen.", "noticed_at": ""}


def test_from_a_risk_to_a_reported_incident(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    with signed_in(client, town, "dpo") as browser:
        assert "No risk has been written down yet." in browser.get(PATH).text
        assert RISK["name"] in browser.post(PATH, PATH, **RISK).text
        page = browser.post(f"{PATH}/incidents", PATH, **BREACH).text
        assert "72 h left" in page
    clock.advance(80 * 3600)
    with signed_in(client, town, "dpo") as browser:
        assert ">Overdue<" in browser.get(PATH).text
        told = browser.post(f"{PATH}/incidents/1/reported", PATH, to="CNIL", at="")
        assert "Still to be reported" not in told.text
    kept = [kind for kind in town.ledger() if kind.startswith("impact.")]
    assert kept == ["impact.risk", "impact.incident", "impact.incident_reported"]
    with town.database.read() as session:
        (incident,) = session.scalars(select(Incident))
        assert incident.reported_to == "CNIL"


def test_a_moment_is_read_on_the_clocks_of_the_city(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    """Those of its uses, whatever zone this machine is set to."""
    with town.database.read() as session:
        zone = city_zone(session)
    assert zone is not None
    noticed = (clock.now() - timedelta(hours=1)).replace(second=0, microsecond=0)
    typed = noticed.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()
    try:
        with signed_in(client, town, "dpo") as browser:
            browser.post(PATH, PATH, **RISK)
            browser.post(f"{PATH}/incidents", PATH, **BREACH | {"noticed_at": typed})
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()
    with town.database.read() as session:
        (incident,) = session.scalars(select(Incident))
        assert incident.noticed_at == noticed


def test_what_cannot_be_taken_comes_back_with_what_was_typed(
    client: httpx.Client, town: Town
) -> None:
    wrong = (
        (PATH, RISK | {"residual": "9"}, "graded from 1 (negligible) to 4 (maximum)"),
        (PATH, RISK | {"residual": "much"}, "graded from 1 (negligible) to 4 (maximum)"),
        (PATH, RISK | {"review_on": "soon"}, "Give the day"),
        (PATH, RISK | {"owner": " "}, "A risk states its owner."),
        (f"{PATH}/incidents", BREACH | {"risk": "7"}, "There is no risk 7"),
        (f"{PATH}/incidents", BREACH | {"risk": "9" * 30}, "There is no risk 0"),
        (f"{PATH}/incidents", BREACH | {"kind": "fun"}, "Say what kind of incident it is."),
        (f"{PATH}/incidents", BREACH | {"noticed_at": "2026-12-01T10:00"}, "still to come"),
        (f"{PATH}/incidents", BREACH | {"noticed_at": "later"}, "Give a day and an hour"),
    )
    with signed_in(client, town, "clerk") as browser:
        browser.post(PATH, PATH, **RISK)
        for path, fields, message in wrong:
            answer = browser.post(path, PATH, **fields)
            assert answer.status_code == 400, fields
            assert message in answer.text, fields
            assert (fields["measures"] if path == PATH else fields["text"]) in answer.text
        for number in ("7", "9" * 30, "x"):
            path = f"{PATH}/incidents/{number}/reported"
            assert browser.post(path, PATH, to="CNIL", at="").status_code == 400
    with town.database.read() as session:
        assert len(register(session)) == 1
        assert session.scalars(select(Incident)).all() == []


def test_who_reads_and_who_writes(client: httpx.Client, town: Town) -> None:
    for login, read, write in (
        ("clerk", 200, 200),
        ("inspector", 200, 403),
        ("committee", 200, 403),
        ("operator", 403, 403),
    ):
        with signed_in(client, town, login) as browser:
            page = browser.get(PATH)
            assert page.status_code == read
            assert ('action="/city/risks"' in page.text) == (write == 200)
            token = csrf(browser.get(PATH if read == 200 else "/console").text)
            assert client.post(PATH, data={"csrf": token} | RISK).status_code == write
