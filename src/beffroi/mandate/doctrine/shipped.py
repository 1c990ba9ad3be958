"""The doctrines and legal packs that ship with Beffroi, as files that anyone can read."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from types import MappingProxyType
from typing import Final

from beffroi.mandate.doctrine.clauses import DoctrineText, read_doctrine

BASE: Final = "eu-ai-act"
"""The doctrine that is in every stack."""


@cache
def shipped_doctrines() -> Mapping[str, DoctrineText]:
    """All doctrines and legal packs that ship, by id; none but the base holds until adopted."""
    with as_file(files("beffroi.mandate.doctrine") / "packs") as folder:
        texts = [read_doctrine(path) for path in sorted(folder.glob("*.yaml"))]
    return MappingProxyType({text.doctrine.id: text for text in texts})
