"""What anybody reads without an account, and the page that explains."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select, text

from beffroi.clock import FrozenClock
from beffroi.mandate.pauses import pause
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.cameras import CameraState
from beffroi.store.procedure import Document
from tests.enacting import enact
from tests.web.test_mandate import USE, act, draft, vote
from tests.web.town import Town, signed_in

__all__ = ["draft"]


def papers(town: Town) -> Mapping[str, str]:
    with town.database.read() as session:
        return dict(session.execute(select(Document.name, Document.digest)).all())


def test_nobody_reads_a_draft_and_everybody_what_came_of_it(
    client: httpx.Client, town: Town, draft: str
) -> None:
    assert client.get("/uses/new").status_code == 404
    assert "/uses/new" not in client.get("/uses").text
    with signed_in(client, town, "clerk"):
        assert vote(client).status_code == 200
    page = client.get("/uses/new")
    assert page.status_code == 200
    said_there = ("Voted", "Ada, Ben", "Cem", "How often it is right", "Remedies and deadlines")
    for said in (*said_there, "does not run now"):
        assert said in page.text, said
    for hidden in ("Martin", "csrf", "sim://", "/city/"):
        assert hidden not in page.text, hidden
    (shown,) = (use for use in uses(client) if use["id"] == "new")
    assert shown["state"] == "vote"
    assert shown["acts"][0]["details"]["votes_for"] == ["Ada", "Ben"]
    paper = papers(town)["Procès-verbal.txt"]
    assert shown["acts"][0]["document"] == paper
    assert client.get(f"/uses/new/documents/{paper}").content == b"minutes of May"


def uses(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/uses.json").json()["uses"]
    return found


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE act SET details = 'null' WHERE use_id = 'use-clear' AND type = 'vote'",
        "UPDATE act SET details = '[]' WHERE use_id = 'use-clear'",
        "UPDATE camera_state SET since = 'soon'",
        "UPDATE camera_state SET analysed = 'many'",
    ],
)
def test_a_row_changed_by_hand_takes_no_page_of_the_rest_along(
    client: httpx.Client, town: Town, spoil: str
) -> None:
    now = town.clock.now()
    with town.database.write() as session:
        how = {"state": "watching", "detail": "", "analysed": 0, "skipped": 0}
        session.add(CameraState(camera_id="quay", since=now, heard_at=now, **how))
    with town.database.write() as session:
        session.execute(text(spoil))
    running = [use["id"] for use in uses(client) if any(one["runs"] for one in use["cameras"])]
    assert "use-none" in running
    assert ("use-clear" in running) is ("camera_state" in spoil)
    assert "use-none" in client.get("/uses").text
    with signed_in(client, town, "supervisor"):
        for path in ("/", "/console", "/console/cameras", "/city", "/city/explain?camera=square"):
            assert client.get(path).status_code == 200, path


def test_what_waits_for_a_second_person_is_not_public(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        vote(client)
        act(client, "publication", url="https://town.example/new", effect_on="2026-05-04")
        assert "https://town.example/new" in client.get(USE).text
    assert "https://town.example/new" not in client.get("/uses/new").text


def test_papers_that_name_staff_stay_in_the_office(
    client: httpx.Client, town: Town, draft: str
) -> None:
    with signed_in(client, town, "clerk"):
        act(client, "worker_notice", {"file": ("staff.txt", b"names of staff", "text/plain")})
        vote(client)
        staff = papers(town)["staff.txt"]
        assert client.get(f"/city/documents/{staff}").status_code == 200
    assert client.get(f"/uses/new/documents/{staff}").status_code == 404
    assert "staff.txt" not in client.get("/uses/new").text
    assert client.get(f"/uses/new/documents/{'0' * 64}").status_code == 404


def test_papers_are_handed_out_once_the_council_has_decided(
    client: httpx.Client, town: Town, draft: str, clock: FrozenClock
) -> None:
    with signed_in(client, town, "clerk"):
        days = {"opens": "2026-05-04", "closes": "2026-05-04", "where": "town hall"}
        act(
            client, "consultation_opened", {"file": ("notice.txt", b"notice", "text/plain")}, **days
        )
        said = {"by": "panel", "outcome": "reserved", "interests": "none"}
        act(client, "opinion", {"file": ("panel.txt", b"we doubt", "text/plain")}, **said)
    papers_of = [papers(town)[name] for name in ("notice.txt", "panel.txt")]
    paths = [f"/uses/new/documents/{paper}" for paper in papers_of]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert "panel.txt" not in client.get("/uses/new").text
    clock.advance(86_400)
    with signed_in(client, town, "clerk"):
        closed = {"file": ("summary.txt", b"summary", "text/plain")}
        act(client, "consultation_closed", closed, date="2026-05-05")
        assert vote(client, date="2026-05-05").status_code == 200
    assert [client.get(path).status_code for path in paths] == [200, 200]


def test_the_first_page_leads_to_every_use(client: httpx.Client, town: Town) -> None:
    assert 'href="/uses"' in client.get("/").text
    assert "use-skeleton" in client.get("/uses").text


def test_a_suspension_is_public_at_once(client: httpx.Client, town: Town) -> None:
    with town.database.write() as session:
        enact(session, "use-skeleton", ActType.SUSPENSION, town.clock, {"by": "judge"})
    assert "Stopped by: Judge" in client.get("/uses/use-skeleton").text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 200, "clause by clause"),
        ("camera=square", 200, "it may run"),
        ("camera=square&at=2020-01-01T00:00", 200, "it does not run"),
        ("camera=square&at=soon", 400, "Give a day and an hour"),
        ("camera=square&zone=Mars", 400, "is not a time zone"),
        ("camera=nothing", 400, "There is no camera nothing"),
        ("camera=quay&event=lying", 200, "the texts in force leave no mode."),
        ("camera=quay&event=fall", 200, "No use names this camera for this event."),
    ],
)
def test_explaining(client: httpx.Client, town: Town, query: str, status: int, said: str) -> None:
    with signed_in(client, town, "inspector"):
        page = client.get(f"/city/explain?{query}")
    assert (page.status_code, said in page.text) == (status, True)


def test_a_stop_is_explained_to_whoever_asks(client: httpx.Client, town: Town) -> None:
    with town.database.write() as session:
        pause(session, "use-skeleton", "square", "market day", actor="x", clock=town.clock)
    with signed_in(client, town, "inspector"):
        page = client.get("/city/explain?camera=square&lang=fr").text
    assert "Arrêté par un opérateur ; un superviseur peut le reprendre." in page
    assert "market day" in page


def test_the_public_is_told_what_the_gate_says(client: httpx.Client, town: Town) -> None:
    def runs() -> bool:
        (told,) = (use for use in uses(client) if use["id"] == "use-skeleton")
        return any(camera["runs"] for camera in told["cameras"])

    assert runs()
    assert "may run on" in client.get("/?lang=en").text
    with town.database.write() as session:
        slow = CameraState(
            camera_id="square", state="off", detail="", since=town.clock.now(),
            heard_at=town.clock.now(), analysed=0, skipped=0, rate_hz=1.0,
            measured_at=town.clock.now(), measured_version=1,
        )  # fmt: skip
        session.add(slow)
    assert not runs()
    assert "may run on" not in client.get("/?lang=en").text
    with town.database.write() as session:
        session.execute(delete(CameraState))
    assert runs()
    assert isinstance(town.clock, FrozenClock)
    town.clock.advance(7200)
    town.raise_alert()  # which the ledger remembers
    town.clock.step(-3600)
    assert not runs()
    assert "clock was set back" in client.get("/uses/use-skeleton?lang=en").text
