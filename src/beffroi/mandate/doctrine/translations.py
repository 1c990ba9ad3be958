"""Doctrines in languages in which nobody adopted them: our own translations of those that ship."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from beffroi.mandate.definition import Text
from beffroi.mandate.reading import in_language


def told(text: Text, language: str) -> str:
    """What a doctrine says, as it was adopted, else as we translated it, else in English.

    Args:
        text: Its title, its summary or a clause, by language.
        language: Two letters.
    """
    return in_language(_ours(text) | text, language)


def is_translated(text: Text, language: str) -> bool:
    """Whether what is told in this language is our translation."""
    return language not in text and language in _ours(text)


def _ours(text: Text) -> Text:
    """Ours go by the English words: an amended clause loses its own and no other does."""
    return _translations().get(text.get("en", ""), {})


@cache
def _translations() -> Mapping[str, Text]:
    listed = (files(__package__) / "translations.yaml").read_text(encoding="utf-8")
    return {one["en"]: one for one in yaml.safe_load(listed)}
