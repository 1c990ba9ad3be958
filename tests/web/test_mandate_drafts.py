"""Writing a use down by a form, changing it, and getting everything back when it cannot be used."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from beffroi.events.shipped import shipped_definitions
from beffroi.ledger.append import Kind
from beffroi.mandate.hours import ALWAYS
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import UseText
from beffroi.mandate.uses import UseSpec, draft_use, find_use, revise_use, text_of
from beffroi.store.mandates import Annex
from beffroi.web.use_forms import read_use, values_of
from tests.enacting import LAW
from tests.web.town import ZONES, Town, csrf, seen, signed_in

FALL = next(voted for voted in shipped_definitions() if voted.definition.event == "fall")
TYPED = {
    "use": "fall-quay",
    "definition": FALL.digest,
    "purpose": "Porter secours <vite>.",
    "mode": "shadow",
    "law": LAW,
    "legal_basis": "Loi fictive, article 1",
    "regime": "gdpr",
    "controller": "Ville",
    "processors": "Régie\n\n Hébergeur ",
    "starts": "2026-05-10",
    "ends": "2026-06-30",
    "timezone": "Europe/Paris",
    "hours-5": "8:00-12:00, 18:30–24:00",
    "places": "station",
    "camera-quay": "on",
    "zones-quay": json.dumps({"forbidden": {"voies": [[0, 0], [1, 0], [1, 1]]}}),
}


def write(client: httpx.Client, path: str = "/city/draft", **changed: str) -> httpx.Response:
    page = client.get(path).text
    typed = {name: value for name, value in (TYPED | changed).items() if value}
    return client.post(path, data={"csrf": csrf(page), "seen": seen(page)} | typed)


def text(town: Town, use: str = "fall-quay") -> UseText:
    with town.database.read() as session:
        return text_of(session, find_use(session, use)).text


def test_a_use_is_written_down_and_changed(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk"):
        page = write(client)
        assert page.url.path == "/city/uses/fall-quay"
        written = text(town)
        assert written.hours == {"5": [("08:00", "12:00"), ("18:30", "24:00")]}
        assert written.processors == ("Régie", "Hébergeur")
        assert (written.starts_at.isoformat(), written.ends_at.isoformat()) == (
            "2026-05-09T22:00:00+00:00",
            "2026-06-30T22:00:00+00:00",
        ), "whole days, where the use is"
        assert list(written.cameras) == ["quay"]
        assert written.cameras["quay"].zones["forbidden"] == {"voies": [[0, 0], [1, 0], [1, 1]]}
        with town.database.read() as session:
            about = session.scalars(select(Annex).where(Annex.definition_digest == FALL.digest))
            assert {annex.kind for annex in about} >= {"figures", "confusions"}

        revised = "/city/uses/fall-quay/revise"
        shown = client.get(revised).text
        assert 'value="08:00–12:00, 18:30–24:00"' in shown
        assert "Porter secours &lt;vite&gt;." in shown
        unexplained = write(client, revised)
        assert unexplained.status_code == 400
        assert "Say why the text changes." in unexplained.text
        write(client, revised, reason="shorter", ends="2026-05-31")
        assert text(town).ends_at.isoformat() == "2026-05-31T22:00:00+00:00"
    assert town.ledger()[-1] == Kind.USE_REVISED


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"use": "Fall Quay"}, "Use small letters, digits and hyphens."),
        ({"use": "use-skeleton"}, "There is already a use use-skeleton."),
        ({"definition": "0" * 64}, "Pick a definition of the list."),
        ({"purpose": ""}, "This is needed."),
        ({"mode": "loud"}, "Pick one of the list."),
        ({"starts": "soon"}, "Give a day."),
        ({"ends": "9999-12-31"}, "Give a day."),
        ({"max_offline_s": "much"}, "Give a whole number."),
        ({"ends": "2026-05-01"}, "A use ends after it starts."),
        ({"timezone": "Europe/Belfort"}, "is not a time zone"),
        ({"hours-5": "all day"}, "The hours “all day” cannot be read"),
        ({"hours-5": "25:00-26:00"}, "is not an hour"),
        ({"camera-quay": ""}, "A use names at least one camera."),
        ({"zones-quay": "[1]"}, "Zones are JSON"),
        ({"zones-quay": '{"area": [[0, 0], [2, 0], [1, 1]]}'}, "fractions of the picture"),
        ({"renews": "nothing"}, "There is no use nothing"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_used_is_said_and_nothing_is_lost(
    client: httpx.Client, town: Town, changed: dict[str, str], said: str
) -> None:
    with signed_in(client, town, "clerk"):
        page = write(client, **changed)
        assert page.status_code == 400
        assert said in page.text.replace("&#39;", "'")
        assert 'value="Loi fictive, article 1"' in page.text
        assert 'name="camera-quay" value="on" checked' in page.text or "camera-quay" in changed
        assert client.get("/city/uses/fall-quay").status_code == 404


def test_a_form_holds_the_whole_text(client: httpx.Client, town: Town) -> None:
    """Whatever a text can say survives a change of something else."""
    spec = UseSpec(
        purpose="Apprendre.",
        law=LAW,
        legal_basis="Article 1",
        starts_at=datetime(2026, 5, 9, 22, tzinfo=UTC),
        ends_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
        cameras={"square": ZONES, "quay": {}},
        mode=Mode.LEARNING,
        regime="led",
        controller="Ville",
        processors=("Régie",),
        partners=("Pompiers", "Police"),
        timezone="Europe/Paris",
        hours={"1": [("08:00", "09:00"), ("10:00", "24:00")]},
        occasion="Foire",
        places=("square", "quayside"),
        max_offline_s=600,
        renews="use-skeleton",
        quota=500,
    )
    tried = {one.name for one in fields(UseSpec) if getattr(spec, one.name) != one.default}
    assert tried | {"timezone"} == {one.name for one in fields(UseSpec)}
    with town.database.write() as session:
        draft_use(session, "learn", FALL, spec, actor="clerk", clock=town.clock)
    before = text(town, "learn")
    read = read_use(values_of(before), ["quay", "square"]).spec
    assert read is not None
    with town.database.write() as session:
        revise_use(session, "learn", FALL, read, reason="none", actor="clerk", clock=town.clock)
    assert text(town, "learn") == before


def test_zones_are_taken_from_another_use(client: httpx.Client, town: Town) -> None:
    zones = json.dumps(ZONES, ensure_ascii=False)
    with signed_in(client, town, "clerk"):
        assert "use-skeleton" in client.get("/city/draft").text
        write(client, **{"camera-square": "on", "camera-quay": "", "zones_from-square": zones})
    assert text(town).cameras["square"].zones["forbidden"] == ZONES["forbidden"]


def test_a_draft_starts_from_another_use(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk"):
        page = client.get("/city/draft?like=use-skeleton").text
        assert "Porter secours aux personnes qui tombent." in page
        assert 'name="camera-square" value="on" checked' in page
        assert client.get("/city/draft?like=nothing").status_code == 404


def test_hours_of_every_day_come_filled_in(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "secretary"):
        page = client.get("/city/draft").text
    assert page.count('value="00:00–24:00"') == len(ALWAYS)


def test_two_who_change_a_text_at_once_do_not_undo_each_other(
    client: httpx.Client, town: Town
) -> None:
    path = "/city/uses/fall-quay/revise"
    with signed_in(client, town, "clerk"):
        write(client)
        opened = client.get(path).text
        write(client, path, reason="night", purpose="La nuit.")
        late = TYPED | {"reason": "day", "csrf": csrf(opened), "seen": seen(opened)}
        page = client.post(path, data=late)
        assert page.status_code == 403
        assert "Somebody changed the text meanwhile." in page.text
        assert text(town).purpose == "La nuit."
        again = client.post(path, data=late | {"seen": seen(page.text)})
        assert again.status_code == 200
    assert text(town).purpose == TYPED["purpose"]


def test_a_voted_use_is_not_changed(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk"):
        page = write(client, "/city/uses/use-skeleton/revise", reason="longer")
        assert page.status_code == 403
        assert "was put to the vote" in page.text


@pytest.mark.parametrize("login", ["dpo", "inspector", "supervisor", "administrator"])
def test_others_write_nothing(client: httpx.Client, town: Town, login: str) -> None:
    with signed_in(client, town, login):
        assert client.get("/city/draft").status_code == 403
        token = csrf(client.get("/").text)
        answer = client.post("/city/draft", data={"csrf": token} | TYPED)
        assert answer.status_code == 403
