"""Words of the impact files, kept as data in every language beside the code that fills them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict

from beffroi.words import LANGUAGES, Language

Model = TypeVar("Model", bound=BaseModel)


def _whole(text: dict[str, str]) -> dict[str, str]:
    if text.keys() != set(LANGUAGES) or not all(part.strip() for part in text.values()):
        raise ValueError(f"a text is in each of {', '.join(LANGUAGES)}")
    return text


Text = Annotated[dict[str, str], AfterValidator(_whole)]
"""The same words in every language."""


class Data(BaseModel):
    """Root of everything read from a data file: closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Data):
    """What the configuration's own values are called.

    Attributes:
        unreviewed: Languages in which nobody who speaks them has read the data files through.
        values: Values of closed lists, by the list.
        phrases: Sentences, by their name here.
    """

    unreviewed: frozenset[Language]
    values: dict[str, dict[str, Text]]
    phrases: dict[str, Text]


def read(name: str, model: type[Model]) -> Model:
    """Read `data/<name>.yaml` as a model."""
    return model.model_validate(raw(name))


def raw(name: str) -> Any:
    """Read `data/<name>.yaml` as it is."""
    source = files(__package__).joinpath("data", f"{name}.yaml")
    return yaml.safe_load(source.read_text(encoding="utf-8"))


@cache
def words() -> Words:
    """The vocabulary, read once."""
    return read("words", Words)


def value(kind: str, code: str, language: Language) -> str:
    """What a value of a closed list is called; one that nobody named stands for itself."""
    named = words().values[kind].get(code)
    return code if named is None else named[language]


def phrase(name: str, language: Language, /, **parts: object) -> str:
    """A sentence of the vocabulary with its blanks filled in."""
    return words().phrases[name][language].format_map(_plain(parts))


def unreviewed(language: Language) -> str:
    """That nobody who speaks the language has read these words; empty where somebody has."""
    return phrase("unreviewed", language) if language in words().unreviewed else ""


def _plain(parts: Mapping[str, object]) -> dict[str, str]:
    return {name: str(part) for name, part in parts.items()}
