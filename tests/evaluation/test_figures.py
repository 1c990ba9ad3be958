"""The arithmetic of the figures."""

from pathlib import Path

import numpy as np
import pytest

from beffroi.evaluation.figures import (
    auc,
    clip_figures,
    recall_at_5_percent,
    visits_found,
    with_interval,
)
from beffroi.evaluation.labels import Clip
from beffroi.events.detector import Detection


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([3, 2, 1, 0], 1.0), ([0, 1, 2, 3], 0.0), ([1, 1, 1, 1], 0.5), ([2, 0, 1, 0], 0.625)],
)
def test_auc(scores: list[float], expected: float) -> None:
    event = np.array([True, True, False, False])
    assert auc(event, np.array(scores, float)) == expected


def clips(count: int, scenes: int) -> list[Clip]:
    return [
        Clip(str(i), Path(f"{i}.mp4"), f"scene{i % scenes}", i % 2 == 0, "") for i in range(count)
    ]


def test_few_scenes_make_a_wide_interval() -> None:
    def width(scenes: int) -> float:
        right = np.array([int(clip.scene[5:]) % 3 > 0 for clip in clips(120, scenes)])
        names = [clip.scene for clip in clips(120, scenes)]
        figure = with_interval("accuracy", names, lambda at: float(right[at].mean()))
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
        return figure.high - figure.low

    assert width(4) > 2 * width(60)


def test_clip_figures() -> None:
    flagged = [clip.event and i > 2 for i, clip in enumerate(clips(10, 5))]
    values = {f.name: f.value for f in clip_figures(clips(10, 5), flagged)}
    assert values["accuracy"] == pytest.approx(0.8)
    assert values["recall"] == pytest.approx(0.6)
    assert values["false_positive_rate"] == 0


def test_visits(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        "zone,person_id,first_frame,last_frame,start_s,end_s,borderline\n"
        "a,1,0,90,0,9,0\na,2,0,9,20,21,1\nb,3,0,9,30,39,0\n"
    )
    found = [Detection("intrusion", t, t + 1, 1, ("1",), 1, "a") for t in (0.5, 20.2, 50.0)]
    assert visits_found(found, path) == (1, 2, 1)


@pytest.mark.parametrize(
    ("innocent", "recall"),
    [
        ([0.1] * 20, 1.0),
        ([0.1] * 19 + [0.95], 1.0),  # one of twenty may be flagged
        ([0.1] * 18 + [0.55, 0.95], 0.5),
        ([0.95] * 20, 0.0),
    ],
)
def test_recall_where_one_in_twenty_is_flagged(innocent: list[float], recall: float) -> None:
    events = [0.5, 0.9]
    event = np.array([True] * len(events) + [False] * len(innocent))
    assert recall_at_5_percent(event, np.array(events + innocent)) == recall


def test_recall_of_nothing_is_no_number() -> None:
    assert np.isnan(recall_at_5_percent(np.array([True]), np.array([0.5])))
