"""What every command does: one clear line when it fails, and the right exit code."""

import pytest

from beffroi import cli
from beffroi.errors import BadInput, Unavailable


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BadInput("No such clip."), "beffroi: No such clip.\n"),
        (Unavailable("Disk\nfull."), "beffroi: Disk full. [for the administrator]\n"),
        (FileNotFoundError(2, "No such file", "x.png"), "beffroi: x.png: No such file.\n"),
        (
            KeyError("x"),
            "beffroi: Unexpected error, KeyError: 'x' [for the developers: please report it]\n",
        ),
    ],
)
def test_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    line: str,
) -> None:
    def fail(_commands: object) -> None:
        raise error

    monkeypatch.setattr(cli, "application", fail)
    with pytest.raises(SystemExit) as leaving:
        cli.main([])
    assert leaving.value.code == 1
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(("arguments", "code"), [(["--version"], 0), (["--nonsense"], 2)])
def test_exit_code(arguments: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(arguments)
    assert leaving.value.code == code
