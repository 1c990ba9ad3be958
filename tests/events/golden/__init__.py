"""Recorded observations of the synthetic city, through the real models, and what is expected.

`python -m tests.events.golden` writes the expectations anew.
"""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beffroi.events.detector import Counting, Detection, Point, Zones
from beffroi.perception.forms import from_json
from beffroi.perception.observation import Observation
from beffroi.simulation import Scene
from tests.events.shipped import detector
from tests.events.stick import run

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected.json"
RECORDINGS = {
    "abandoned_object": "abandoned_object",
    "sleeper": "abandoned_object",
    "strike": "strike",
    "hugging": "strike",
    "crowd": "strike",
    "fall": "fall",
    "shoe": "fall",
    "gathering": "gathering",
    "intrusion": "intrusion",
    "fire": "fire",
    "headlights": "fire",
    "traffic": "traffic",
    "wrong_way": "wrong_way",
    "running": "running",
    "crowd_motion": "crowd_motion",
    "density": "density",
}
"""Names of the recordings, and which detector is shown each.

The last three are true skeletons and places, shaken: the models see too little of a crowd.
"""


def recorded(name: str) -> list[Observation]:
    """The observations of one recording."""
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [from_json(line) for line in lines]


def found(name: str) -> list[Detection]:
    """What the shipped detector finds in a recording."""
    return run(detector(RECORDINGS[name], drawn(name)), recorded(name))


def counted(name: str) -> Mapping[str, int]:
    """What it adds up there, if it is one that does."""
    looking = detector(RECORDINGS[name], drawn(name))
    run(looking, recorded(name))
    return looking.take() if isinstance(looking, Counting) else {}


def drawn(name: str) -> Zones:
    """What is drawn on the picture of a recording."""
    if name == "intrusion":
        return rails()
    if name in ("traffic", "wrong_way"):
        return road(across=name == "traffic")
    return Zones()


def rails() -> Zones:
    """The track of the tram stop, as its camera sees it."""
    scene = Scene.create("platform", 21)
    width, height = scene.size
    corners = scene.zones["track"].pixels.tolist()
    return Zones(forbidden={"track": tuple((x / width, y / height) for x, y in corners)})


def road(across: bool) -> Zones:
    """The lanes of the road and their directions, or lines across them at 22 metres."""
    scene = Scene.create("road", 21)

    def seen(x: float, y: float) -> Point:
        ((u, v),) = scene.camera.project([(x, y, 0.0)]) / scene.size
        return float(u), float(v)

    if across:
        left, middle, right = (seen(x, 22.0) for x in (-3.9, 0.0, 3.8))
        return Zones(lines={"towards": (left, middle), "away": (right, middle)})
    lanes = {"towards": (-3.9, 0.0), "away": (0.0, 3.8)}
    return Zones(
        forbidden={
            name: (seen(low, 9), seen(high, 9), seen(high, 40), seen(low, 40))
            for name, (low, high) in lanes.items()
        },
        lines={
            "towards": (seen(-1.9, 38), seen(-1.9, 10)),
            "away": (seen(1.9, 10), seen(1.9, 38)),
        },
    )


def row(detection: Detection) -> Mapping[str, Any]:
    """One expectation."""
    return {
        "start_t": round(detection.start_t, 3),
        "end_t": round(detection.end_t, 3),
        "score": round(detection.score, 4),
        "tracks": list(detection.tracks),
        "count": detection.count,
        "zone": detection.zone,
    }
