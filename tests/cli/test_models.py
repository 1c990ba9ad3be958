"""`beffroi models`: what it prints, and that a damaged file fails."""

import json
import shutil
from pathlib import Path

import pytest

from beffroi.cli import main


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
