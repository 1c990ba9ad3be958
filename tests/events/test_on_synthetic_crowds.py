"""Running, density and motions of crowds on the true places of synthetic crowds, shaken."""

from collections.abc import Sequence

import pytest

from tests.events.crowds import judged


@pytest.mark.parametrize(
    ("scene", "event", "seeds"),
    [
        ("forecourt", "running", (1, 2)),
        ("crowd", "crowd_motion", (1, 2, 7)),
        ("crowd", "density", (4,)),
        ("forecourt", "crowd_motion", (1,)),
        ("forecourt", "density", (1,)),
    ],
)
def test_every_event_is_found_and_nothing_else(
    scene: str, event: str, seeds: Sequence[int]
) -> None:
    for seed in seeds:
        hits, there, stray = judged(scene, seed, event, seconds=34)
        assert (hits, stray) == (there, 0)
