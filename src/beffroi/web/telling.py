"""Sentences of the other layers, in the visitor's language, with the names that people use."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from beffroi.web.i18n import Language
from beffroi.web.words import WORDS
from beffroi.words import Quoted, Words

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": "act",
        "state": "use",
        "states": "use",
        "missing": "body",
        "by": "body",
        "stopped": "body",
        "lifters": "body",
        "what": "stated",
        "role": "role",
        "roles": "role",
        "files": "study",
        "mark": "alert",
        "annex": "annex",
        "study": "study",
        "vehicle": "vehicle",
    }
)
"""Value of a sentence → closed list that it comes from."""

_SEPARATOR: Final = re.compile(r"(, | / )")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_CAPITALS: Final = re.compile("[A-Z]{2}|Beffroi")


def tell(language: Language, message: str) -> str:
    """A sentence made by :func:`beffroi.words.say`, quoted from a doctrine, or plain English."""
    if isinstance(message, Quoted):
        return message.texts.get(language.code, str(message))
    if isinstance(message, Words):
        values = {name: _value(language, name, value) for name, value in message.values.items()}
        return language.gettext(message.template).format_map(values)
    # The translation of nothing is the head of the catalogue.
    return language.gettext(message) if message else ""


def _value(language: Language, name: str, value: Any) -> Any:
    if isinstance(value, (Words, Quoted)):
        return tell(language, value)
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value):
        return language.day(date.fromisoformat(value))
    if name not in _NAMES:
        return value
    known = WORDS[_NAMES[name]]
    parts = _SEPARATOR.split(value)
    return "".join(_inside(language, known[p]) if p in known else p for p in parts)


def _inside(language: Language, name: str) -> str:
    """A name within a sentence; abbreviations, Beffroi and German nouns keep their capitals."""
    word = language.gettext(name)
    keeps = language.code == "de" or _CAPITALS.match(word)
    return word if keeps else word[:1].lower() + word[1:]
