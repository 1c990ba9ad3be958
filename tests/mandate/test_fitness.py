"""What a camera must give before a definition may run on it."""

from dataclasses import replace
from typing import Any

import pytest

from beffroi.mandate.definition import VotedText
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
        ({"rate_hz": 5.0}, "it analyses 5.0 pictures per second here and the definition needs 8"),
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


def test_every_shortfall_is_named(fall: VotedText) -> None:
    assert len(unfit(fall.definition, Profile(1.0, 1.0, "bf16", {}))) == 4
