"""`beffroi evaluate` on folders that it has never seen."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from beffroi.cli.evaluate import app
from beffroi.errors import BadInput
from beffroi.simulation import Scene, write_clip

CLIPS = {"fallen.mp4": ("park", 1, 18, "fall_forward"), "empty.mp4": ("street", 1, 2, "walking")}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two films with and without a fall, and a third whose count nobody has written down."""
    folder = tmp_path_factory.mktemp("clips")
    rows = ["file,label,start_s,end_s,weather"]
    for name, (scene, seed, seconds, label) in CLIPS.items():
        write_clip(Scene.create(scene, seed), seconds, folder / name)
        rows.append(f"{name},{label},,,sunny")
    write_clip(Scene.create("square", 1), 2, folder / "crowd.mp4")
    (folder / "fall").mkdir()
    for name in CLIPS:
        (folder / name).rename(folder / "fall" / name)
    (folder / "fall" / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "people").mkdir()
    (folder / "crowd.mp4").rename(folder / "people" / "crowd.mp4")
    (folder / "people" / "labels.csv").write_text("file,label\ncrowd.mp4,people_count\n")
    return folder


@pytest.mark.usefixtures("models")
def test_figures_of_films_and_each_file(collection: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    kept = ["--recordings", str(tmp_path / "kept")]
    for folder in (collection, collection / "fall"):
        arguments = ["fall", str(folder), "--json", "--report", str(page), *kept]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        shown = json.loads(result.stdout)
        assert shown["task"] == "fall"
        assert shown["n"] == 2
        assert shown["recall"] == shown["auc"] == shown["accuracy"] == 1
        assert shown["recall_at_5_percent"] == 1
        assert shown["false_positive_rate"] == 0
        assert shown["false_alarms_per_day"] is None
        assert shown["mean_abs_error"] is None
        assert shown["interval_95"].keys() >= {"auc", "recall"}
        assert shown["configuration"]["rate_hz"] == 8
        assert [(f["file"], f["predicted"]) for f in shown["files"]] == [
            ("fallen.mp4", True),
            ("empty.mp4", False),
        ]
    assert len(list((tmp_path / "kept").iterdir())) == 2, "looked at once and kept"
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "fallen.mp4" in text


@pytest.mark.usefixtures("models")
def test_people_are_counted_where_somebody_counted(collection: Path, tmp_path: Path) -> None:
    arguments = ["count", str(collection), "--json", "--recordings", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, BadInput)
    scene = Scene.create("square", 1)
    rows = [f"{i},{len(scene.state(i / 25).people)}" for i in range(50)]
    counts = collection / "people" / "crowd_counts.csv"
    counts.write_text("frame,people\n" + "\n".join(rows) + "\n")
    shown = json.loads(CliRunner().invoke(app, arguments).stdout)
    counts.unlink()
    assert shown["n"] == 1
    assert 0 <= shown["mean_abs_error"] <= 1


@pytest.mark.usefixtures("models")
def test_people_may_be_counted_between_the_pictures_that_are_analysed(
    collection: Path, tmp_path: Path
) -> None:
    counts = collection / "people" / "crowd_counts.csv"
    arguments = ["count", str(collection), "--json", "--recordings", str(tmp_path)]
    for frames, n in (((13, 27), 1), ((400,), None)):
        counts.write_text("frame,people\n" + "".join(f"{frame},3\n" for frame in frames))
        result = CliRunner().invoke(app, arguments)
        assert json.loads(result.stdout)["n"] if n else isinstance(result.exception, BadInput)
    counts.unlink()


@pytest.mark.parametrize("arguments", [["theft", "."], ["fall", "missing"], ["all", "missing"]])
@pytest.mark.usefixtures("models")
def test_what_cannot_be_evaluated_is_refused(arguments: list[str], tmp_path: Path) -> None:
    task, folder = arguments
    given = [task, str(tmp_path / folder), "--recordings", str(tmp_path / "kept")]
    assert isinstance(CliRunner().invoke(app, given).exception, BadInput)


@pytest.mark.usefixtures("models")
def test_all_leaves_out_what_a_folder_lacks_and_judges_the_rest(
    collection: Path, tmp_path: Path
) -> None:
    arguments = ["all", str(collection), "--json", "--recordings", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert [(row["task"], row["folder"]) for row in shown] == [("fall", "fall")]
    assert "count is left out" in result.stderr
