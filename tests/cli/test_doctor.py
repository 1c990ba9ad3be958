"""`beffroi doctor`: each thing that can be wrong is found, named and explained."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from beffroi.cli import checks, main
from beffroi.cli.checks import Finding, Grade, examine
from beffroi.clock import FrozenClock
from beffroi.folder import DataFolder
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.store.database import Database
from beffroi.store.migrations import upgrade


@pytest.fixture
def own_models(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "models"
    shutil.copytree(models, own)
    monkeypatch.setenv("BEFFROI_MODELS", str(own))
    return own


def found(folder: DataFolder, check: str) -> Finding:
    return next(finding for finding in examine(folder) if finding.check == check)


def test_fresh_machine_has_nothing_bad(folder: DataFolder, own_models: Path) -> None:
    bad = [finding for finding in examine(folder) if finding.grade is Grade.BAD]
    assert bad == []


def test_exit_code_tells(
    folder: DataFolder, own_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["doctor", "--json", "--data", str(folder.path)]
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 0
    assert {finding["grade"] for finding in json.loads(capsys.readouterr().out)} <= {
        "good",
        "doubtful",
    }
    folder.config.write_text("web: {prot: 1}")
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 1


def test_nothing_is_said_of_what_lies_in_a_folder_that_is_not_there(
    tmp_path: Path, own_models: Path
) -> None:
    nowhere = DataFolder(tmp_path / "typed-wrong")
    data = found(nowhere, "data")
    assert (data.grade, data.remedy.count("--data")) == (Grade.DOUBTFUL, 1)
    assert {"database", "settings", "server"}.isdisjoint(one.check for one in examine(nowhere))
    nowhere.path.write_text("")
    assert found(nowhere, "data").grade is Grade.BAD


def forbidden_model(folder: DataFolder, models: Path) -> None:
    (models / "faceres.onnx").write_bytes(b"a face model")


def test_a_ledger_without_a_witness_is_doubtful(folder: DataFolder, tmp_path: Path) -> None:
    assert found(folder, "witnesses").grade is Grade.DOUBTFUL
    witness = tmp_path / "witness"
    folder.config.write_text(f"ledger: {{witnesses: [{witness}]}}")
    assert found(folder, "witnesses").found == f"absent: {witness}"
    witness.touch()
    assert found(folder, "witnesses").grade is Grade.GOOD


def missing_model(folder: DataFolder, models: Path) -> None:
    next(models.glob("*.onnx")).unlink()


def open_secret(folder: DataFolder, models: Path) -> None:
    secret = folder.secrets / "handover-guard"
    secret.write_text("word")
    secret.chmod(0o644)


def unknown_setting(folder: DataFolder, models: Path) -> None:
    folder.config.write_text("web: {prot: 1}")


def broken_own_model(folder: DataFolder, models: Path) -> None:
    folder.models.write_text("[[model]")


def other_input(folder: DataFolder, models: Path) -> None:
    folder.config.write_text("engine: {pose_input: [100, 100]}")


def empty_database(folder: DataFolder, models: Path) -> None:
    folder.database.touch()


def entry_of_tomorrow(folder: DataFolder, models: Path) -> None:
    database = Database(f"sqlite:///{folder.database}")
    upgrade(database)
    ahead = FrozenClock(datetime(2099, 1, 1, tzinfo=UTC))
    with database.write() as session:
        append(session, Kind.SERVER_STARTED, actor=SYSTEM, payload={}, clock=ahead)
    database.close()


@pytest.mark.parametrize(
    ("harm", "check", "said"),
    [
        (forbidden_model, "models", "faceres.onnx"),
        (missing_model, "models", "beffroi models install"),
        (open_secret, "secrets", "chmod -R go="),
        (unknown_setting, "settings", "web.port"),
        (broken_own_model, "at work", "is not a TOML file"),
        (other_input, "at work", "with an input of 100×100"),
        (empty_database, "database", "schema None"),
        (entry_of_tomorrow, "database", "clock was set back"),
    ],
)
def test_harm_is_found(
    folder: DataFolder,
    own_models: Path,
    harm: Callable[[DataFolder, Path], None],
    check: str,
    said: str,
) -> None:
    harm(folder, own_models)
    finding = found(folder, check)
    assert finding.grade is Grade.BAD
    assert said in f"{finding.found} {finding.remedy}"


def test_package_that_calls_home_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CALLS_HOME", frozenset({"pytest"}))
    assert checks.telemetry().grade is Grade.BAD
