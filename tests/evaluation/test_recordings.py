"""That a recording is looked at anew when the code that looks changes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import beffroi
from beffroi.evaluation.recordings import LOOKING, LOOKING_FOR

ROOT = Path(beffroi.__file__).parent
LEFT_OUT = {
    "capture/frame.py": "a picture and its time, nothing else",
    "perception/finders.py": "says which module finds what; what is asked for is in the name",
    "perception/ground.py": "recordings are made without a calibration",
    "perception/models": "the digest of each model, at its size and precision, is in the name",
    "perception/runtime.py": "imports OpenVINO",
    "perception/weapons.py": "looks only with a model of the city's own, which recordings have not",
}
"""What takes part in looking and changes nothing in a recording."""


def imports(module: str) -> Iterator[str]:
    """The modules of capture and perception that one imports, as paths."""
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = node.module.removeprefix("beffroi.").replace(".", "/")
            paths = [
                f"{inner}.py",
                f"{inner}/__init__.py",
                *(f"{inner}/{one.name}.py" for one in node.names),
            ]
            yield from (path for path in paths if path.startswith(("capture/", "perception/")))


def test_all_code_that_looks_is_part_of_the_name_or_left_out_for_a_reason() -> None:
    found, waiting = set[str](), {"perception/perceive.py"}
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting |= {path for path in imports(module) if (ROOT / path).exists()} - found
    listed = {*LOOKING, *(module for modules in LOOKING_FOR.values() for module in modules)}
    unlisted = {module for module in found - listed if not module.startswith("perception/models/")}
    assert unlisted | {"perception/models"} == LEFT_OUT.keys()
