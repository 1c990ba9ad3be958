"""IDF1 on cases that can be counted by hand."""

import gzip
from pathlib import Path

import pytest

from beffroi.evaluation.identity import identity, read_boxes
from beffroi.perception.observation import Observation, Track

BOXES = {"a": (0.0, 0.0, 10.0, 20.0), "b": (100.0, 0.0, 110.0, 20.0)}


def seen(ids: list[dict[str, str]]) -> list[Observation]:
    """For each frame, the track id given to each person."""
    return [
        Observation(
            camera="c",
            t=i / 10,
            at=None,
            size=(640, 480),
            motion=0,
            analysed=True,
            tracks=tuple(
                Track(name, "person", BOXES[who], 1, None, None, 0, 0) for who, name in row.items()
            ),
        )
        for i, row in enumerate(ids)
    ]


TRUTH = {i: {1: BOXES["a"], 2: BOXES["b"]} for i in range(4)}


@pytest.mark.parametrize(
    ("ids", "idf1", "recall"),
    [
        ([{"a": "01", "b": "02"}] * 4, 1.0, 1.0),
        ([{"a": "01", "b": "02"}] * 3 + [{"a": "02", "b": "01"}], 0.75, 1.0),
        ([{"a": "01"}] * 4, 2 * 4 / 12, 0.5),
        ([{}] * 4, 0.0, 0.0),
    ],
    ids=["perfect", "swapped once", "one missed", "nothing"],
)
def test_idf1(ids: list[dict[str, str]], idf1: float, recall: float) -> None:
    result = identity(TRUTH, seen(ids), fps=10)
    assert result.idf1 == pytest.approx(idf1)
    assert result.recall == recall
    assert result.people == 2


def test_annotations_are_read(tmp_path: Path) -> None:
    path = tmp_path / "truth.xml.gz"
    path.write_bytes(
        gzip.compress(
            b'<d><frame number="3"><objectlist><object id="7">'
            b'<box h="20" w="10" xc="5" yc="10"/></object></objectlist></frame></d>'
        )
    )
    assert read_boxes(path) == {3: {7: BOXES["a"]}}
