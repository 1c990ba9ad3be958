"""Every command explains itself with an example that can be typed."""

import re

import pytest
from typer.testing import CliRunner

from tests.commands import APP, Command, complaint, every_command

EXAMPLE = re.compile(r"Example: `(beffroi[^`]+)`")
ALL = [pytest.param(path, command, id=" ".join(path)) for path, command in every_command()]


@pytest.mark.parametrize(("path", "command"), ALL)
def test_help_shows_an_example_of_this_command(path: tuple[str, ...], command: Command) -> None:
    examples = EXAMPLE.findall(" ".join((command.help or "").split()))
    assert examples, "no line `Example: `beffroi …``"
    for example in examples:
        assert example.startswith(" ".join(("beffroi", *path)))
        assert complaint(example) is None
    shown = CliRunner().invoke(APP, [*path, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "Example:" in shown.output


def test_complaint_sees_what_is_not_there() -> None:
    assert "no command ledgers" in str(complaint("beffroi ledgers verify"))
    assert "no option --nonsense" in str(complaint("beffroi doctor --nonsense"))
