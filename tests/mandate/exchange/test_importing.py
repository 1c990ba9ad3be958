"""Another city starts from an export: with texts, and with nothing in force."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.events.detector import Zones
from beffroi.events.registry import behaviours, build
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.exchange.importing import TakenUp, Wanted, take_up
from beffroi.mandate.exchange.verify import prove
from beffroi.mandate.gate import Gate
from beffroi.mandate.procedure.adoption import adopted
from beffroi.mandate.uses import find_use, state_of, text_of
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act
from tests.enacting import FIRST, adopt
from tests.mandate.exchange.archive import NOON, Archive, fall

WANTED = Wanted(["falls"], {"park": "garden"}, date(2027, 6, 30), "City of Example")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def town(database: Database, clock: FrozenClock) -> Database:
    """Another city, with a camera of its own and no mandate."""
    with database.write() as session:
        camera = CameraSpec("The garden", "rtsp://10.0.0.9/garden", masks=[MASK])
        add_camera(session, "garden", camera, actor=FIRST, clock=clock)
    return database


MASK = [(0.0, 0.0), (0.3, 0.0), (0.3, 0.3)]


def importing(
    town: Database, clock: FrozenClock, exported: Mapping[str, bytes], **changes: Any
) -> TakenUp:
    with town.write() as session:
        return take_up(
            session,
            prove(exported).contents,
            replace(WANTED, **changes),
            check=lambda voted: build(voted, Zones()),
            actor=FIRST,
            clock=clock,
        )


def test_texts_come_along_and_nothing_is_in_force(
    town: Database, clock: FrozenClock, exported: Mapping[str, bytes]
) -> None:
    taken = importing(town, clock, exported)
    assert taken == TakenUp(("fall",), ("fiction-minimal",), ("falls",))
    gate = Gate(Equipment(behaviours()), clock)
    with town.read() as session:
        use = find_use(session, "falls")
        text = text_of(session, use).text
        assert state_of(session, use, clock.now()) == "draft"
        assert (text.definition, text.controller) == (fall().digest, "City of Example")
        assert text.purpose == "help people who fall"
        assert text.ends_at == text.end_of(date(2027, 6, 30))
        camera = text.cameras["garden"]
        assert (camera.address, camera.zones) == ("rtsp://10.0.0.9/garden", {})
        assert camera.masks == [MASK]
        assert adopted(session, clock.now()) == {}
        assert session.scalar(select(func.count()).select_from(Act)) == 0
        assert all(decision.permit is None for decision in gate.decide(session))
        kinds = list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)))
    assert kinds[1:] == [
        "mandate.imported",
        "definition.registered",
        "doctrine.registered",
        "use.drafted",
    ]


def test_without_a_use_only_texts_are_registered(
    town: Database, clock: FrozenClock, exported: Mapping[str, bytes]
) -> None:
    importing(town, clock, exported, uses=())
    with town.read() as session:
        assert session.scalar(select(func.count()).select_from(Use)) == 0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"uses": ["fights"]}, "There is no use fights in this mandate; it has falls"),
        ({"cameras": {}}, "falls looks at park: say which of your cameras"),
        ({"cameras": {"park": "moon"}}, "There is no camera moon"),
        ({"until": None}, "until which day"),
        ({"until": date(2020, 1, 1)}, "ends after it starts"),
    ],
)
def test_what_cannot_be_taken_up_leaves_nothing(
    town: Database,
    clock: FrozenClock,
    exported: Mapping[str, bytes],
    changes: dict[str, Any],
    complaint: str,
) -> None:
    with pytest.raises(BadInput, match=complaint):
        importing(town, clock, exported, **changes)
    with town.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 1


def test_a_use_whose_name_is_taken_is_refused(
    archive: Archive, exported: Mapping[str, bytes]
) -> None:
    with pytest.raises(BadInput, match="already a use falls"):
        importing(archive.database, archive.clock, exported, cameras={"park": "park"})


def test_what_a_doctrine_here_refuses_is_not_even_drafted(
    town: Database, clock: FrozenClock, exported: Mapping[str, bytes]
) -> None:
    with town.write() as session:
        adopt(session, clock, shipped_doctrines()["montpellier-2022"])
    clock.advance(400 * 86_400)
    with pytest.raises(NotAuthorised):
        importing(town, clock, exported, until=date(2029, 1, 1))


def test_a_definition_that_no_detector_here_can_run_is_not_drafted(
    town: Database, clock: FrozenClock, exported: Mapping[str, bytes]
) -> None:
    def check(_: object) -> None:
        raise BadInput("version 99 of detector fall does not ship here")

    contents = prove(exported).contents
    with town.write() as session, pytest.raises(BadInput, match="does not ship"):
        take_up(session, contents, WANTED, check=check, actor=FIRST, clock=clock)
