"""Pages: one Jinja environment per language, so that a template cannot mix two."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from beffroi.mandate.definition import Definition, Text
from beffroi.mandate.doctrine.translations import is_translated, told
from beffroi.mandate.impact.remedies import remedies, rights_of
from beffroi.mandate.notices.press import MISSING, can_print
from beffroi.mandate.reading import read_out
from beffroi.mandate.rights import Permission
from beffroi.web.definitions import event_titles
from beffroi.web.i18n import Language, choose, load_languages
from beffroi.web.site import site_of
from beffroi.web.telling import tell
from beffroi.web.words import WORDS

TEMPLATES: Final = Path(__file__).parent / "templates"
LANGUAGE_COOKIE: Final = "beffroi_language"
_YEAR_S: Final = 365 * 86400
_REACH: Final = 14
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@cache
def load_environments() -> Mapping[str, Environment]:
    """A Jinja environment for each language, made once: a template is compiled when first used."""
    return {code: _make_environment(language) for code, language in load_languages().items()}


def language_of(request: Request) -> Language:
    """The language in which a request is answered."""
    wish = request.query_params.get("lang")
    kept = request.cookies.get(LANGUAGE_COOKIE)
    code = choose(wish, kept, request.headers.get("accept-language", ""))
    return site_of(request).languages[code]


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page, in the visitor's language.

    Args:
        request: What is answered.
        template: File below `templates/`.
        status: HTTP status.
        context: What the template shows; the visitor and the languages come by themselves.
    """
    site = site_of(request)
    language = language_of(request)
    page = site.environments[language.code].get_template(template)
    text = page.render(
        request=request,
        languages=site.languages.values(),
        visitor=getattr(request.state, "visitor", None),
        **context,
    )
    response = HTMLResponse(
        text, status, headers={"Content-Language": language.code, "Vary": "Accept-Language, Cookie"}
    )
    if request.query_params.get("lang") == language.code:
        response.set_cookie(
            LANGUAGE_COOKIE, language.code, max_age=_YEAR_S, httponly=True, samesite="lax"
        )
    return response


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a piece of the page rather than the page."""
    return request.headers.get("hx-request") == "true"


def _make_environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The i18n extension adds this method at run time, unseen by type checkers.
    install = environment.install_gettext_translations  # type: ignore[attr-defined]
    install(language.translations, newstyle=True)

    def word(kind: str, value: str) -> str:
        """What people call a value of a closed list; a value nobody named stands for itself."""
        return language.gettext(WORDS.get(kind, {}).get(value, value))

    def voted(text: Text) -> str:
        """A text that was voted, in this language as far as there is one, else in English."""
        return told(text, language.code)

    def event(name: str) -> str:
        """What people call a kind of event, with the name that texts know it by."""
        title = event_titles().get(name)
        return f"{word('event', name) if title is None else voted(title)} ({name})"

    def named(kind: str, values: Iterable[str]) -> list[tuple[str, str]]:
        """Values of a closed list, each with what people call it."""
        return [(value, word(kind, value)) for value in values]

    def reading(definition: Definition) -> list[tuple[str, str]]:
        """Every field of a definition with its name."""
        return read_out(definition, language.code)

    environment.globals.update(
        language=language,
        Permission=Permission,
        tell=partial(tell, language),
        word=word,
        named=named,
        voted=voted,
        is_translated=lambda text: is_translated(text, language.code),
        reading=reading,
        MISSING=MISSING,
        can_print=can_print,
        remedies=remedies,
        rights_of=rights_of,
    )
    environment.filters.update(
        event=event,
        sentence=_sentence,
        short=_short,
        behind=_behind,
        wedge=_wedge,
        date=language.date,
        day=language.day,
        written_day=lambda text: language.day(date.fromisoformat(text[:10])),
        written_date=lambda text: language.date(datetime.fromisoformat(text)),
        time=language.time,
        number=language.number,
        percent=language.percent,
    )
    return environment


def _sentence(text: str) -> str:
    """A reason that was said in passing, as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _short(source: str) -> str:
    """A source as people name it: of a hash, enough to tell it from others."""
    return f"{source[:16]}…" if _HASH.fullmatch(source) else source


def _behind(place: Mapping[str, float]) -> float:
    """How far below a camera its name stands: on the side that it does not look at."""
    looks_down = 90 < place.get("heading", 0) % 360 < 270
    return -3 if looks_down else 6


def _wedge(place: Mapping[str, float]) -> str:
    """What a camera sees, as the path of a slice of a circle that opens upwards."""
    half = math.radians(min(place.get("view", 60), 170) / 2)
    x, y = round(_REACH * math.sin(half), 2), round(_REACH * math.cos(half), 2)
    return f"M0 0L{-x} {-y}A{_REACH} {_REACH} 0 0 1 {x} {-y}Z"
