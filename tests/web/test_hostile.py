"""What somebody hostile tries on the pages: to write by reading, and to have a name run as code."""

import html
import sqlite3
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from sqlalchemy import select

from beffroi.ledger.append import SYSTEM
from beffroi.mandate.cameras import CameraSpec, change_camera
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.record import record_act
from beffroi.mandate.rights import Role
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.store.accounts import Account
from beffroi.store.procedure import Act, Document
from beffroi.web.routes import ROUTERS
from tests.enacting import LAW
from tests.web.town import ZONES, Town, csrf, definition, signed_in

USE, DEFINITION = "use-clear", definition(EvidenceClass.CLEAR)
STREAMS = {"/console/events"}
"""Answers without an end; what they send is read and never written."""


def pages(town: Town) -> list[str]:
    """Every address that can be read, with something that exists in each of its places."""
    with town.database.read() as session:
        act = session.scalars(select(Act).where(Act.use_id == USE)).first()
        paper = session.scalars(select(Document.digest)).first()
    assert act is not None
    known = {
        "use_id": USE,
        "alert_id": town.raise_alert(),
        "camera_id": "square",
        "act_id": act.id,
        "act_type": "suspension",
        "study": "dpia",
        "token": "0",
        "path": "css/base.css",
    }
    digests = {"documents": paper, "definitions": DEFINITION.digest}
    found = []
    for router in ROUTERS:
        for route in router.routes:
            path = getattr(route, "path", "")
            if "GET" not in getattr(route, "methods", ()) or path in STREAMS:
                continue
            digest = next((one for name, one in digests.items() if name in path), "0" * 64)
            path = path.replace("{path:path}", "{path}")
            found.append(path.format_map({**known, "digest": digest}))
    return found


def held(town: Town) -> str:
    """A hash of everything in the database."""
    with sqlite3.connect(town.folder.database) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    return sha256(dump.encode()).hexdigest()


@pytest.mark.parametrize(("role", "console"), [(Role.OPERATOR, True), (Role.INSPECTOR, False)])
def test_reading_writes_nothing(
    client: httpx.Client, town: Town, role: Role, console: bool
) -> None:
    """But that an alert was opened, which is on record, once."""
    paths = [path for path in pages(town) if path.startswith("/console") is console]
    with signed_in(client, town, role.value) as browser:
        for path in paths:
            if path.startswith("/console/alerts/"):
                browser.get(path)
        before = held(town)
        for path in paths:
            assert browser.get(path, follow_redirects=False).status_code < 500, path
    assert held(town) == before


HOSTILE = "<img src=x onerror=alert(1)>\"'{{ 7 * 7 }}</script>"


def test_no_word_that_people_write_runs_as_code(client: httpx.Client, town: Town) -> None:
    """In every free text: as it was written on the page, and never as a part of the page."""
    now, actor = town.clock.now(), SYSTEM
    with town.database.write() as session:
        camera = CameraSpec(name=f"Square {HOSTILE}", address="sim://square")
        change_camera(session, "square", camera, actor=actor, clock=town.clock)
        spec = UseSpec(
            purpose=f"Purpose {HOSTILE}",
            law=LAW,
            legal_basis=f"Basis {HOSTILE}",
            controller=f"Controller {HOSTILE}",
            partners=(f"Partner {HOSTILE}",),
            starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=90),
            cameras={"square": ZONES},
        )
        draft_use(session, "hostile", DEFINITION, spec, actor=actor, clock=town.clock)
        record_act(
            session,
            USE,
            ActType.SUSPENSION,
            body=f"Body {HOSTILE}",
            date=now.date().isoformat(),
            reference=f"Reference {HOSTILE}",
            motives=f"Motives {HOSTILE}",
            details={"by": "judge"},
            actor=actor,
            clock=town.clock,
        )
        session.get_one(Account, town.account("inspector").id).name = f"Name {HOSTILE}"
    paths = [f"/city/uses/{USE}", "/city/uses/hostile", "/uses", f"/uses/{USE}", "/city"]
    shown = ""
    with signed_in(client, town, "inspector") as browser:
        for path in [*paths, "/city/explain?camera=square", "/console/cameras"]:
            page = browser.get(path).text
            assert "<img src=x" not in page, path
            assert "49}" not in page, path
            shown += html.unescape(page)
    for field in ("Square", "Purpose", "Basis", "Controller", "Partner", "Body", "Motives", "Name"):
        assert f"{field} {HOSTILE}" in shown, field


def test_a_form_with_the_token_of_another_session_does_nothing(
    client: httpx.Client, town: Town
) -> None:
    path = f"/console/alerts/{town.raise_alert()}"
    with signed_in(client, town, "supervisor") as browser:
        stolen = csrf(browser.get(path).text)
    with signed_in(client, town, "operator") as browser:
        form = {"verdict": "confirmed", "reason": "x", "csrf": stolen}
        assert stolen
        assert client.post(f"{path}/judge", data=form).status_code == 403
    assert "alert.judged" not in town.ledger()
