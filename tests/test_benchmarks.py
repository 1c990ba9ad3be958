"""What benchmarks stand on: cameras that send what was filmed and when, slopes, plots."""

import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from packaging.requirements import Requirement

from beffroi.capture.container import open_rtsp
from benchmarks.cameras import FU_A, PAYLOAD, Film, phase, sent_at, street
from benchmarks.capacity import LATE, Step, slope
from benchmarks.films import FPS
from benchmarks.latency import percentiles
from scripts import drawing, sbom
from tests.capture import films

ROOT = Path(__file__).parent.parent
NEW_UNIT = 0x80


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of somebody who crosses a street."""
    path = tmp_path_factory.mktemp("film") / "walker.mp4"
    return films.film(path, films.walk(films.street(), 2 * FPS), gop=2 * FPS)


def test_payloads_put_together_are_the_film(walker: Path) -> None:
    with av.open(str(walker)) as film:
        sent = [bytes(packet) for packet in film.demux(video=0) if packet.size]
    cut = Film.read(walker)
    assert max(len(each) for picture in cut.pictures for each in picture) <= PAYLOAD + 2
    assert any(each[0] & 0x1F == FU_A for each in cut.pictures[0])
    assert [together(picture) for picture in cut.pictures] == sent


def together(payloads: Iterable[bytes]) -> bytes:
    """The units of a picture as they lie in an MP4, each behind its length (RFC 6184, 5.8)."""
    units: list[bytes] = []
    for payload in payloads:
        if payload[0] & 0x1F != FU_A:
            units.append(payload)
        elif payload[1] & NEW_UNIT:
            units.append(bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) + payload[2:])
        else:
            units[-1] += payload[2:]
    return b"".join(len(unit).to_bytes(4) + unit for unit in units)


def test_a_camera_sends_the_film(walker: Path) -> None:
    with av.open(str(walker)) as film:
        filmed = [picture.to_ndarray() for picture in islice(film.decode(video=0), 5)]
    seen: list[NDArray[np.generic]] = []
    with street([walker]) as cameras, open_rtsp(cameras.address("walker", 0)) as video:
        packets = video.packets()
        while len(seen) < len(filmed):
            seen += [picture.to_ndarray() for picture in video.decode(next(packets))]
    assert np.array_equal(seen[: len(filmed)], filmed)


def test_a_picture_was_sent_on_the_grid_of_its_camera() -> None:
    for number in range(10):
        sent = sent_at(1000.0 + phase(number), phase(number))
        assert sent_at(sent + 0.9 / FPS, phase(number)) == pytest.approx(sent)
        assert sent_at(sent + 1.1 / FPS, phase(number)) == pytest.approx(sent + 1 / FPS)
    assert len({phase(number) for number in range(8)}) == 8


def test_what_a_camera_takes_is_the_slope_of_what_was_on_time() -> None:
    steps = [Step(n, 0.0, 0.4 + 0.1 * n, 300 + 20 * n, 0.01) for n in (1, 2, 3)]
    late = Step(9, 2 * LATE, 9.0, 9000.0, 0.01)
    assert slope([*steps, late], "busy") == pytest.approx(0.1)
    assert slope([*steps, late], "memory_mb") == pytest.approx(20)
    assert slope([steps[0], late], "busy") is None


def test_percentiles_are_in_milliseconds_and_none_of_nothing() -> None:
    assert percentiles([0.1, 0.2, 0.3])["latency_p50_ms"] == 200
    assert set(percentiles([]).values()) == {None}


def test_the_peers_lock_holds_what_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        (r := Requirement(line)).name: r.specifier for line in project["dependency-groups"]["peers"]
    }
    pinned = dict(sbom.locked(ROOT / "requirements" / "peers.txt"))
    assert pinned.keys() == asked.keys()
    assert all(asked[name].contains(version) for name, version in pinned.items())


@pytest.mark.parametrize(("most", "end"), [(0.0, 1), (0.9, 1), (1.1, 1.2), (7, 8), (850, 1000)])
def test_an_axis_ends_above_all_that_it_shows(most: float, end: float) -> None:
    assert drawing.highest([most, 0]) == pytest.approx(end)


def test_plots_say_what_they_show_and_keep_within_themselves() -> None:
    both = (
        drawing.bars(
            "A < B",
            "s",
            {"busy": {"ours": 0.1, "theirs": 0.2}, "empty": {"ours": 0, "theirs": 0.1}},
        ),
        drawing.lines("A < B", "cameras", "MB", {"MB": [(1, 20.0), (7, 190.0)]}),
    )
    for plot in both:
        root = ET.fromstring(plot)
        assert (root[0].text or "").startswith("A < B")
        width, height = (float(side) for side in root.attrib["viewBox"].split()[2:])
        for shape in root.iter():
            x, y = (float(shape.attrib.get(name, 0)) for name in ("x", "y"))
            assert 0 <= x + float(shape.attrib.get("width", "0").rstrip("%")) <= width
            assert 0 <= y <= height
