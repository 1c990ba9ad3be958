"""Sentences that a person will read in their own language.

A message is made far from the page that shows it. It travels as plain English with its template
and values beside it, so that the page can look the template up in its catalogue.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self


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


def together(sentences: Sequence[str], between: str = " ") -> str:
    """Several sentences, or parts of one, as one text, of which each can still be translated."""
    if len(sentences) == 1:
        return sentences[0]
    values = {f"sentence{place}": sentence for place, sentence in enumerate(sentences)}
    return Words(between.join(f"{{{name}}}" for name in values), values)


def say(template: str, **values: Any) -> Words:
    """Make a sentence: ``say("it ended on {day}", day=day)``."""
    return Words(template, values)
