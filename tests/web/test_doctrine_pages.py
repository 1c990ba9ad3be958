"""Doctrines by page: read clause by clause, adopted and removed by two people."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx

from beffroi.clock import FrozenClock
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.procedure.adoption import adopted
from beffroi.mandate.procedure.outlook import waiting
from beffroi.web.definitions import event_titles
from beffroi.web.words import WORDS
from tests.enacting import LAW
from tests.web.town import Town, csrf, signed_in

NANTES = shipped_doctrines()["nantes-2024"]
MANNHEIM = shipped_doctrines()["mannheim"]
PAPER = {"file": ("minutes.txt", b"minutes of May", "text/plain")}

OWN = """
id: town-charter
version: 1
kind: doctrine
jurisdiction: Town
fictional: true
title: {fr: Charte, en: Charter}
summary: {fr: Une charte., en: A charter.}
valid_from: null
valid_until: null
clauses:
  - id: no-fire
    rule: refuse
    events: [fire]
    combine: union
    text: {fr: Pas de feu., en: No fire.}
    source: Town council
    verified: true
"""


def test_events_are_told_by_what_people_call_them(client: httpx.Client) -> None:
    named = {
        event
        for text in shipped_doctrines().values()
        for clause in text.doctrine.clauses
        for event in ([] if clause.events == "*" else clause.events)
    }
    assert named - event_titles().keys() - WORDS["event"].keys() == set()
    page = client.get(f"/doctrines/{MANNHEIM.digest}?lang=fr").text
    assert "Coups portés à une personne (strike)" in page
    assert "Quelqu’un est allongé, sans être tombé (lying)" in page


def decide(
    client: httpx.Client, digest: str, kind: str, files: Any = None, **fields: str
) -> httpx.Response:
    page = f"/city/doctrines/{digest}"
    said = {"body": "Conseil", "date": "2026-05-04", "reference": "2026-9", "motives": "Débattu."}
    form = {"csrf": csrf(client.get(page).text)} | said | fields
    return client.post(f"{page}/{kind}", data=form, files=files)


def confirm(client: httpx.Client, town: Town) -> None:
    with town.database.read() as session:
        (act,) = waiting(session)
    with signed_in(client, town, "secretary") as browser:
        browser.post(f"/city/acts/{act.id}/confirm", f"/city/acts/{act.id}")


def in_force(town: Town) -> set[str]:
    with town.database.read() as session:
        return set(adopted(session, town.clock.now()))


def test_a_doctrine_is_adopted_and_removed_by_two_people(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    with signed_in(client, town, "clerk"):
        page = decide(client, MANNHEIM.digest, "adoption", PAPER).text
        assert "a second person has confirmed it" in page
    assert in_force(town) == {LAW}
    assert "2026-9" not in client.get("/doctrines").text, "what waits is no decision yet"
    confirm(client, town)
    clock.advance(timedelta(days=1).total_seconds())
    assert in_force(town) == {LAW, "mannheim"}
    public = client.get("/doctrines").text
    assert "2026-9" in public
    paper = public.partition("/doctrines/documents/")[2].partition('"')[0]
    assert client.get(f"/doctrines/documents/{paper}").content == PAPER["file"][1]
    with signed_in(client, town, "clerk"):
        decide(client, MANNHEIM.digest, "removal")
    confirm(client, town)
    clock.advance(timedelta(days=1).total_seconds())
    assert in_force(town) == {LAW}


def test_a_form_that_is_refused_keeps_what_was_typed(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk"):
        answer = decide(client, NANTES.digest, "adoption", PAPER, date="2027-01-01")
        assert answer.status_code == 400
        assert "1 January 2027 is still to come" in answer.text
        assert 'value="Conseil"' in answer.text
        assert sha256(PAPER["file"][1]).hexdigest() in answer.text
        assert decide(client, NANTES.digest, "removal").status_code == 400
    assert in_force(town) == {LAW}


def test_two_clauses_that_cannot_hold_together_are_quoted(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    with signed_in(client, town, "clerk"):
        decide(client, NANTES.digest, "adoption")
    confirm(client, town)
    clock.advance(timedelta(days=1).total_seconds())
    with signed_in(client, town, "clerk") as browser:
        page = browser.get(f"/city/doctrines/{MANNHEIM.digest}?lang=fr").text
        assert "Ces deux clauses ne peuvent tenir ensemble" in page
        assert "Aucune caractérisation du comportement d’une personne" in page
        assert decide(client, MANNHEIM.digest, "adoption").status_code == 400


def test_a_city_registers_a_text_of_its_own(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk") as browser:
        token = csrf(browser.get("/city/doctrines").text)
        for content, expected in ((OWN, 200), ("id: [", 400), ("", 400)):
            files = {"text": ("charter.yaml", content.encode(), "application/yaml")}
            answer = client.post("/city/doctrines", data={"csrf": token}, files=files)
            assert answer.status_code == expected
        assert client.post("/city/doctrines", data={"csrf": token}).status_code == 400
        assert "A charter." in browser.get("/city/doctrines").text
    assert in_force(town) == {LAW}
    assert town.ledger()[-1] == "doctrine.registered"


def test_anybody_reads_each_clause_with_its_source(client: httpx.Client, town: Town) -> None:
    page = client.get(f"/doctrines/{NANTES.digest}").text
    for clause in NANTES.doctrine.clauses:
        assert f'id="clause-{clause.id}"' in page
    unverified = [clause for clause in NANTES.doctrine.clauses if not clause.verified]
    assert page.count("not verified") == len(unverified) > 0
    assert "<form" not in page
    text = client.get(f"/doctrines/{NANTES.digest}/text.json").content
    assert sha256(text).hexdigest() == NANTES.digest
    for path in ("/doctrines/none", "/doctrines/none/text.json", "/doctrines/documents/none"):
        assert client.get(path).status_code == 404


def test_who_reads_and_who_decides(client: httpx.Client, town: Town) -> None:
    roles = {"secretary": (200, 200), "dpo": (200, 403), "inspector": (200, 403)}
    roles |= {"operator": (403, 403)}
    for login, (read, write) in roles.items():
        with signed_in(client, town, login) as browser:
            assert browser.get("/city/doctrines").status_code == read
            page = "/city/doctrines" if read == 200 else "/console"
            token = csrf(browser.get(page).text)
            path = f"/city/doctrines/{MANNHEIM.digest}/adoption"
            said = {"body": "C", "date": "2026-05-04", "reference": "1", "motives": "M"}
            assert client.post(path, data={"csrf": token} | said).status_code == write
