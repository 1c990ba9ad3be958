"""Running and motions of crowds on the measured ways of real people: laboratories and a street."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from beffroi.evaluation.tasks.density import read_walk
from beffroi.perception.observation import Observation
from tests.events.shipped import VOTED, detector
from tests.events.stick import STANDING, Pose, observation, run, track


def walked(path: Path, hz: float) -> Iterator[Observation]:
    """Tracks of a PeTrack file; people keep their number in its rows."""
    rows = np.array(
        [
            line.split()[:4]
            for line in gzip.decompress(path.read_bytes()).decode().splitlines()
            if line[0] != "#"
        ],
        float,
    )
    moments = read_walk(path)
    ids = [rows[rows[:, 1] == frame][:, 0] for frame in np.unique(rows[:, 1])]
    due = -np.inf
    for (t, places), who in zip(sorted(moments.items()), ids, strict=True):
        if t >= due:
            due = t + 1 / hz - 1e-6
            yield people(t, who, places)


def strolled(path: Path, hz: float) -> Iterator[Observation]:
    """Tracks of a UCY file: frame, number, x, z, y in metres, every tenth of 25 frames a second."""
    rows = np.array(
        [line.split() for line in gzip.decompress(path.read_bytes()).splitlines()], float
    )
    ways = [rows[rows[:, 1] == who] for who in np.unique(rows[:, 1])]
    for t in np.arange(rows[:, 0].min(), rows[:, 0].max(), 25 / hz) / 25:
        here = []
        for one in ways:
            if one[0, 0] <= 25 * t <= one[-1, 0]:
                x, y = (np.interp(25 * t, one[:, 0], one[:, axis]) for axis in (2, 4))
                here.append((one[0, 1], x, y))
        found = np.array(here).reshape(-1, 3)
        yield people(float(t), found[:, 0], found[:, 1:])


def people(t: float, who: Pose, places: Pose) -> Observation:
    return observation(
        t,
        *(
            track(STANDING, (300, 300), who=f"{int(i):08x}", ground=(x, y))
            for i, (x, y) in zip(who.tolist(), places.tolist(), strict=True)
        ),
    )


@pytest.mark.parametrize(
    ("name", "event", "there"),
    [
        ("juelich/bi_corr_400_b_03.txt.gz", "crowd_motion", True),
        ("juelich/uo-180-180-070.txt.gz", "crowd_motion", False),
        ("ucy/zara01_obsmat.txt.gz", "crowd_motion", False),
        ("ucy/zara01_obsmat.txt.gz", "running", False),
    ],
)
def test_two_flows_in_a_corridor_are_found_and_a_street_is_silent(
    real_data: Path, name: str, event: str, there: bool
) -> None:
    path = real_data / "crowd" / name
    seen = (strolled if "ucy" in name else walked)(path, VOTED[event].definition.rate_hz)
    assert bool(run(detector(event), seen)) is there
