"""A host holds the cameras that it was told to watch, and none besides."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import func, select

from beffroi.alerts.vault import Vault
from beffroi.capture.source import Source
from beffroi.engine.camera import CameraWatch, Station
from beffroi.engine.desk import AlertDesk
from beffroi.engine.equipment import models_at_work
from beffroi.engine.evidence import EvidenceDesk
from beffroi.engine.eyes import Eyes
from beffroi.engine.host import Host
from beffroi.engine.live import LiveLink
from beffroi.engine.messages import Order
from beffroi.errors import Unavailable
from beffroi.events.detector import Detection, Detector
from beffroi.mandate.counting import PERSON_SECONDS, SHARED
from beffroi.mandate.modes import Mode
from beffroi.mandate.permit import Basis, issue
from beffroi.perception.observation import Observation
from beffroi.store.mandates import UseCount
from tests.engine.test_area import ENGINE, order
from tests.engine.test_counting import person, seen
from tests.engine.town import Town


@pytest.fixture
def station(town: Town, tmp_path: Path) -> Iterator[Station]:
    """What the cameras of a host share; nobody listens to its wall."""
    site = town.site
    evidence = EvidenceDesk(site.database, Vault(site.folder), site.clock)
    with (
        closing(AlertDesk(site.database, evidence, 3600, site.clock)) as desk,
        closing(LiveLink(tmp_path / "wall")) as live,
    ):
        eyes = Eyes(ENGINE.pose_input, models_at_work(site.folder, ENGINE).variants)
        yield Station(site.folder, site.database, site.clock, eyes, desk, live)


def nothing(station: Station) -> Order:
    """To watch under a permit for nothing, which ends at once."""
    deadline = station.clock.monotonic() + 5
    return Order("gate", 1, issue("rtsp://gate/live", Basis.USE, "gate", (), deadline))


def test_a_camera_that_has_ended_and_is_named_no_more_is_let_go_of(station: Station) -> None:
    host = Host(station)
    host.obey([nothing(station)])
    host._watches["gate"].join(5)
    host.obey([nothing(station)])
    assert host._watches
    host.obey([])
    assert not host._watches


def linger(watch: CameraWatch, number: int, since: float) -> None:
    """Somebody stands before a camera for 80 seconds, from some seconds after now."""
    watch._load_uses()
    clock = watch._station.clock
    for second in range(81):
        t = since + second
        for post in watch._posts.values():
            assert post.tally is not None
            moment = clock.now() + timedelta(seconds=t)
            post.tally.note(seen(clock.monotonic() + t, person(number, 50)), 0, moment)
            if second == 80:
                post.close()


def test_a_use_that_fails_is_said_and_keeps_no_other_from_looking(
    town: Town, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.camera("gate")
    for use in ("broken", "whole"):
        town.use("gate", use, mode=Mode.STATISTICS)
    watch = CameraWatch(order(town, "gate"), station)
    watch._load_uses()
    intact, broken = type(watch._posts["whole"].detector).update, watch._posts["broken"].detector

    def update(detector: Detector, observation: Observation) -> list[Detection]:
        if detector is broken:
            raise ZeroDivisionError
        return intact(detector, observation)

    monkeypatch.setattr(type(broken), "update", update)
    source = cast(Source, None)  # counting keeps no scene
    watch._notice(seen(0, person(1, 50)), source)
    watch._notice(seen(1, person(1, 50)), source)
    assert list(watch._posts) == ["whole"]
    assert (
        watch._detail("") == "broken: its analysis failed in an unforeseen way; the log says where"
    )
    broken = watch._posts["whole"].detector
    with pytest.raises(Unavailable, match="whole: its analysis failed"):
        watch._notice(seen(2, person(1, 50)), source)


@pytest.mark.parametrize(
    ("since", "given"), [(-100, 60), (-160, 120)], ids=["just lost", "long ago"]
)
def test_who_is_there_when_a_camera_is_opened_again_gives_nothing_anew(
    town: Town, station: Station, since: float, given: int
) -> None:
    town.camera("gate")
    town.use("gate", mode=Mode.STATISTICS)
    host, first = Host(station), CameraWatch(order(town, "gate"), station)
    linger(first, 1, since)
    host._watches["gate"] = first
    host.obey([nothing(station)])
    again = host._watches["gate"]
    again.join(5)
    again.renew(order(town, "gate").permit)
    linger(again, 2, 0)
    station.desk.close()
    total = select(func.sum(UseCount.value)).where(UseCount.what == SHARED + PERSON_SECONDS)
    with town.site.database.read() as session:
        assert session.scalar(total) == given
