"""`beffroi watch`: what it finds, prints, writes and refuses."""

import json
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from beffroi.cli.watch import _print, app
from beffroi.errors import BadInput, NotAuthorised
from beffroi.evaluation.watch import Summary, choose_definitions
from beffroi.evaluation.zones import read_zones
from beffroi.events.detector import Zones
from beffroi.simulation import Scene, write_clip


@pytest.fixture(scope="module")
def fall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nineteen seconds of the park, with one fall and its twins."""
    path = tmp_path_factory.mktemp("clips") / "park.mp4"
    write_clip(Scene.create("park", 1), 19, path, None)
    return path


def lines(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.usefixtures("models")
def test_a_fall_is_found_printed_and_drawn(fall: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.mp4"
    arguments = [str(fall), "--events", "fall", "--json"]
    result = CliRunner().invoke(app, [*arguments, "--save", str(overlay)])
    assert result.exit_code == 0, result.output
    *found, summary = lines(result.stdout)
    assert [(row["type"], row["event"]) for row in found] == [("detection", "fall")]
    assert found[0].keys() >= {"start_s", "end_s", "score", "tracks"}
    assert summary["type"] == "summary"
    assert summary["detections"] == 1
    assert summary.keys() >= {"frames_in", "frames_analysed", "seconds", "fps"}
    with av.open(str(overlay)) as video:
        assert sum(1 for _ in video.decode(video=0)) > 100


def test_a_clip_is_not_written_over(fall: Path) -> None:
    before = fall.read_bytes()
    other = fall.parent / ".." / fall.parent.name / fall.name
    refused = CliRunner().invoke(app, [str(fall), "--save", str(other)])
    assert isinstance(refused.exception, BadInput)
    assert fall.read_bytes() == before


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("clip", "events", "parameters"),
    [
        ("fall/gmdcsa24/s4_fall_01.mp4", "fall", ["--param", "fall.stay_ms=1000"]),
        ("fall/upfall/a03_s1_t1_cam1.mp4", "fall", []),
        ("fight/fight/fi054.mp4", "strike", []),
    ],
)
def test_real_clips(real_data: Path, clip: str, events: str, parameters: list[str]) -> None:
    arguments = [str(real_data / clip), "--events", events, "--json", *parameters]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert any(row.get("event") == events for row in lines(result.stdout))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["rtsp://10.0.0.1/stream"], NotAuthorised),
        (["missing.mp4"], BadInput),
        (["x.mp4", "--events", "theft"], BadInput),
        (["x.mp4", "--events", "intrusion"], BadInput),
        (["x.mp4", "--param", "fall.speed=1"], BadInput),
        (["x.mp4", "--param", "fall"], BadInput),
        (["x.mp4", "--param", "fall.stay_ms=-1"], BadInput),
        (["x.mp4", "--size", "10x10"], BadInput),
        (["x.mp4", "--zones", "missing.json"], BadInput),
    ],
)
@pytest.mark.usefixtures("models")
def test_bad_input_is_refused(arguments: list[str], error: type[Exception]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, error)


@pytest.mark.parametrize(("found", "said"), [(0, "nothing found in"), (2, "2 found in")])
def test_a_person_is_told_what_was_looked_for(
    found: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = Summary(100, 50, 20.0, 4.0, 25.0, found, {})
    _print(iter([summary]), as_json=False, events=["fall", "strike"])
    assert f"Looked for fall, strike; {said} 20.0 s" in " ".join(capsys.readouterr().out.split())


def test_without_events_all_that_need_no_drawing() -> None:
    line = Zones(lines={"gate": ((0.0, 0.5), (1.0, 0.5))})
    names = [d.event for d in choose_definitions(None, Zones())]
    assert {"fall", "gathering", "running", "strike"} <= set(names)
    assert not {"intrusion", "wrong_way"} & set(names)
    assert "intrusion" in [d.event for d in choose_definitions(None, line)]


@pytest.mark.parametrize(
    "text",
    [
        '{"forbidden": {"rails": [[0.5, 0.5], [1, 0.5], [1, 1]]}}',
        '{"image_size": [200, 100], "zones": {"rails": [[100, 50], [200, 50], [200, 100]]},'
        ' "video": "x.avi", "rule": "feet"}',
    ],
    ids=["fractions", "pixels"],
)
def test_zones_in_fractions_and_in_pixels(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zones.json"
    path.write_text(text)
    assert read_zones(path) == Zones(forbidden={"rails": ((0.5, 0.5), (1, 0.5), (1, 1))})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"forbiden": {}}',
        '{"forbidden": {"a": [[0, 0], [1, 1]]}}',
        '{"forbidden": {"a": [[0, 0], [1, 1], [0, 0]]}}',
        '{"forbidden": {"a": [[0, 0], [100, 0], [100, 100]]}}',
        '{"lines": {"a": [[0.5, 0.5], [0.5, 0.5]]}}',
        '{"forbidden": {"a": [[0, 0], [1, 0], [1, null]]}}',
    ],
    ids=["empty", "list", "key", "two points", "no area", "pixels", "no length", "null"],
)
def test_zones_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zones.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"zones\.json"):
        read_zones(path)
