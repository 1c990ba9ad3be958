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
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.store.database import Database
from tests.enacting import LAW, adopt, enact, measure

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
        purpose="help people who fall",
        law=LAW,
        legal_basis="fictional law, article 1",
        starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=30),
        cameras={"park": {}},
    )


@pytest.fixture
def city(database: Database, clock: FrozenClock) -> Database:
    """A database with the camera `park`, under a law that covers everything."""
    with database.write() as session:
        camera = CameraSpec("The park", "sim://park?seed=1")
        add_camera(session, "park", camera, actor=MAYOR, clock=clock)
        adopt(session, clock)
    return database


@pytest.fixture
def decide(city: Database, clock: FrozenClock) -> Decide:
    """Record acts on the use `falls`, one after the other."""

    def record(*acts: ActType) -> None:
        for act in acts:
            with city.write() as session:
                enact(session, "falls", act, clock)

    return record


@pytest.fixture
def drafted(city: Database, clock: FrozenClock, fall: VotedText, spec: UseSpec) -> Decide:
    """Draft the use `falls`, with what a test changes."""

    def draft(**changes: Any) -> None:
        with city.write() as session:
            changed = replace(spec, **changes)
            draft_use(session, "falls", fall, changed, actor=MAYOR, clock=clock)
            measure(session, "falls", clock)

    return draft
