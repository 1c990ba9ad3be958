"""What a survey of a new camera says, in words: what was seen, which input suits it, what for."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from beffroi.engine.setup import SURVEY_INPUT, Surveyed
from beffroi.events.shipped import shipped_definitions
from beffroi.perception.models import builtin_models

PEOPLE: Final = 20
"""Fewer sightings say nothing about the view."""
DARK: Final = 60.0
"""Mean grey level below which a picture is one of the night."""
BUSY: Final = 5


def tell(seen: Surveyed) -> Iterator[str]:
    """A line for each finding, in order of what to look at first."""
    darkest, brightest = seen.brightness
    yield (
        f"{seen.pictures} pictures of {seen.size[0]} by {seen.size[1]}; at most "
        f"{seen.people.most} people at once."
    )
    if darkest >= DARK:
        yield "Only daylight was seen: survey again at night before a use that runs at night."
    elif brightest < DARK:
        yield "Only darkness was seen: survey again by day."
    if seen.people.most < BUSY:
        yield "No crowd was seen: survey again at the busiest hour."
    heights = seen.people.heights
    if len(heights) < PEOPLE:
        yield f"{len(heights)} sightings of people say nothing yet of how high they are."
        return
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
    for voted in shipped_definitions():
        definition = voted.definition
        if _pixels(seen, best, 50) < definition.person_px:
            yield (
                f"Not fit for {definition.event}: it needs people of {definition.person_px} pixels."
            )


def _pixels(seen: Surveyed, size: tuple[int, int], percentile: float) -> float:
    """How high people are in an input of this height and width."""
    width, height = seen.size
    scale = min(size[0] / height, size[1] / width)
    return float(np.percentile(seen.people.heights, percentile) * height * scale)
