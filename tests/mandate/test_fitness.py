"""What a camera must give before a definition may run on it."""

from dataclasses import replace
from typing import Any

import pytest

from beffroi.mandate.definition import VotedText
from beffroi.mandate.equipment import Demands
from beffroi.mandate.fitness import Profile, unfit


@pytest.fixture
def profile(fall: VotedText) -> Profile:
    """One that gives exactly what is needed."""
    needs = fall.definition
    return Profile(needs.rate_hz, needs.person_px, needs.precisions[0], needs.models)


@pytest.mark.parametrize(
    "changes",
    [{}, {"rate_hz": 7.7}, {"rate_hz": None, "person_px": None}, {"rate_hz": 25.0}],
    ids=["just enough", "within five per cent", "not measured yet", "more"],
)
def test_a_camera_that_gives_enough_is_fit(
    fall: VotedText, profile: Profile, changes: dict[str, Any]
) -> None:
    assert unfit(fall.definition, replace(profile, **changes)) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rate_hz": 5.0}, "it analysed 5.0 pictures per second here and the definition needs 8"),
        ({"person_px": 49.0}, "people are 49 pixels high here and the definition needs 50"),
        ({"precision": "bf16"}, "this machine computes in bf16 and the definition admits f32"),
        ({"models": {}}, "the model movenet-multipose is not installed here"),
        ({"models": {"movenet-multipose": "0" * 64}}, "is not the one that was voted"),
    ],
)
def test_what_falls_short_is_named(
    fall: VotedText, profile: Profile, changes: dict[str, Any], reason: str
) -> None:
    (said,) = unfit(fall.definition, replace(profile, **changes))
    assert reason in said


TASKS = {"movenet-multipose": "pose", "nanodet": "objects"}


@pytest.mark.parametrize(
    ("changes", "demands", "reason"),
    [
        ({"models": {}}, {"pose"}, "names no model that finds people"),
        ({"models": {"nanodet": "0" * 64}}, {"pose"}, "names no model that finds people"),
        ({}, {"pose", "objects"}, "names no model that finds vehicles and luggage"),
        ({}, {"weapons"}, "names no model that finds weapons"),
        ({}, {"pose"}, None),
    ],
)
def test_a_text_that_names_no_model_for_what_its_detector_is_shown_does_not_run(
    fall: VotedText,
    profile: Profile,
    changes: dict[str, Any],
    demands: set[str],
    reason: str | None,
) -> None:
    definition = fall.definition.model_copy(update=changes)
    there = replace(profile, models=definition.models, tasks=TASKS)
    said = unfit(definition, there, Demands(frozenset(demands)))
    assert [reason in one for one in said if reason] == [True] * (reason is not None)


@pytest.mark.parametrize(("ground", "calibrated"), [(True, False), (True, True), (False, False)])
def test_what_measures_metres_is_off_on_a_camera_that_has_none(
    fall: VotedText, profile: Profile, ground: bool, calibrated: bool
) -> None:
    there = replace(profile, calibrated=calibrated)
    said = unfit(fall.definition, there, Demands(ground=ground))
    assert any("is not calibrated" in one for one in said) is (ground and not calibrated)


def test_every_shortfall_is_named(fall: VotedText) -> None:
    assert len(unfit(fall.definition, Profile(1.0, 1.0, "bf16", {}))) == 4
