"""A folder of somebody else's: whatever only reads makes no installation of it."""

import shlex
from pathlib import Path

import pytest

from beffroi.cli import main

READING = [
    "account list",
    "alert list",
    "camera list",
    "ledger verify",
    "use list",
    "use explain park fall",
]


@pytest.mark.parametrize("line", [*READING, "doctrine list", "doctrine stack"])
def test_whatever_reads_makes_no_database(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters.txt").write_text("dear mayor")
    with pytest.raises(SystemExit) as end:
        main([*shlex.split(line), "--data", str(tmp_path)])
    assert [file.name for file in tmp_path.iterdir()] == ["letters.txt"]
    if line in READING:
        assert end.value.code == 1
        assert "There is no data folder" in capsys.readouterr().err
