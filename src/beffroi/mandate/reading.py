"""How definitions and doctrines are read out: with names, units and words, in six languages.

The text that is voted holds whole numbers whose unit ends their name (`stay_ms: 5000`), so that
one value has one hash; people read "5 s".
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from babel.dates import format_date
from babel.localedata import exists
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from beffroi.mandate.annex_text import (
    Confusions,
    Contacts,
    Content,
    Figures,
    Gap,
    Measure,
    Translation,
)
from beffroi.mandate.definition import Definition, EvidenceClass, Text
from beffroi.words import LANGUAGES, locale_of

Shown = bool | int | float | str | tuple[str, ...] | None


def name_field(field: str, language: str) -> str:
    """What people call a field of a definition; English where the language is not known."""
    return word("fields", field, language)


def name_annex(name: str, language: str) -> str:
    """What people call a kind of annex, or a word of one."""
    return word("annexes", name, language)


def word(group: str, key: str, language: str) -> str:
    """What a name of a closed list is called; English where the language is not known."""
    words = _catalogue()[group].get(key, {})
    return words.get(language) or words.get("en") or key


def day(moment: date, language: str) -> str:
    """A day in full, as the language writes it; English where we have no words in it."""
    known = language if language in LANGUAGES else "en"
    return format_date(moment, "long", locale=locale_of(known))


def render(name: str, value: Shown, language: str) -> str:
    """A value as people read it, its unit taken from the end of its name.

    Args:
        name: Of the field or parameter, e.g. `stay_ms`.
        value: A number, text, truth value or list of texts; None for no value.
        language: Two letters.
    """
    if isinstance(value, tuple):
        return ", ".join(value)
    if value is None or isinstance(value, bool | EvidenceClass):
        return word("values", "absent" if value is None else str(value).lower(), language)
    if isinstance(value, str):
        return value
    locale = locale_of(language if exists(language) else "en")
    shown = _UNITS.get(name.rpartition("_")[2])
    return shown(value, locale) if shown else format_decimal(value, locale=locale)


def in_language(text: Text, language: str) -> str:
    """A text in a language, else in English, which every voted text has."""
    return text.get(language) or text.get("en", "")


def read_out(definition: Definition, language: str) -> list[tuple[str, str]]:
    """Every field with its name, in the order in which a definition is read.

    Args:
        definition: The one to read.
        language: Two letters; English where a text is lacking.
    """
    rows = []
    for field in Definition.model_fields:
        value, name = getattr(definition, field), name_field(field, language)
        match field:
            case "labels":
                continue
            case "parameters":
                rows += [
                    (
                        in_language(definition.labels.get(key, {}), language) or key,
                        render(key, item, language),
                    )
                    for key, item in value.items()
                ]
            case "models":
                rows += [(f"{name} {model}", digest) for model, digest in value.items()]
            case _ if isinstance(value, dict):
                rows.append((name, in_language(value, language)))
            case _:
                rows.append((name, render(field, value, language)))
    return rows


def read_out_annex(
    content: Content, definition: Definition, language: str
) -> list[tuple[str, str]]:
    """What an annex adds, with names; figures only where they hold for this definition.

    A translation adds nothing here: see `Translation.added_to`.
    """
    match content:
        case Confusions():
            name = name_annex("confusion", language)
            return [(name, in_language(one, language)) for one in content.confusions]
        case Contacts():
            return [
                (
                    name_annex(one.matter, language),
                    f"{in_language(one.service, language)}, {one.reach}",
                )
                for one in content.contacts
            ]
        case Figures():
            held = [one for one in content.measures if one.conduct == definition.conduct]
            none = name_annex("figures", language), name_annex("unmeasured", language)
            gaps = [one for one in content.bias if one.conduct == definition.conduct]
            return [
                *([_measure(one, language) for one in held] or [none]),
                *(_gap(one, language) for one in gaps),
            ]
        case Translation():
            return []


def _measure(measure: Measure, language: str) -> tuple[str, str]:
    name = name_annex("synthetic" if measure.synthetic else "filmed", language)
    shares = ", ".join(
        f"{name_annex(field, language)} {_share(share.permille / 1000, language)} "
        f"({_share(share.low / 1000, language)} – {_share(share.high / 1000, language)})"
        for field, share in (("recall", measure.recall), ("precision", measure.precision))
    )
    return name, f"{shares}. {in_language(measure.data, language)}"


def _gap(gap: Gap, language: str) -> tuple[str, str]:
    least = _share(gap.most_permille / 1000, language)
    measured = name_annex("synthetic" if gap.synthetic else "filmed", language)
    return name_annex("gap", language), f"{least}, {measured}. {in_language(gap.data, language)}"


def _seconds(value: float, language: str) -> str:
    if value < 120:
        return f"{format_decimal(value, locale=language)} s"
    minutes, seconds = divmod(value, 60)
    return f"{minutes:.0f} min" + (f" {_seconds(seconds, language)}" if seconds else "")


def _metres(value: float, language: str) -> str:
    number, unit = (value, "m") if value >= 1 else (value * 100, "cm")
    return f"{format_decimal(number, locale=language)} {unit}"


def _share(value: float, language: str) -> str:
    return format_percent(value, decimal_quantization=False, locale=language)


_UNITS: Final[Mapping[str, Callable[[float, str], str]]] = {
    "ms": lambda value, language: _seconds(value / 1000, language),
    "s": _seconds,
    "cm": lambda value, language: _metres(value / 100, language),
    "m": _metres,
    "px": lambda value, language: f"{format_decimal(value, locale=language)} px",
    "percent": lambda value, language: _share(value / 100, language),
    "permille": lambda value, language: _share(value / 1000, language),
    "days": lambda value, language: format_unit(value, "duration-day", "long", locale=language),
    "severity": lambda value, language: word("values", f"severity_{value}", language),
}
"""How a value is shown, by the unit at the end of its name."""


@cache
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    text = (files(__package__) / "reading.yaml").read_text(encoding="utf-8")
    catalogue: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return catalogue
