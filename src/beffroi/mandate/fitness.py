"""Whether a camera can see what a definition was voted for.

A definition states the least that it needs; below that, its figures say nothing about this camera,
and the use is off there. What has not been measured yet is not held against a camera: the height
of people is known once some were seen, the rate once the stream runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from beffroi.mandate.definition import Definition


@dataclass(frozen=True, slots=True)
class Profile:
    """What a camera really gives.

    Args:
        rate_hz: Pictures analysed per second over the last minutes; None before there are any.
        person_px: Half of the people who stood on it were at least this high, in pixels of what
            the models read: height of the box times height of the models' input, over the height
            of the picture; None before anybody was seen.
        precision: Numeric precision of the inference, e.g. `f32`.
        models: SHA-256 of each model file that runs, by name.
    """

    rate_hz: float | None
    person_px: float | None
    precision: str
    models: Mapping[str, str]


def unfit(definition: Definition, profile: Profile) -> list[str]:
    """Why this definition may not run on this camera, a sentence each; empty if it may.

    A rate within 5 % of the one voted is that rate: streams of 25 and 24.97 pictures are alike.
    """
    reasons = []
    if profile.rate_hz is not None and profile.rate_hz < 0.95 * definition.rate_hz:
        reasons.append(
            f"it analyses {profile.rate_hz:.1f} pictures per second here and the definition needs "
            f"{definition.rate_hz}"
        )
    if profile.person_px is not None and profile.person_px < definition.person_px:
        reasons.append(
            f"people are {profile.person_px:.0f} pixels high here and the definition needs "
            f"{definition.person_px}: choose a larger model input or a nearer view"
        )
    if profile.precision not in definition.precisions:
        reasons.append(
            f"this machine computes in {profile.precision} and the definition admits "
            f"{', '.join(definition.precisions)}"
        )
    for name, voted in definition.models.items():
        if name not in profile.models:
            reasons.append(f"the model {name} is not installed here")
        elif profile.models[name] != voted:
            reasons.append(f"the model {name} installed here is not the one that was voted")
    return reasons
