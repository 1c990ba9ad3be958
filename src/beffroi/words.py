"""Sentences that a person will read in their own language.

A message is made far from the page that shows it. It travels as plain English with its template
and values beside it, so that the page can look the template up in its catalogue.
"""

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


def say(template: str, **values: Any) -> Words:
    """Make a sentence: ``say("it ended on {day}", day=day)``."""
    return Words(template, values)
