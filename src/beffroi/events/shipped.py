"""The definitions that ship and what is known of them: data alone, so that pages may show it."""

from functools import cache
from importlib.resources import as_file, files

from beffroi.mandate.annex_text import AnnexText, read_annex
from beffroi.mandate.definition import VotedText, read_definition


@cache
def shipped_definitions() -> tuple[VotedText, ...]:
    """The definitions that a city can start from, one for each kind of event, by name."""
    with as_file(files("beffroi.events") / "definitions") as folder:
        return tuple(read_definition(path) for path in sorted(folder.glob("*.yaml")))


def shipped_with(voted: VotedText) -> list[AnnexText]:
    """All that ships beside this very text; nothing for one that does not ship."""
    if voted not in shipped_definitions():
        return []
    event = voted.definition.event
    return [*shipped_annexes(event), *shipped_translations(event)]


def shipped_annexes(event: str) -> tuple[AnnexText, ...]:
    """What ships for any text about an event: its figures and its known confusions.

    Figures say themselves which parameters they hold for.
    """
    return _read_annexes(f"{event}-figures.yaml", f"{event}-confusions.yaml")


def shipped_translations(event: str) -> tuple[AnnexText, ...]:
    """What the shipped definition of an event, and no other text, says in more languages."""
    return _read_annexes(f"{event}-translation-*.yaml")


@cache
def _read_annexes(*patterns: str) -> tuple[AnnexText, ...]:
    with as_file(files("beffroi.events") / "annexes") as folder:
        paths = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
        return tuple(read_annex(path) for path in paths)
