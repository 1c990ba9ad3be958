"""The same observations give the same detections, for as long as a behaviour has one number."""

import json

import pytest

from beffroi.events.registry import DETECTORS
from tests.events.golden import EXPECTED, FOLDER, RECORDINGS, counted, found, row

KNOWN = json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_same_observations_give_the_same_detections(name: str) -> None:
    detector = DETECTORS[RECORDINGS[name]]
    assert KNOWN[name]["behaviour"] == detector.behaviour, (
        f"{detector.id} has a new behaviour: write the expectations anew with "
        "`python -m tests.events.golden`, and the figures with `beffroi evaluate`."
    )
    assert counted(name) == KNOWN[name]["counted"]
    rows = [row(one) for one in found(name)]
    expected = [
        {**one, "score": pytest.approx(one["score"], abs=2e-4)} for one in KNOWN[name]["detections"]
    ]
    assert rows == expected, (
        f"{detector.id} no longer finds the same. Cities voted for behaviour "
        f"{detector.behaviour}: give the new one the next number, in the detector and in its "
        "definition, and write the expectations anew with `python -m tests.events.golden`."
    )


def test_every_detector_has_a_recording_in_which_it_finds_its_event_once() -> None:
    assert set(RECORDINGS.values()) == set(DETECTORS)
    assert {name: len(known["detections"]) for name, known in KNOWN.items()} == {
        name: int(name in DETECTORS and not KNOWN[name]["counted"]) for name in RECORDINGS
    }


def test_recordings_are_small() -> None:
    assert max(path.stat().st_size for path in FOLDER.glob("*.gz")) < 150_000
