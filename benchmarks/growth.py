"""What grows with a city: people in a picture, events, pixels, cameras, alerts of many years.

Each is measured at a few sizes; what matters is the shape, which should be a straight line or
none at all.
"""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from beffroi.alerts.life import State
from beffroi.cli.installation import Installation
from beffroi.engine.equipment import equipment_of
from beffroi.mandate.gate import Gate
from beffroi.mandate.uses import definition_of, find_use, text_of
from beffroi.store.alerts import Alert
from beffroi.web.cases import read_queue
from benchmarks.city import settle
from benchmarks.pipeline import people_seen, watched
from tests.ringing import ring

EVENTS: Final = ("fall", "gathering", "strike", "running", "crowd_motion", "density")
"""Those that look at people, in the order in which they are added."""

ALERTS: Final = (0, 10_000, 100_000, 1_000_000)
CITIES: Final = (4, 16, 64)
"""Cameras in service, each named by all the uses of `benchmarks.city`."""

CAMERAS: Final = 12
WAITING: Final = 20
BATCH: Final = 20_000
REPEATS: Final = 15

Points = list[dict[str, float]]


def run(reel: Mapping[str, Path], seconds: Mapping[str, float], folder: Path) -> dict[str, object]:
    """Measure every kind of growth.

    Args:
        reel: Films by kind: `busy`, `light`, `empty`, `dense`, `large`.
        seconds: Their lengths.
        folder: For a city's data; made here.

    Returns:
        `large_s`: processor seconds per camera-second of a busy main stream of 1080 lines.
        `growth_people`, `growth_events`, `growth_cameras`, `growth_alerts`: points of the curves.
        `gate_ms_at_most_cameras`: with `most_cameras` in service, what it takes to decide which may
        be opened, as is done twice a second.
        `queue_ms_at_most_alerts`, `raise_ms_at_most_alerts`: with `most_alerts` in the database,
        what the console's queue takes to read, and an alert to be raised.
    """
    alerts = _alerts(folder / "alerts")
    cameras = [_cameras(folder / f"{count} cameras", count) for count in CITIES]
    return {
        **watched(reel["large"], seconds["large"], EVENTS[:3]).figures("large_s"),
        "growth_people": _people(reel, seconds),
        "growth_events": _events(reel["busy"], seconds["busy"]),
        "growth_cameras": cameras,
        "most_cameras": cameras[-1]["cameras"],
        "gate_ms_at_most_cameras": cameras[-1]["gate_ms"],
        "growth_alerts": alerts,
        "most_alerts": alerts[-1]["alerts"],
        "queue_ms_at_most_alerts": alerts[-1]["queue_ms"],
        "raise_ms_at_most_alerts": alerts[-1]["raise_ms"],
    }


def _people(reel: Mapping[str, Path], seconds: Mapping[str, float]) -> Points:
    found = [
        {
            "people": round(people_seen(reel[kind]), 1),
            "camera_s": round(watched(reel[kind], seconds[kind], EVENTS[:3]).median, 5),
        }
        for kind in ("empty", "light", "busy", "dense")
    ]
    return sorted(found, key=lambda point: point["people"])


def _events(film: Path, seconds: float) -> Points:
    return [
        {"events": n, "camera_s": round(watched(film, seconds, EVENTS[:n]).median, 5)}
        for n in range(len(EVENTS) + 1)
    ]


def _cameras(folder: Path, count: int) -> dict[str, float]:
    """What the gate takes for a city of so many cameras."""
    site, _ = settle(folder, ["rtsp://camera.invalid/"] * count, at_work=True)
    gate = Gate(equipment_of(site.folder, site.settings.engine), site.clock)

    def decide() -> None:
        with site.database.read() as session:
            assert all(decision.permit for decision in gate.decide(session))

    taken = _median_ms(decide)
    site.database.close()
    return {"cameras": count, "gate_ms": taken}


def _alerts(folder: Path) -> Points:
    """A database that fills with alerts which were judged, while a few wait."""
    site, cameras = settle(folder, ["rtsp://camera.invalid/"] * CAMERAS, at_work=True)
    points: Points = []
    held = 0
    with site.database.write() as session:
        session.execute(insert(Alert), [*_rows(site, session, cameras, WAITING, State.RAISED)])
    for wanted in ALERTS:
        while held < wanted:
            count = min(BATCH, wanted - held)
            with site.database.write() as session:
                session.execute(
                    insert(Alert), [*_rows(site, session, cameras, count, State.CLOSED)]
                )
            held += count
        points.append(
            {
                "alerts": held,
                "queue_ms": _median_ms(lambda: _read(site)),
                "raise_ms": _median_ms(lambda: _raise(site, cameras[0])),
            }
        )
    site.database.close()
    return points


def _rows(
    site: Installation, session: Session, cameras: Sequence[str], count: int, state: State
) -> Iterator[dict[str, object]]:
    """Alerts of the past year, the newest first."""
    voted = definition_of(session, text_of(session, find_use(session, "fall")).text)
    now = site.clock.now()
    for number in range(count):
        at = now - timedelta(hours=2) - timedelta(days=365) * (number / count)
        yield {
            "id": str(uuid.uuid4()),
            "camera_id": cameras[number % len(cameras)],
            "use_id": "fall",
            "definition_digest": voted.digest,
            "event": "fall",
            "severity": 2,
            "state": state.value,
            "detected_at": at,
            "raised_at": at,
            "duration_s": 2.0,
            "score": 0.5,
            "count": 1,
            "tracks": [],
            "evidence_class": "counts",
            "evidence": "none",
            "erase_at": at + timedelta(days=2),
        }


def _read(site: Installation) -> None:
    with site.database.read() as session:
        assert read_queue(session).waiting


def _raise(site: Installation, camera: str) -> None:
    with site.database.write() as session:
        voted = definition_of(session, text_of(session, find_use(session, "fall")).text)
        assert ring(session, "fall", camera, voted, site.clock, per_hour=3600)


def _median_ms(work: Callable[[], None]) -> float:
    """Wall time: waiting for the disk is part of it."""

    def once() -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    once()  # warm-up
    return round(statistics.median(once() for _ in range(REPEATS)) * 1000, 2)
