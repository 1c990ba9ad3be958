"""The tree of commands, for tests that read what is written about them."""

import shlex
from collections.abc import Iterator

import typer.main
from typer.core import TyperGroup

from beffroi.cli import application

APP = application()
Command = TyperGroup | typer.core.TyperCommand


def every_command(
    group: TyperGroup | None = None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Each command that does something, with the words that call it."""
    for name, command in (group or _root()).commands.items():
        if isinstance(command, TyperGroup):
            yield from every_command(command, (*path, name))
        elif isinstance(command, typer.core.TyperCommand):
            yield (*path, name), command


def complaint(line: str) -> str | None:
    """What is wrong with a line `beffroi …` somebody might type; None if nothing is."""
    program, *words = shlex.split(line.replace("…", ""), comments=True)
    assert program == "beffroi"
    command: object = _root()
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return f"`{line}`: there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    assert isinstance(command, Command)
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    unknown = {word for word in words if word.startswith("--")} - known
    return f"`{line}`: there is no option {', '.join(sorted(unknown))}" if unknown else None


def _root() -> TyperGroup:
    root = typer.main.get_command(APP)
    assert isinstance(root, TyperGroup)
    return root
