"""Evidence does not depend on what comes after the alert: its permit's end, a database away."""

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from beffroi.alerts.area import Area
from beffroi.alerts.vault import PIXELATED, SKELETONS, Vault
from beffroi.capture.opening import open_source
from beffroi.capture.source import Source
from beffroi.clock import Clock
from beffroi.engine.desk import AlertDesk, Sighting
from beffroi.engine.evidence import HELD, EvidenceDesk, Scene
from beffroi.errors import NotAuthorised
from beffroi.events.detector import Detection
from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.gate import Hour, OpenUse, hour_now, hour_of
from beffroi.mandate.permit import Basis, issue
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation
from beffroi.store.database import Database
from tests.alerts.pictures import decode
from tests.engine.town import Town, within

SEEN_HZ = 5

PEOPLE = frozenset({Need.PEOPLE})


def opened(film: Path, lasts_s: float) -> tuple[Source, deque[Observation]]:
    """A film read for five seconds under a permit that lasts so long, and what was seen."""
    clock = Clock()
    permit = issue(str(film), Basis.LABORATORY, None, (), clock.monotonic() + lasts_s)
    source = open_source(permit, clock=clock, rate_hz=SEEN_HZ, ring_s=20)
    seen = deque(
        Observation("gate", frame.t, None, (320, 180), 0.1, True, ())
        for frame in islice(source.frames(), 5 * SEEN_HZ)
    )
    return source, seen


@pytest.fixture
def use(town: Town) -> OpenUse:
    """A use that keeps pixelated sequences."""
    town.camera("gate")
    town.use("gate", evidence=EvidenceClass.PIXELATED)
    with town.site.database.read() as session:
        (answer,) = hour_now(session, Timekeeper(town.site.clock)).answers()
    assert isinstance(answer, OpenUse)
    return answer


@pytest.fixture
def desk(town: Town) -> Iterator[AlertDesk]:
    site = town.site
    evidence = EvidenceDesk(site.database, Vault(site.folder), site.clock)
    with closing(AlertDesk(site.database, evidence, 60, site.clock)) as made:
        yield made


def sighting(use: OpenUse, source: Source, seen: deque[Observation]) -> Sighting:
    detection = Detection("intrusion", 4.0, 4.8, 0.9, ("0a1b2c3d",), 1, "everywhere")
    return Sighting(
        use, detection, Scene(detection, Area(None), source, seen, PEOPLE), Clock().now()
    )


def wait_together(town: Town, desk: AlertDesk, *sightings: Sighting) -> None:
    """Have them wait until the database is free again."""
    other = Database(town.site.settings.database_url)
    with other.write():
        for each in sightings:
            desk.put(each)
    other.close()


def ready(town: Town) -> bool:
    return [alert.evidence for alert in town.alerts()] == ["ready"]


def counted(town: Town, repeats: int) -> bool:
    return [alert.repeats for alert in town.alerts()] == [repeats]


def pictures(town: Town) -> int:
    """How many pictures the only alert has kept."""
    vault, (alert,) = Vault(town.site.folder), town.alerts()
    assert vault.open(alert.id, SKELETONS)
    return len(decode(vault.open(alert.id, PIXELATED)))


def test_an_alert_in_the_last_second_of_a_permit_has_its_evidence(
    town: Town, use: OpenUse, desk: AlertDesk, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=1.2)
    desk.put(sighting(use, source, seen))
    within(5, lambda: source.left_s() < 0)
    with pytest.raises(NotAuthorised):
        source.replay(0, 5)
    source.close()
    within(10, lambda: ready(town))
    assert pictures(town) >= 100


def test_an_alert_keeps_what_there_is_when_its_source_is_closed(
    town: Town, use: OpenUse, desk: AlertDesk, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=60)
    desk.put(sighting(use, source, seen))
    desk.end(source)
    source.close()
    within(10, lambda: ready(town))
    assert pictures(town) >= 100


def test_an_alert_that_waits_for_the_database_has_its_evidence(
    town: Town, use: OpenUse, desk: AlertDesk, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=60)
    other = Database(town.site.settings.database_url)
    with other.write():
        desk.put(sighting(use, source, seen))
        desk.end(source)
        source.close()
        assert town.alerts() == []
    other.close()
    within(20, lambda: ready(town))
    assert pictures(town) >= 100


def test_what_waits_together_is_written_together_but_for_what_may_not_be(
    town: Town, use: OpenUse, desk: AlertDesk, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=60)
    uses = (use, replace(use, use_id="never-voted"), use)
    wait_together(town, desk, *(sighting(each, source, seen) for each in uses))
    within(20, lambda: len(town.alerts()) == 2)
    source.close()


def test_what_can_never_be_written_keeps_nothing_else_from_it(
    town: Town, use: OpenUse, desk: AlertDesk, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=60)
    whole = sighting(use, source, seen)
    countless = replace(whole, detection=replace(whole.detection, count=2**70))
    wait_together(town, desk, whole, countless, whole)
    within(20, lambda: len(town.alerts()) == 2)
    desk.put(whole)
    within(20, lambda: len(town.alerts()) == 3)
    source.close()


def test_a_storm_takes_no_place_from_the_alerts_of_others(
    town: Town, use: OpenUse, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=60)
    evidence = EvidenceDesk(town.site.database, Vault(town.site.folder), town.site.clock)
    detection = Detection("intrusion", 4.0, 4.8, 0.9, (), 1)
    with closing(AlertDesk(town.site.database, evidence, 1, town.site.clock)) as desk:
        desk.put(sighting(use, source, seen))
        within(10, lambda: len(town.alerts()) == 1)
        for number in range(1, HELD + 1):
            desk.put(sighting(use, source, seen))
            within(10, partial(counted, town, number))
        other = Scene(detection, Area(None), source, seen, PEOPLE)
        evidence.watch(other)
        desk.end(source)
    source.close()
    assert other.observations


def test_the_gate_is_asked_again_where_writing_takes_long(
    town: Town,
    use: OpenUse,
    desk: AlertDesk,
    long_film: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Hour] = []

    def ask(*given: Any) -> Hour:
        asked.append(hour_of(*given))
        return asked[-1]

    monkeypatch.setattr("beffroi.engine.desk.hour_of", ask)
    monkeypatch.setattr("beffroi.engine.desk.GOOD_FOR", timedelta(0))
    source, seen = opened(long_film, lasts_s=60)
    wait_together(town, desk, *(sighting(use, source, seen) for _ in range(3)))
    within(20, lambda: len(town.alerts()) == 3)
    source.close()
    assert len(asked) >= 3


def test_a_sequence_that_fails_as_nobody_foresaw_keeps_no_other_from_being_kept(
    town: Town, use: OpenUse, desk: AlertDesk, long_film: Path
) -> None:
    source, seen = opened(long_film, lasts_s=60)
    broken = sighting(use, source, seen)
    broken.scene.hold()
    broken.scene.frames = (frame for frame in [*source.replay(0, 1)] if frame.index / 0)
    desk.put(broken)
    within(20, lambda: len(town.alerts()) == 1)
    desk.put(sighting(use, source, seen))
    desk.end(source)
    within(20, lambda: [alert.evidence for alert in town.alerts()].count("ready") == 1)
    source.close()


def test_what_waits_in_memory_is_bounded(town: Town, long_film: Path) -> None:
    source, seen = opened(long_film, lasts_s=60)
    desk = EvidenceDesk(town.site.database, Vault(town.site.folder), town.site.clock)
    detection = Detection("intrusion", 4.0, 4.8, 0.9, (), 1)
    scenes = [Scene(detection, Area(None), source, seen, PEOPLE) for _ in range(HELD + 1)]
    for scene in scenes:
        desk.watch(scene)
    desk.end(source)
    assert [bool(scene.observations) for scene in scenes] == [True] * HELD + [False]
    del scene, scenes
    fresh = Scene(detection, Area(None), source, seen, PEOPLE)
    desk.watch(fresh)
    desk.close()
    source.close()
    assert fresh.observations
