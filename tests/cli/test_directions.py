"""A direction that most go is proposed where it is sure, and changes nothing."""

import json
from pathlib import Path

import pytest

from beffroi.cli.directions import _prevails, _print, _row, _write
from beffroi.errors import BadInput
from beffroi.events.detector import Zones
from beffroi.events.direction import Direction
from beffroi.events.drawn import read_drawn
from tests.cli.office import Office

LINE = ((0.1, 0.5), (0.4, 0.5))
LANE = ((0.0, 0.2), (1.0, 0.2), (1.0, 1.0))


@pytest.mark.parametrize(
    ("along", "ways", "proposed"),
    [(19, 19, False), (20, 20, True), (38, 40, True), (36, 40, False), (500, 1000, False)],
)
def test_a_direction_is_proposed_where_it_surely_prevails(
    along: int, ways: int, proposed: bool
) -> None:
    assert _prevails(Direction(LINE, along, ways)) == proposed


@pytest.mark.parametrize("ways", [None, 1, 19])
def test_few_ways_are_not_told_apart(ways: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    direction = None if ways is None else Direction(LINE, ways, ways)
    assert _row("lane", direction) == {"zone": "lane", "fewer_than": 20, "proposed": False}
    _print({"lane": LANE}, {} if direction is None else {"lane": direction})
    said = capsys.readouterr().out
    assert "fewer than 20" in said
    assert f"of {ways})" not in said


def test_what_is_written_can_be_drawn_on_a_use(tmp_path: Path) -> None:
    out = tmp_path / "directions.json"
    drawn = Zones(forbidden={"lane": LANE, "square": LANE})
    _write(out, drawn, {"lane": Direction(LINE, 30, 30)})
    assert read_drawn(json.loads(out.read_text())) == Zones((), {"lane": LANE}, {"lane": LINE})
    with pytest.raises(BadInput, match="cannot be written"):
        _write(out, drawn, {"lane": Direction(LINE, 30, 30)})
    with pytest.raises(BadInput, match="no direction prevails"):
        _write(tmp_path / "none.json", drawn, {})


@pytest.mark.usefixtures("models")
def test_a_camera_is_looked_through_only_under_a_commissioning(office: Office) -> None:
    office.enter("road", "sim://road?seed=1")
    refused = office.run("use propose-direction road --seconds 2", "tech", code=1)
    assert "may not be opened" in refused.err
    office.run("camera commission road --reason directions", "tech")
    before = office.entries()
    (row,) = json.loads(office.run("use propose-direction road --seconds 2 --json", "tech").out)
    assert row["zone"] == "direction"
    assert not row["proposed"]
    assert office.entries() == [*before, "camera.looked"]
