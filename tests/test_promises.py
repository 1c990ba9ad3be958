"""Promises that are kept by the shape of the code: read here from the code itself.

Nothing runs without a mandate: a permit is the only key that opens a stream, and only
`beffroi.mandate` makes one. What import contracts cannot see, names, is watched here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "beffroi"
PERMIT = "beffroi.mandate.permit"
FOR_ALL = {"Basis", "Permit", "to_wire"}
FOR_THE_ENGINE = FOR_ALL | {"from_wire"}
FIELDS = {"seal", "deadline", "uses", "basis"}


def offences(tree: ast.Module, allowed: set[str]) -> Iterator[str]:
    """Every place where a module could make a permit, or lengthen one."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="beffroi.mandate.permit", names=names):
                yield from (name.name for name in names if name.name not in allowed)
            case ast.ImportFrom(module="beffroi.mandate", names=names):
                yield from (name.name for name in names if name.name == "permit")
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name == PERMIT)
            case ast.Attribute(attr="_SEAL" | "_Seal") | ast.Name(id="_SEAL" | "_Seal"):
                yield ast.unparse(node)
            case ast.Call(func=ast.Name(id="Permit") | ast.Attribute(attr="Permit")):
                yield ast.unparse(node)
            case ast.Call(func=ast.Name(id="replace" | "__replace__"), keywords=changes):
                yield from (f"replace({one.arg}=…)" for one in changes if one.arg in FIELDS)


OUTSIDE = sorted(path for path in SOURCE.rglob("*.py") if "mandate" not in path.parts)


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_mandate_makes_permits(path: Path) -> None:
    allowed = FOR_THE_ENGINE if path.parent.name == "engine" else FOR_ALL
    assert list(offences(ast.parse(path.read_text()), allowed)) == []


@pytest.mark.parametrize(
    "code",
    [
        "from beffroi.mandate.permit import issue",
        "from beffroi.mandate.permit import from_wire",
        "from beffroi.mandate.permit import *",
        "from beffroi.mandate import permit",
        "import beffroi.mandate.permit as p",
        "Permit('sim://park', basis, None, (), 9.0, seal)",
        "permit._SEAL",
        "replace(permit, deadline=9.0)",
    ],
)
def test_the_watch_sees(code: str) -> None:
    assert list(offences(ast.parse(code), FOR_ALL))
