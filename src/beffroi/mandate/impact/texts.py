"""Words of the impact files, kept as data in French and English beside the code that fills them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

Model = TypeVar("Model", bound=BaseModel)


def _both(text: dict[str, str]) -> dict[str, str]:
    if not text.keys() >= set(LANGUAGES) or not all(part.strip() for part in text.values()):
        raise ValueError("a text is in French and in English at least")
    return text


Text = Annotated[dict[str, str], AfterValidator(_both)]
"""The same words in French and in English, and in more languages where pages show them."""


class Data(BaseModel):
    """Root of everything read from a data file: closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Data):
    """What the configuration's own values are called."""

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


def _plain(parts: Mapping[str, object]) -> dict[str, str]:
    return {name: str(part) for name, part in parts.items()}
