"""Languages of the pages: gettext catalogues read as they are, without a build step.

Messages are written in English in the code and the templates; `locales/<code>.po` holds the rest.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 (a method below has its name)
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from beffroi import words
from beffroi.words import LANGUAGES, locale_of

LOCALES: Final = Path(__file__).parent / "locales"
DEFAULT: Final = "fr"


def N_(message: str) -> str:  # noqa: N802 (gettext's own name, which its extractor looks for)
    """Mark a message for translation where it is written, for translating where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language, with its words and its ways of writing dates and numbers.

    Args:
        code: Two letters.
        locale: Babel's description of it.
        translations: Its catalogue; English has an empty one.
    """

    code: words.Language
    locale: Locale
    translations: Translations

    @property
    def name(self) -> str:
        """What its speakers call it."""
        return (self.locale.language_name or self.code).capitalize()

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self.translations.gettext(message)

    def date(self, value: datetime, zone: tzinfo | str | None = None) -> str:
        """Day and time to the second, in a zone or else in this machine's."""
        return format_datetime(value, "medium", tzinfo=_zone(zone), locale=self.locale)

    def day(self, value: Day) -> str:
        """A day in full."""
        return format_date(value, "long", locale=self.locale)

    def time(self, value: datetime, zone: tzinfo | str | None = None) -> str:
        """Time of day to the second."""
        return format_datetime(value, "HH:mm:ss", tzinfo=_zone(zone), locale=self.locale)

    def number(self, value: float) -> str:
        """A number with this language's separators, at most one decimal."""
        return format_decimal(value, format="#,##0.#", locale=self.locale)

    def percent(self, value: float) -> str:
        """A share from 0 to 1 as per cent."""
        return format_percent(value, locale=self.locale)


@cache
def load_languages() -> Mapping[str, Language]:
    """Every language that has a catalogue, read once."""
    return {code: Language(code, Locale.parse(locale_of(code)), _read(code)) for code in LANGUAGES}


def choose(wish: str | None, kept: str | None, accepted: str) -> str:
    """The language of a page: asked for, else kept in a cookie, else accepted by the browser.

    Args:
        wish: Value of ``?lang=``.
        kept: Value of the cookie.
        accepted: The header ``Accept-Language``.
    """
    for code in (wish, kept, *_by_preference(accepted)):
        if code in LANGUAGES:
            return code
    return DEFAULT


def _by_preference(header: str) -> list[str]:
    ranked: list[tuple[float, int, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            ranked.append((-float(weight or 1), len(ranked), tag.strip()[:2].lower()))
        except ValueError:
            continue
    return [code for _, _, code in sorted(ranked)]


def _read(code: str) -> Translations:
    path = LOCALES / f"{code}.po"
    if not path.exists():
        return Translations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _zone(zone: tzinfo | str | None) -> tzinfo:
    return get_timezone(zone)
