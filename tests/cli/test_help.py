"""Every command explains itself with an example that can be typed."""

import re
import shlex
from collections.abc import Iterator

import pytest
import typer.main
from typer.core import TyperGroup
from typer.testing import CliRunner

from beffroi.cli import application

APP = application()
EXAMPLE = re.compile(r"Example: `(beffroi[^`]+)`")


def commands(
    group: TyperGroup, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command.help or ""


ROOT = typer.main.get_command(APP)
assert isinstance(ROOT, TyperGroup)
ALL = list(commands(ROOT))


@pytest.mark.parametrize(("path", "text"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_help_shows_an_example_of_this_command(path: tuple[str, ...], text: str) -> None:
    examples = EXAMPLE.findall(" ".join(text.split()))
    assert examples, "no line `Example: `beffroi …``"
    for example in examples:
        assert tuple(shlex.split(example)[1 : len(path) + 1]) == path
    shown = CliRunner().invoke(APP, [*path, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "Example:" in shown.output


@pytest.mark.parametrize(("path", "text"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_example_uses_options_that_exist(path: tuple[str, ...], text: str) -> None:
    command = ROOT
    for name in path:
        assert isinstance(command, TyperGroup)
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    for example in EXAMPLE.findall(" ".join(text.split())):
        typed = {word for word in shlex.split(example) if word.startswith("--")}
        assert typed <= known | {"--help"}
