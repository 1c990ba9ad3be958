"""What a reader of fields complains of, in plain words for whoever wrote them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from beffroi.words import Words, together

PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "is missing",
        "extra_forbidden": "is not known here",
        "int_type": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "string_type": "must be a text",
        "dict_type": "must hold named fields",
        "model_type": "must hold named fields",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "enum": "must be one of {expected}",
        "literal_error": "must be one of {expected}",
        "string_too_short": "is too short: at least {min_length}",
        "string_too_long": "is too long: at most {max_length}",
        "too_short": "is too short: at least {min_length}",
        "too_long": "is too long: at most {max_length}",
        "greater_than": "must be more than {gt}",
        "greater_than_equal": "must be at least {ge}",
        "less_than": "must be less than {lt}",
        "less_than_equal": "must be at most {le}",
        "covers_nothing": "covers no part of the picture",
        "leads_nowhere": "has no length",
    }
)
"""Kind of problem, as its validator names it, and our own words; other kinds keep theirs."""


def in_plain_words(problem: Mapping[str, Any]) -> str:
    """What is wrong with one field, without its name.

    Args:
        problem: One of `ValidationError.errors()`.
    """
    words = PLAIN.get(problem["type"])
    if words is None:
        return str(problem["msg"]).removeprefix("Value error, ")
    limits = problem.get("ctx", {}).items()
    return Words(words, {name: _round(limit) for name, limit in limits})


def in_one_line(error: ValidationError, whole: str = "") -> str:
    """Each problem with the place of its field.

    Args:
        error: What the reader found.
        whole: What to call the fields together, where the problem is in no one of them.
    """
    return together([placed(problem, whole) for problem in error.errors()], "; ")


def placed(problem: Mapping[str, Any], whole: str) -> str:
    """One problem with the place of its field, or with the name of the whole."""
    place = ".".join(map(str, problem["loc"])) or whole
    return Words("{place}: {problem}", {"place": place, "problem": in_plain_words(problem)})


def _round(limit: object) -> object:
    """A limit as people write it: 1, not 1.0."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit
