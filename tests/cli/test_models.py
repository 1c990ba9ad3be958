"""`beffroi models`: what it prints, and that a damaged file fails."""

import json
import shutil
from pathlib import Path

import pytest

from beffroi.cli import main
from beffroi.cli.models import progress_bars
from tests.perception.test_models_own import people_model, write


def run(*arguments: str) -> int:
    try:
        main(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


def test_list_prints_one_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"name", "licence", "made_by", "state", "sha256"} <= listed[0].keys()


def test_verify_fails_on_a_damaged_file(
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "models"
    shutil.copytree(models, own)
    monkeypatch.setenv("BEFFROI_MODELS", str(own))
    assert run("models", "verify") == 0
    damaged = next(own.glob("*.onnx"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    assert run("models", "verify") == 1
    assert "damaged" in capsys.readouterr().err


def test_the_models_of_a_city_are_those_that_its_data_folder_names(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    arguments = ("models", "list", "--json", "--data", str(data))
    assert run(*arguments) == 0
    shipped = json.loads(capsys.readouterr().out)
    write(data, people_model())
    assert run(*arguments) == 0
    both = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in both] == [row["name"] for row in shipped] + ["town-pose"]
    assert run("models", "verify", "--data", str(data)) == 0
    (data / "town.onnx").write_bytes(b"something else")
    for command in ("verify", "list", "install"):
        assert run("models", command, "--data", str(data)) == 1
        assert "town-pose" in capsys.readouterr().err


def test_what_takes_long_says_how_far_it_is_in_a_log_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bars() as report:
        for share in (0.0, 0.1, 0.3, 0.3, 1.0):
            report("Downloading the pose model", share)
    assert capsys.readouterr().err.splitlines() == [
        f"Downloading the pose model: {share} %" for share in (0, 25, 100)
    ]
