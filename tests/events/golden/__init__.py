"""Recorded observations of the synthetic city, through the real pose model, and what is expected.

`python -m tests.events.golden` writes the expectations anew.
"""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beffroi.events.detector import Detection, Zones
from beffroi.perception.forms import from_json
from beffroi.perception.observation import Observation
from beffroi.simulation import Scene
from tests.events.shipped import detector
from tests.events.stick import run

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected.json"
RECORDINGS = {
    "strike": "strike",
    "hugging": "strike",
    "crowd": "strike",
    "fall": "fall",
    "shoe": "fall",
    "gathering": "gathering",
    "intrusion": "intrusion",
}
"""Names of the recordings, and which detector is shown each."""


def recorded(name: str) -> list[Observation]:
    """The observations of one recording."""
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [from_json(line) for line in lines]


def found(name: str) -> list[Detection]:
    """What the shipped detector finds in a recording."""
    zones = rails() if name == "intrusion" else Zones()
    return run(detector(RECORDINGS[name], zones), recorded(name))


def rails() -> Zones:
    """The track of the tram stop, as its camera sees it."""
    scene = Scene.create("platform", 21)
    width, height = scene.size
    corners = scene.zones["track"].pixels.tolist()
    return Zones(forbidden={"track": tuple((x / width, y / height) for x, y in corners)})


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
