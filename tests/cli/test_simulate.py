"""`beffroi simulate`: a clip and its truth, the same for the same seed."""

import json
from pathlib import Path

import av
import pytest

from beffroi.cli import main


def film(folder: Path, seed: int) -> dict[str, object]:
    clip, truth = folder / "clip.mp4", folder / "truth.json"
    arguments = ["simulate", "square", "--seconds", "0.2", "--seed", str(seed)]
    with pytest.raises(SystemExit) as leaving:
        main([*arguments, "--out", str(clip), "--truth", str(truth)])
    assert leaving.value.code == 0
    with av.open(clip) as film:
        assert sum(1 for _ in film.decode(video=0)) == 5
    document: dict[str, object] = json.loads(truth.read_text())
    return document


def test_same_seed_same_truth(tmp_path: Path) -> None:
    first, again, other = (film(tmp_path, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_no_film_lies_in_a_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    for option, other in (("--out", "--truth"), ("--truth", "--out")):
        files = [option, str(data / "clip"), other, str(tmp_path / "elsewhere")]
        with pytest.raises(SystemExit) as leaving:
            main(["simulate", "square", "--seconds", "0.2", *files, "--data", str(data)])
        assert leaving.value.code == 1
        assert "write films elsewhere" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_unknown_scene_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["simulate", "moon", "--out", str(tmp_path / "clip.mp4")])
    assert leaving.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
