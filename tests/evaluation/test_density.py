"""Density of laboratory crowds, against arithmetic that is known and against PedPy."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from beffroi.cli.evaluate import app
from beffroi.evaluation.tasks.density import compared, read_walk, voronoi_density

STEPS = np.stack(np.meshgrid(np.arange(9) * 0.5, np.arange(9) * 0.5), axis=-1).reshape(-1, 2)
"""Four people per square metre."""


def written(path: Path, heading: str, scale: float, frames: int = 48) -> Path:
    """A room full of people who stand loosely and sway."""
    chance = np.random.default_rng(4)
    places = np.stack(np.meshgrid(np.arange(24) / 4, np.arange(24) / 4), -1).reshape(-1, 2)[::2]
    places = places + chance.uniform(-0.1, 0.1, places.shape)
    lines = [heading] if heading else []
    for frame in range(frames):
        sway = chance.normal(0, 0.02, places.shape)
        lines += [
            f"{i} {frame} {x:.4f} {y:.4f} 1.7"
            for i, (x, y) in enumerate(((places + sway) * scale).tolist(), 1)
        ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_heads_are_counted_where_they_stand_in_rows() -> None:
    circle = shapely.Point(2, 2).buffer(1)
    walls = shapely.box(-0.25, -0.25, 4.25, 4.25)
    assert voronoi_density(STEPS, walls, circle) == pytest.approx(4, rel=1e-3)


@pytest.mark.parametrize(
    ("heading", "scale", "seconds"),
    [("", 100.0, 3.0), ("# framerate: 25 fps\n# id frame x/m y/m z/m", 1.0, 1.92)],
)
def test_files_say_their_units(heading: str, scale: float, seconds: float, tmp_path: Path) -> None:
    walk = read_walk(written(tmp_path / "walk.txt.gz", heading, scale))
    assert len(walk) == 48
    assert max(walk) == pytest.approx(seconds, abs=0.1)
    assert np.ptp(walk[0.0], axis=0).tolist() == pytest.approx([5.8, 5.8], abs=0.3)
    ours, theirs = compared(walk, 2)
    assert theirs == pytest.approx(np.full(len(theirs), 8.0), rel=0.1)
    assert ours == pytest.approx(theirs, rel=0.05)


def test_pedpy_comes_to_the_same() -> None:
    """PedPy is what researchers of pedestrian traffic use; it weighs a quarter of a gigabyte."""
    pedpy = pytest.importorskip("pedpy", reason="`make bench` installs what we compare with")
    pandas = pytest.importorskip("pandas")
    circle, walls = shapely.Point(2, 2).buffer(1), shapely.box(-0.3, -0.3, 4.3, 4.3)
    chance = np.random.default_rng(1)
    moments = [chance.uniform(0, 4, (n, 2)) for n in (20, 40, 60)]
    rows = [
        (who, t, *place) for t, people in enumerate(moments) for who, place in enumerate(people)
    ]
    walks = pedpy.TrajectoryData(
        data=pandas.DataFrame(rows, columns=["id", "frame", "x", "y"]), frame_rate=1.0
    )
    cells = pedpy.compute_individual_voronoi_polygons(
        traj_data=walks, walkable_area=pedpy.WalkableArea(walls)
    )
    theirs, _ = pedpy.compute_voronoi_density(
        individual_voronoi_data=cells, measurement_area=pedpy.MeasurementArea(circle)
    )
    density = theirs.reset_index().sort_values("frame")["density"].to_numpy()
    assert [voronoi_density(people, walls, circle) for people in moments] == pytest.approx(density)


@pytest.mark.usefixtures("models")
def test_a_folder_is_evaluated(tmp_path: Path) -> None:
    written(tmp_path / "walk.txt.gz", "", 100.0)
    (tmp_path / "labels.csv").write_text("file,label\nwalk.txt.gz,crowd_trajectories\n")
    result = CliRunner().invoke(app, ["density", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert shown["n"] == 1
    assert shown["mean_abs_error"] < 0.05
    assert shown["files"][0]["predicted"] is True
