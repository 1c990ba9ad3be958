"""Every command explains itself with an example that can be typed."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from beffroi.cli.city import PEOPLE, SPOTS
from beffroi.cli.stories import OTHERS
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


@pytest.mark.parametrize(("path", "command"), ALL)
def test_an_example_names_what_the_demo_city_has(path: tuple[str, ...], command: Command) -> None:
    known = {
        "use": {story.use for story in OTHERS} | {f"{spot.event}-{spot.camera}" for spot in SPOTS},
        "camera": {spot.camera for spot in SPOTS},
        "login": {login for login, _, _ in PEOPLE},
    }
    for example in EXAMPLE.findall(" ".join((command.help or "").split())):
        words = shlex.split(example.partition(" > ")[0].replace("…", ""))[1 + len(path) :]
        given = command.make_context(path[-1], words, resilient_parsing=True).params
        for name in known.keys() & given.keys():
            new = path[-1] in ("add", "import") and name != "login"
            excused = new or path[0] == "account" or not given[name]
            assert excused or given[name] in known[name], example


def test_complaint_sees_what_is_not_there() -> None:
    assert "no command ledgers" in str(complaint("beffroi ledgers verify"))
    assert "no option --nonsense" in str(complaint("beffroi doctor --nonsense"))
