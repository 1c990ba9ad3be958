"""The parts that Beffroi is made of: pinned, listed, and free."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from beffroi.perception.models import builtin_models
from scripts import sbom

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements"
LISTED: dict[str, Any] = json.loads(sbom.SBOM.read_text())

FREE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "CC0-1.0"),
    *("ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib"),
}
"""Permissive, or shared alike file by file."""

COMPATIBLE = FREE | {
    *("LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "GPL-2.0-or-later"),
}
"""What may lie compiled inside a wheel besides: the appendix of the EUPL names them."""


def test_sbom_is_that_of_the_lock() -> None:
    parts = {(part["name"], part.get("version")) for part in LISTED["components"]}
    assert set(sbom.locked(REQUIREMENTS / "runtime.txt")) <= parts, "run `make docs`"
    assert sbom.document() == LISTED, "run `make docs`"


def test_sbom_names_every_model_by_hash() -> None:
    hashes = {part["hashes"][0]["content"] for part in LISTED["components"] if "hashes" in part}
    assert {model.sha256 for model in builtin_models()} <= hashes


def licences(part: dict[str, Any]) -> set[str]:
    return set(re.split(r" (?:AND|OR) ", part["licenses"][0]["expression"]))


@pytest.mark.parametrize("part", LISTED["components"], ids=lambda part: part["name"])
def test_part_has_a_maker_and_a_free_licence(part: dict[str, Any]) -> None:
    assert part["supplier"]["name"]
    assert licences(part) <= FREE
    for inner in part.get("components", []):
        assert licences(inner) <= COMPATIBLE


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_lock_answers_what_the_project_asks(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned: dict[str, list[str]] = {}
    for name, version in sbom.locked(REQUIREMENTS / lock):
        pinned.setdefault(name, []).append(version)
    wanted = [Requirement(line) for line in project["project"]["dependencies"]]
    if lock == "dev.txt":
        groups = project["dependency-groups"]
        wanted += [Requirement(line) for line in groups["dev"] if isinstance(line, str)]
    for requirement in wanted:
        versions = pinned.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in {lock}: run `make lock`"
        assert all(version in requirement.specifier for version in versions), requirement


def test_dev_lock_holds_the_runtime_lock() -> None:
    assert set(sbom.locked(REQUIREMENTS / "runtime.txt")) <= set(
        sbom.locked(REQUIREMENTS / "dev.txt")
    )


@pytest.mark.parametrize("lock", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda path: path.name)
def test_every_pin_is_hashed_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    for pin in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in pin, pin


def test_nothing_that_calls_home_is_locked() -> None:
    assert "openvino-telemetry" not in dict(sbom.locked(REQUIREMENTS / "dev.txt"))
