"""Write docs/sbom.json: every part of a running Beffroi, who makes it and under which licence.

CycloneDX 1.6, kept small and without a date, so that it changes only when a part does. Libraries
come from the lock, their makers and licences from what is installed, models from their manifest,
scripts of the web from the files themselves. `make docs` writes it; a test fails when it is stale.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.markers import Marker

from beffroi import __version__
from beffroi.perception.models import builtin_models

ROOT = Path(__file__).parent.parent
SBOM = ROOT / "docs" / "sbom.json"
VENDORED = ROOT / "src" / "beffroi" / "web" / "static" / "vendor" / "VENDORED.toml"
PINNED = re.compile(r"^(?P<name>[a-z0-9._-]+)(\[.*\])?==(?P<version>\S+)( ; (?P<marker>.+?))? \\$")
TESTED_PYTHONS = ("3.11", "3.12", "3.13")

SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Names of licences in metadata written before SPDX expressions."""

Component = dict[str, Any]


def locked(requirements: Path) -> Iterator[tuple[str, str]]:
    """Name and version of each part that the lock installs on Linux."""
    for line in requirements.read_text().splitlines():
        if (pin := PINNED.match(line)) and _applies(pin["marker"]):
            yield pin["name"], pin["version"]


def document() -> Component:
    """The whole bill of materials."""
    extra = tomllib.loads((Path(__file__).parent / "parts.toml").read_text())
    lock = locked(ROOT / "requirements" / "runtime.txt")
    libraries = [_library(name, version, extra["package"].get(name, {})) for name, version in lock]
    vendored = tomllib.loads(VENDORED.read_text())
    scripts = [_script(facts, extra["web"][facts["project"]]) for facts in vendored.values()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "beffroi",
                "version": __version__,
                "licenses": [{"expression": "EUPL-1.2"}],
            }
        },
        "components": [*libraries, *scripts, *_models()],
    }


def text() -> str:
    """The document as it is written."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _applies(marker: str | None) -> bool:
    linux = {"sys_platform": "linux", "implementation_name": "cpython"}
    return marker is None or any(
        Marker(marker).evaluate(linux | {"python_version": python, "python_full_version": python})
        for python in TESTED_PYTHONS
    )


def _library(name: str, version: str, extra: dict[str, Any]) -> Component:
    facts: dict[str, Any] = metadata(name).json
    authors = facts.get("author") or re.sub(r"\s*<[^>]*>", "", facts.get("author_email", ""))
    part = _part(
        "library",
        name,
        version,
        made_by=extra.get("made_by") or authors.replace('"', ""),
        licence=_licence(facts),
        source=extra.get("source") or _source(facts),
    )
    part["purl"] = f"pkg:pypi/{name}@{version}"
    if bundles := extra.get("bundles"):
        part["components"] = [
            {
                "type": "library",
                "name": inner["name"],
                "licenses": [{"expression": inner["licence"]}],
                "externalReferences": [{"type": "website", "url": inner["origin"]}],
            }
            for inner in bundles
        ]
    return part


def _licence(facts: dict[str, Any]) -> str:
    classifiers = (one.split(" :: ") for one in facts.get("classifier", []))
    named = " AND ".join(parts[-1] for parts in classifiers if parts[0] == "License")
    found: str = facts.get("license_expression") or facts.get("license") or named
    return SPDX.get(found, found)


def _source(facts: dict[str, Any]) -> str | None:
    pairs = (line.split(", ", 1) for line in facts.get("project_url", []))
    urls: dict[str, str] = {label.lower(): url for label, url in pairs}
    labels = ("source", "source code", "repository", "github", "homepage")
    return next((urls[label] for label in labels if label in urls), facts.get("home_page"))


def _script(facts: dict[str, Any], extra: dict[str, Any]) -> Component:
    part = _part(
        "library",
        facts["project"],
        facts["version"],
        made_by=extra["made_by"],
        licence=facts["licence"],
        source=extra["source"],
    )
    part["purl"] = f"pkg:npm/{facts['package']}@{facts['version']}"
    return part | _hash(facts["sha256"])


def _models() -> Iterator[Component]:
    for model in builtin_models():
        part = _part(
            "machine-learning-model",
            model.name,
            model.package.version if model.package else __version__,
            made_by=f"{model.made_by} ({model.country})",
            licence=model.licence,
            source=None,
        )
        if package := model.package:
            part["purl"] = f"pkg:npm/{package.name.replace('@', '%40')}@{package.version}"
        part["description"] = f"Trained on {model.trained_on}"
        yield part | _hash(model.sha256)


def _part(
    kind: str, name: str, version: str | None, made_by: str, licence: str, source: str | None
) -> Component:
    part: Component = {"type": kind, "name": name}
    if version is not None:
        part["version"] = version
    part |= {"supplier": {"name": made_by}, "licenses": [{"expression": licence}]}
    if source is not None:
        kind = "vcs" if urlsplit(source).hostname in ("github.com", "gitlab.com") else "website"
        part["externalReferences"] = [{"type": kind, "url": source}]
    return part


def _hash(digest: str) -> Component:
    return {"hashes": [{"alg": "SHA-256", "content": digest}]}


if __name__ == "__main__":
    SBOM.write_text(text(), encoding="utf-8")
