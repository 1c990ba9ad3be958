"""A city with one camera and one use that could run."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from beffroi.clock import FrozenClock
from beffroi.events.registry import shipped_definitions
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import VotedText
from beffroi.mandate.uses import ALWAYS, ActType, Mode, UseSpec, draft_use, record_act
from beffroi.store.database import Database

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, noon in Paris
MAYOR = "a" * 32

Decide = Callable[..., None]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON, seconds=1000.0)


@pytest.fixture
def fall() -> VotedText:
    return next(voted for voted in shipped_definitions() if voted.definition.event == "fall")


@pytest.fixture
def spec() -> UseSpec:
    return UseSpec(
        mode=Mode.LIVE,
        purpose="help people who fall",
        legal_basis="fictional law, article 1",
        timezone="Europe/Paris",
        hours=ALWAYS,
        starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=30),
        cameras={"park": {}},
    )


@pytest.fixture
def city(database: Database, clock: FrozenClock) -> Database:
    """A database with the camera `park`."""
    with database.write() as session:
        camera = CameraSpec("The park", "sim://park?seed=1")
        add_camera(session, "park", camera, actor=MAYOR, clock=clock)
    return database


@pytest.fixture
def decide(city: Database, clock: FrozenClock) -> Decide:
    """Record acts on the use `falls`, one after the other."""

    def record(*acts: ActType) -> None:
        for act in acts:
            with city.write() as session:
                record_act(
                    session,
                    "falls",
                    act,
                    body="council",
                    date="2026-11-20",
                    reference="2026-1",
                    motives="as debated",
                    actor=MAYOR,
                    clock=clock,
                )

    return record


@pytest.fixture
def drafted(city: Database, clock: FrozenClock, fall: VotedText, spec: UseSpec) -> Decide:
    """Draft the use `falls`, with what a test changes."""

    def draft(**changes: Any) -> None:
        with city.write() as session:
            changed = replace(spec, **changes)
            draft_use(session, "falls", fall, changed, actor=MAYOR, clock=clock)

    return draft
