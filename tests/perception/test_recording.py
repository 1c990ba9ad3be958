"""Recordings: what was observed can be observed again."""

from pathlib import Path

import pytest

from beffroi.errors import BadInput
from beffroi.perception.observation import Observation, Track
from beffroi.perception.recording import record, replay

SEEN = [
    Observation(
        "c1", t, None, (640, 360), 0.25, True,
        (Track("0123abcd", "car", (1.0, 2.0, 30.0, 40.5), 0.5, None, (1.5, 2.5), 0.25, 3),),
    )
    for t in (0.0, 0.5, 1.0)
]  # fmt: skip


@pytest.mark.parametrize("suffix", [".jsonl", ".obs"])
def test_a_recording_replays_as_it_was(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    record(path, SEEN)
    assert list(replay(path)) == SEEN


@pytest.mark.parametrize("suffix", [".jsonl", ".obs"])
def test_a_recording_cut_short_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    record(path, SEEN)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(BadInput):
        list(replay(path))


@pytest.mark.parametrize("name", ["clip.mp4", "clip"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"\.jsonl or \.obs"):
        record(tmp_path / name, SEEN)


def test_a_missing_recording_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        list(replay(tmp_path / "none.obs"))
