"""`beffroi data`: the list of public files, and folders that have, lack or alter them."""

import json
from pathlib import Path

import pytest

from beffroi.evaluation.collection import public_files
from tests.cli.test_models import run


def test_every_listed_file_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("data", "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) > 500
    assert all(row["source"] and row["licence"] and len(row["sha256"]) == 64 for row in listed)


def test_no_scene_is_on_both_sides() -> None:
    sides: dict[str, set[str]] = {}
    for file in public_files():
        sides.setdefault(file.scene, set()).add(file.split)
    assert all(len(splits) == 1 for splits in sides.values())


def test_missing_and_altered_files_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / public_files()[0].file
    other.parent.mkdir(parents=True)
    other.write_bytes(b"another film")
    assert run("data", "verify", str(tmp_path)) == 1
    said = capsys.readouterr().err
    assert f"altered: {public_files()[0].file}" in said
    assert f"missing: {public_files()[1].file}" in said


def test_the_real_clips_are_those_that_were_measured(real_data: Path) -> None:
    assert run("data", "verify", str(real_data)) == 0


def test_a_folder_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("data", "verify", str(tmp_path / "nowhere")) == 1
    assert "There is no folder" in capsys.readouterr().err
