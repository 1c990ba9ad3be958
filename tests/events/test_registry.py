"""The shipped definitions, and what `build` refuses."""

from importlib.resources import files

import pytest

from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.events.registry import DETECTORS, build, make, shipped_definitions
from beffroi.mandate.definition import EvidenceClass, VotedText
from beffroi.perception.models import builtin_models
from tests.events.shipped import VOTED


@pytest.mark.parametrize("event", DETECTORS)
def test_every_detector_ships_with_a_definition_that_builds(event: str) -> None:
    voted = VOTED[event]
    assert build(voted, Zones()).id == voted.definition.detector
    assert set(voted.definition.models) <= {model.name for model in builtin_models()}


def test_the_evidence_is_what_each_event_needs_and_no_more() -> None:
    kept = {name: voted.definition.evidence for name, voted in VOTED.items()}
    assert kept == {
        "abandoned_object": EvidenceClass.PIXELATED,
        "crowd_motion": EvidenceClass.PIXELATED,
        "density": EvidenceClass.COUNTS,
        "fall": EvidenceClass.PIXELATED,
        "fire": EvidenceClass.PIXELATED,
        "gathering": EvidenceClass.COUNTS,
        "intrusion": EvidenceClass.PIXELATED,
        "running": EvidenceClass.PIXELATED,
        "strike": EvidenceClass.PIXELATED,
        "traffic": EvidenceClass.NONE,
        "wrong_way": EvidenceClass.PIXELATED,
    }


def test_definitions_have_stable_digests() -> None:
    assert [v.digest for v in shipped_definitions()] == [v.digest for v in shipped_definitions()]
    assert len(list((files("beffroi.events") / "definitions").iterdir())) == len(VOTED)


@pytest.mark.parametrize("event", DETECTORS)
def test_every_parameter_is_described_written_out_and_bounded(event: str) -> None:
    fields = DETECTORS[event].parameters.model_fields
    assert fields.keys() == VOTED[event].definition.parameters.keys()
    for name, field in fields.items():
        assert field.is_required(), f"{name} must be voted, not defaulted"
        assert field.description, name
        assert field.description.endswith("."), name
        assert field.metadata or field.annotation is bool, f"{name} has no bounds"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"detector": "mood"}, "no detector named 'mood'"),
        ({"behaviour": 99}, "behaviour 99"),
        ({"parameters": {}}, "stay_ms"),
        ({"parameters": {**VOTED["fall"].definition.parameters, "stay_ms": -1}}, "stay_ms"),
        ({"parameters": {**VOTED["fall"].definition.parameters, "race": "x"}}, "race"),
    ],
    ids=["detector", "behaviour", "missing", "out of bounds", "unknown"],
)
def test_what_was_not_voted_does_not_run(changes: dict[str, object], message: str) -> None:
    definition = VOTED["fall"].definition.model_copy(update=changes)
    with pytest.raises(BadInput, match=message):
        build(VotedText(definition, VOTED["fall"].canonical), Zones())
    with pytest.raises(BadInput, match=message):
        make(definition, Zones())
