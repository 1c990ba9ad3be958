"""What the city may read of the uses in force: only those whose dates hold, and why one rests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from beffroi.clock import FrozenClock
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.cameras import CameraSpec, change_camera
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.pauses import pause
from beffroi.mandate.uses import UseSpec, draft_use
from tests.enacting import LAW, put_in_force
from tests.web.town import ZONES, Town, definition

USES = [f"use-{evidence.value}" for evidence in EvidenceClass]
NIGHT = {"0": [("02:00", "03:00")]}


def test_a_use_that_may_run_says_where(client: httpx.Client, town: Town) -> None:
    page = client.get("/").text
    assert page.count("may run on 1 camera") == len(USES)
    assert "does not run" not in page


def test_a_use_that_has_ended_or_not_begun_is_not_in_force(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    with town.database.write() as session:
        later = spec_of(town, starts_at=clock.now() + timedelta(days=1))
        voted = definition(EvidenceClass.NONE)
        draft_use(session, "later", voted, later, actor=SYSTEM, clock=clock)
        put_in_force(session, "later", clock)
    assert client.get("/").text.count("<li class=") == len(USES)
    clock.advance(90 * 86400)
    assert "No use is in force" in client.get("/").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "does not run · an operator has paused it; a supervisor can resume it"),
        ("fr", "ne tourne pas · arrêté par un opérateur"),
    ],
)
def test_a_paused_use_says_so(client: httpx.Client, town: Town, language: str, said: str) -> None:
    with town.database.write() as session:
        pause(session, "use-clear", "square", "Enough", actor=SYSTEM, clock=town.clock)
    page = client.get("/", params={"lang": language}).text
    assert page.count(said) == 1


def test_a_camera_that_was_changed_since_the_vote_says_so(client: httpx.Client, town: Town) -> None:
    with town.database.write() as session:
        spec = CameraSpec("Place du Beffroi", "sim://elsewhere")
        change_camera(session, "square", spec, actor=SYSTEM, clock=town.clock)
    page = client.get("/", params={"lang": "fr"}).text
    assert "ne tourne pas · la caméra n’est plus celle qui a été votée" in page


def test_a_use_outside_its_hours_says_so(client: httpx.Client, town: Town) -> None:
    with town.database.write() as session:
        voted = definition(EvidenceClass.NONE)
        spec = spec_of(town, hours=NIGHT)
        draft_use(session, "night", voted, spec, actor=SYSTEM, clock=town.clock)
        put_in_force(session, "night", town.clock)
    page = client.get("/", params={"lang": "fr"}).text
    assert page.count("ne tourne pas · hors des heures votées") == 1


def spec_of(town: Town, **changes: Any) -> UseSpec:
    now = town.clock.now()
    spec = UseSpec(
        purpose="Veiller la nuit.",
        law=LAW,
        legal_basis="Loi fictive, article 1",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=90),
        cameras={"quay": ZONES},
    )
    return replace(spec, **changes)
