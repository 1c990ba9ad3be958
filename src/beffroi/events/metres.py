"""Metres without a calibration: people are their own yardstick, and a poor one along the view."""

from pydantic import Field

from beffroi.events.detector import Parameters


class MeasuredByPeople(Parameters):
    """What detectors need that measure on the ground, calibrated or not."""

    stature_cm: int = Field(
        ge=100,
        le=200,
        description=(
            "Height that a person is taken to have, in centimetres, to measure distances on a "
            "camera that is not calibrated."
        ),
    )
    depth_percent: int = Field(
        ge=100,
        le=1000,
        description=(
            "On a camera that is not calibrated: how large distances along the view are, in per "
            "cent of what they look."
        ),
    )
