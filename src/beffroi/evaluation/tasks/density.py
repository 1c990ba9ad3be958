"""Trajectories of people who walked in a laboratory: density against cells of Voronoi.

Each person has the part of the floor that is nearest, within the walls, of which the detector is
told nothing (Steffen and Seyfried, Physica A 389, 2010). A test holds this against PedPy, which
researchers of pedestrian traffic use and which is too heavy to be installed with every city.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from beffroi.errors import BadInput
from beffroi.evaluation.figures import with_interval
from beffroi.evaluation.labels import read_labels, unzipped
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.floor import Floor

Floats = NDArray[np.float64]

LEAST: Final = 1.0
"""Sparser than this, in people per square metre, nobody asks how dense it is."""
WITHIN: Final = 0.1
"""Relative error up to which a density is right."""
_RADIUS_M: Final = 1.0
_WALL_SHARE: Final = 0.5
"""Per cent of places that lie beyond the walls: heads lean over them."""


def density(folder: Path, recordings: Recordings) -> Result:
    """Relative error of density in a circle in the middle of each laboratory's floor."""
    del recordings  # Places are given: nothing has to be looked at.
    (definition,) = choose_definitions(["density"], Zones())
    files, scenes, errors = [], [], []
    for clip in read_labels(folder, lambda label: label == "crowd_trajectories"):
        if not clip.event:
            files.append(Judged(clip.name, clip.label, None, None))
            continue
        measured, true = compared(read_walk(clip.path), definition.rate_hz)
        dense = true >= LEAST
        if not dense.any():
            files.append(Judged(clip.name, clip.label, None, None))
            continue
        error = float(np.abs(measured - true)[dense].mean() / true[dense].mean())
        errors.append(error)
        scenes.append(clip.scene)
        files.append(Judged(clip.name, clip.label, round(error, 4), error <= WITHIN))
    if not errors:
        raise BadInput(f"{folder} has no crowd_trajectories with a dense crowd.")
    values = np.array(errors)
    figure = with_interval("mean_abs_error", scenes, lambda at: float(values[at].mean()))
    facts = {
        "radius_cm": round(100 * _RADIUS_M),
        "rate_hz": definition.rate_hz,
        "least_per_m2": LEAST,
    }
    return Result("density", len(errors), {"mean_abs_error": figure}, facts, tuple(files))


def read_walk(path: Path) -> dict[float, Floats]:
    """Where people were at each moment of a PeTrack file: id, frame, x, y, z and its units.

    Returns:
        Places in metres [n, 2], by seconds.

    Raises:
        BadInput: The file cannot be read.
    """
    try:
        return _walk(unzipped(path).decode("utf-8").splitlines())
    except ValueError as error:
        raise BadInput(f"{path} holds no trajectories: {error}.") from error


def _walk(lines: Sequence[str]) -> dict[float, Floats]:
    rows = np.array([line.split()[:4] for line in lines if line and line[0] != "#"], float)
    if rows.ndim != 2 or rows.shape[1] != 4 or not np.isfinite(rows).all():
        raise ValueError("no table of id, frame, x and y")
    head = "\n".join(line for line in lines if line.startswith("#"))
    named = re.search(r"framerate: *([\d.]+)", head)
    # Files without a heading are of the HERMES experiments: sixteen pictures a second, centimetres.
    fps = float(named[1]) if named else 16.0
    if fps <= 0:
        raise ValueError("no pictures a second")
    unit = 1.0 if "x/m" in head else 0.01
    frames = rows[:, 1]
    return {float(f) / fps: rows[frames == f][:, 2:] * unit for f in np.unique(frames)}


def compared(walk: dict[float, Floats], rate_hz: float) -> tuple[Floats, Floats]:
    """Density in the middle as the detector measures it, and by Voronoi, [moments] each."""
    times = np.array(sorted(walk))
    begun = np.searchsorted(times, np.arange(times[0], times[-1], 1 / rate_hz))
    walls, middle = _laboratory(np.concatenate(list(walk.values())))
    inside = {t: p[shapely.contains_xy(walls, p)] for t, p in walk.items()}
    chosen = [float(t) for t in np.unique(times[begun]) if len(inside[float(t)]) >= 3]
    floor = Floor()
    ours = [floor.densities(t, inside[t], middle[np.newaxis], _RADIUS_M)[0] for t in chosen]
    circle = shapely.intersection(shapely.buffer(shapely.points(middle), _RADIUS_M), walls)
    true = [voronoi_density(inside[t], walls, circle) for t in chosen]
    return np.array(ours), np.array(true)


def _laboratory(places: Floats) -> tuple[shapely.Polygon, Floats]:
    """A rectangle of walls around nearly all places, and the middle of the busiest metre."""
    low, high = np.percentile(places, [_WALL_SHARE, 100 - _WALL_SHARE], axis=0)
    grid = np.floor(places)
    cells, counts = np.unique(grid, axis=0, return_counts=True)
    middle = cells[counts.argmax()] + 0.5
    # A circle that hangs over the edge of what was filmed is measured by neither.
    room = np.minimum(_RADIUS_M, (high - low) / 2)
    return shapely.box(*low, *high), np.clip(middle, low + room, high - room)


def voronoi_density(people: Floats, walls: shapely.Polygon, circle: shapely.Polygon) -> float:
    """People per square metre of a circle, of whose floor each has the nearest part.

    Args:
        people: float64 [n, 2], metres, within the walls.
        walls: What can be walked on.
        circle: Where density is measured, within the walls.
    """
    cells = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.multipoints(people), extend_to=walls.buffer(10), ordered=True
        )
    )
    own = shapely.intersection(cells, walls)
    shares = shapely.area(shapely.intersection(own, circle)) / shapely.area(own)
    return float(shares.sum() / circle.area)
