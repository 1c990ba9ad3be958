"""Crossings counted on films of the synthetic road, against a table of them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from beffroi.cli.evaluate import app
from beffroi.cli.watch import app as watch
from beffroi.errors import BadInput
from beffroi.simulation import Scene, write_clip

SECONDS = 10
LINE_PX = 176
"""Where 16 metres are in a picture of 640 x 360 pixels."""


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of a road, and another film whose crossings nobody has written down."""
    folder = tmp_path_factory.mktemp("road")
    scene = Scene.create("road", 22)
    scene.fps = 5
    write_clip(scene, SECONDS, folder / "road.mp4")
    (folder / "other.mp4").write_bytes((folder / "road.mp4").read_bytes())
    (folder / "labels.csv").write_text(
        "file,label,scene\nroad.mp4,vehicle_count_two_way,road\nother.mp4,vehicle_count,road\n"
    )
    return folder


def evaluated(folder: Path, table: list[str], kept: Path) -> object:
    rows = "\n".join(["line,direction,frame_about", *table])
    (folder / "road_line.csv").write_text(rows + "\n", encoding="utf-8")
    arguments = ["traffic", str(folder), "--json", "--recordings", str(kept)]
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, BadInput):
        return result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("models")
def test_each_line_and_direction_has_its_error(road: Path, tmp_path: Path) -> None:
    shown = evaluated(road, [f"y={LINE_PX},up,5", f"y={LINE_PX},down,9"], tmp_path)
    assert isinstance(shown, dict)
    assert shown["n"] == 2
    counted = {row["direction"]: row["counted"] for row in shown["configuration"]["lines"]}
    assert sum(counted.values()) > 0
    errors = [abs(number - 1) for number in counted.values()]
    assert shown["mean_abs_error"] == pytest.approx(sum(errors) / 2, abs=1e-4)
    files = {row["file"]: row for row in shown["files"]}
    assert files["road.mp4"]["predicted"] == sum(counted.values())
    assert files["other.mp4"]["score"] is None
    assert shown["stray"] == 0


@pytest.mark.usefixtures("models")
def test_what_nobody_drove_is_stray_and_a_named_line_is_the_middle(
    road: Path, tmp_path: Path
) -> None:
    both = evaluated(road, ["y=180,up,5", "y=180,down,5"], tmp_path)
    one = evaluated(road, ["main,up,5"], tmp_path)
    assert isinstance(both, dict)
    assert isinstance(one, dict)
    up, down = (row["counted"] for row in both["configuration"]["lines"])
    assert one["configuration"]["lines"][0]["counted"] == up
    assert one["stray"] == down
    assert up + down > 0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (["y=100,northwards,5"], "'northwards' is not one of up, down, left, right"),
        (["x=100,up,5"], "Nobody crosses the line x=100 by going up"),
    ],
)
@pytest.mark.usefixtures("models")
def test_directions_that_cannot_be_are_refused(
    road: Path, tmp_path: Path, table: list[str], message: str
) -> None:
    refused = evaluated(road, table, tmp_path)
    assert isinstance(refused, BadInput)
    assert message in str(refused)


@pytest.mark.usefixtures("models")
def test_a_watched_film_says_what_was_counted(road: Path) -> None:
    arguments = [str(road / "road.mp4"), "--events", "traffic", "--json", "--seconds", "2"]
    (line,) = CliRunner().invoke(watch, arguments).stdout.splitlines()
    summary = json.loads(line)
    assert summary["detections"] == 0
    assert summary["counted"].keys() >= {"traffic:occupied_seconds", "traffic:queue_seconds"}
