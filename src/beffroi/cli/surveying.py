"""What a survey of a new camera says, in words: what was seen, which input suits it, what for."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from beffroi.engine.setup import SURVEY_INPUT, Surveyed
from beffroi.events.metres import MeasuredByPeople
from beffroi.events.registry import DETECTORS
from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.fitness import Profile, unfit
from beffroi.perception.models import builtin_models

PEOPLE: Final = 20
"""Fewer sightings say nothing about the view."""
DARK: Final = 60.0
"""Mean grey level below which a picture is one of the night."""
BUSY: Final = 5
MASK_STEP: Final = 0.05
"""Masks are suggested in steps of this share of the picture, and one step clear of every head."""


def tell(seen: Surveyed, machine: Equipment, calibrated: bool) -> Iterator[str]:
    """A line for each finding, in order of what to look at first.

    Args:
        seen: What the camera showed.
        machine: What is installed here.
        calibrated: Whether the camera's ground is known.
    """
    yield (
        f"{seen.pictures} pictures of {seen.size[0]} by {seen.size[1]}; at most "
        f"{seen.people.most} people at once."
    )
    yield from _conditions(seen)
    heights = seen.people.heights
    if len(heights) < PEOPLE:
        yield f"{len(heights)} sightings of people say nothing yet of how high they are."
        yield from _fitness(machine, None, calibrated)
        return
    yield from _mask(seen.people.top)
    sizes = sorted(next(m.sizes for m in builtin_models() if m.task == "pose"))
    wanted = max(voted.definition.person_px for voted in shipped_definitions())
    for size in sizes:
        half = _pixels(seen, size, 50)
        yield (
            f"With the input {size[0]}x{size[1]}, half of the people are {half:.0f} pixels high or "
            f"more, nine in ten {_pixels(seen, size, 10):.0f} or more."
        )
    fit = [size for size in sizes if _pixels(seen, size, 50) >= wanted]
    best = fit[0] if fit else SURVEY_INPUT
    enough = "enough for" if fit else "still short of"
    yield (
        f"Suggested: engine.pose_input {list(best)}, {enough} the {wanted} pixels that the most "
        "demanding definition needs."
    )
    yield from _fitness(machine, _pixels(seen, best, 50), calibrated)
    if not calibrated:
        yield from _by_people()


def _conditions(seen: Surveyed) -> Iterator[str]:
    """Whether enough of what the camera will live through was seen."""
    darkest, brightest = seen.brightness
    yield (
        f"Light: mean grey levels from {darkest:.0f} to {brightest:.0f} of 255. Weather is not "
        "told from pictures: survey again in rain, and with the sun low."
    )
    if darkest >= DARK:
        yield "Only daylight was seen: survey again at night before a use that runs at night."
    elif brightest < DARK:
        yield "Only darkness was seen: survey again by day."
    if seen.people.most < BUSY:
        yield "No crowd was seen: survey again at the busiest hour."


def _mask(top: float) -> Iterator[str]:
    """What may be masked above the heads of all."""
    share = MASK_STEP * (int(top / MASK_STEP) - 1)
    if share > 0:
        ring = [[0, 0], [1, 0], [1, round(share, 2)], [0, round(share, 2)]]
        yield (
            f"Nobody was seen in the upper {share:.0%} of the picture, where windows often are. "
            f"A mask for it: {[ring]}"
        )


def _fitness(machine: Equipment, person_px: float | None, calibrated: bool) -> Iterator[str]:
    """What the gate would say of each definition that ships; the rate is known once one runs."""
    models = machine.models or {}
    profile = Profile(None, person_px, machine.precision, models, machine.tasks, calibrated)
    against = {
        voted.definition.event: unfit(voted.definition, profile, machine.demands(voted.definition))
        for voted in shipped_definitions()
    }
    fit = [event for event, reasons in against.items() if not reasons]
    yield f"Fit, by what was seen, for {', '.join(fit)}." if fit else "Fit for nothing that ships."
    for event, reasons in against.items():
        if reasons:
            yield f"Not fit for {event}: {'; '.join(reasons)}."


def _by_people() -> Iterator[str]:
    """Which events measure distances that this camera cannot tell exactly."""
    rough = [
        voted.definition.event
        for voted in shipped_definitions()
        if issubclass(DETECTORS[voted.definition.detector].parameters, MeasuredByPeople)
    ]
    if rough:
        yield (
            f"{', '.join(rough)} measure the ground: until it is calibrated (--view, --height), "
            "people are their yardstick, which is rough."
        )


def _pixels(seen: Surveyed, size: tuple[int, int], percentile: float) -> float:
    """How high people are in an input of this height and width."""
    width, height = seen.size
    scale = min(size[0] / height, size[1] / width)
    return float(np.percentile(seen.people.heights, percentile) * height * scale)
