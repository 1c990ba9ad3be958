"""Sentences that a person will read in their own language.

A message is made far from the page that shows it. It travels as plain English with its template
and values beside it, so that the page can look the template up in its catalogue.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from numbers import Real
from typing import Any, Final, Literal, Self, get_args

Language = Literal["fr", "en", "de", "es", "it", "nl"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
"""Those in which everything that Beffroi itself says can be read."""


class Words(str):
    """An English sentence that remembers how it was made.

    Args:
        template: The sentence with ``{name}`` where a value goes; the key in the catalogues.
        values: The values, by name.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, values: dict[str, Any]) -> Self:
        """Fill the template in."""
        words = super().__new__(cls, template.format_map(values))
        words.template = template
        words.values = values
        return words

    def __getnewargs__(self) -> tuple[str, dict[str, Any]]:  # type: ignore[override]
        """How it is made again, by whoever copies it."""
        return self.template, self.values


class Quoted(str):
    """An English sentence that was written in other languages too, as a clause of a doctrine is.

    Args:
        texts: The same sentence by language; English is always there.
    """

    __slots__ = ("texts",)

    texts: Mapping[str, str]

    def __new__(cls, texts: Mapping[str, str]) -> Self:
        """Stand for the English one."""
        quoted = super().__new__(cls, texts["en"])
        quoted.texts = texts
        return quoted

    def __getnewargs__(self) -> tuple[Mapping[str, str]]:  # type: ignore[override]
        """How it is made again, by whoever copies it."""
        return (self.texts,)


def locale_of(language: str) -> str:
    """In whose ways dates and numbers are written; English is that of Europe, not of America."""
    return "en_GB" if language == "en" else language


def pack(value: Any) -> Any:
    """A sentence, or a value within one, as JSON that keeps how it was made."""
    match value:
        case Words():
            values = {name: pack(inner) for name, inner in value.values.items()}
            return {"template": value.template, "values": values}
        case Quoted():
            return {"texts": dict(value.texts)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case str() | int() | float() | None:
            return value
        case Real():
            return float(value)
    return str(value)


def unpack(packed: Any) -> Any:
    """What was packed."""
    match packed:
        case {"template": template, "values": values}:
            return Words(template, {name: unpack(value) for name, value in values.items()})
        case {"texts": texts}:
            return Quoted(texts)
        case {"moment": moment}:
            return datetime.fromisoformat(moment)
        case {"day": day}:
            return date.fromisoformat(day)
    return packed


def together(sentences: Sequence[str], between: str = " ") -> str:
    """Several sentences, or parts of one, as one text, of which each can still be translated."""
    if len(sentences) == 1:
        return sentences[0]
    values = {f"sentence{place}": sentence for place, sentence in enumerate(sentences)}
    return Words(between.join(f"{{{name}}}" for name in values), values)


def say(template: str, **values: Any) -> Words:
    """Make a sentence: ``say("it ended on {day}", day=day)``."""
    return Words(template, values)
