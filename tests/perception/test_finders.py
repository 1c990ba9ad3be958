"""One look serves all uses of a camera; each is shown only what it asked for."""

import numpy as np
import pytest

from beffroi.perception.finders import Need, shown
from beffroi.perception.observation import Observation, Region, Track

BOX = (1.0, 2.0, 3.0, 4.0)


def track(id_: str, kind: str) -> Track:
    return Track(id_, kind, BOX, 0.9, None, None, 0.1, 5)


WHOLE = Observation(
    camera="c1",
    t=1.0,
    at=None,
    size=(640, 360),
    motion=0.1,
    analysed=True,
    tracks=(track("00000001", "person"), track("00000002", "car")),
    regions=(
        Region("00000003", "still", BOX, 0.5, 0.0, "00000001"),
        Region("00000004", "flame", BOX, 0.5, 0.0, None),
        Region("00000005", "smoke", BOX, 0.5, 0.0, None),
    ),
    flow=np.zeros((2, 2, 2), np.float32),
)


@pytest.mark.parametrize(
    ("needs", "ids", "flow"),
    [
        ([], [], False),
        ([Need.PEOPLE], ["1"], False),
        ([Need.OBJECTS], ["2"], False),
        ([Need.STILL], ["3"], False),
        ([Need.FIRE], ["4", "5"], False),
        ([Need.FLOW], [], True),
        (list(Need), ["1", "2", "3", "4", "5"], True),
    ],
)
def test_nobody_is_shown_what_somebody_else_asked_for(
    needs: list[Need], ids: list[str], flow: bool
) -> None:
    seen = shown(WHOLE, needs)
    found = [track.id[-1] for track in seen.tracks] + [region.id[-1] for region in seen.regions]
    assert found == ids
    assert (seen.flow is not None) is flow
    assert (seen.t, seen.size, seen.analysed) == (WHOLE.t, WHOLE.size, WHOLE.analysed)
