"""The form of a use: what a clerk types, and the use that it makes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast, get_args

from pydantic import ValidationError
from starlette.datastructures import FormData

from beffroi.errors import BadInput
from beffroi.mandate.drawn import Drawn
from beffroi.mandate.hours import ALWAYS, Hours, zone_of
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import Regime, UseText
from beffroi.mandate.uses import UseSpec
from beffroi.web.i18n import N_
from beffroi.web.mandate_words import MANDATE
from beffroi.words import say

Values = dict[str, str]

_TEXTS: Final = ("purpose", "law", "legal_basis", "controller", "timezone", "occasion", "renews")
_NUMBERS: Final = {"max_offline_s": 5, "quota": 0}
"""With what stands for an empty field."""
_LISTS: Final = ("processors", "partners")
PLACES: Final = tuple(MANDATE["place"])
"""Kinds of places that a form can tick; others are written, one a line."""
_NEEDED: Final = ("definition", "purpose", "legal_basis", "mode", "starts", "ends")
_YEARS: Final = (2000, 2200)
"""Outside of these a day was mistyped."""
_SPAN: Final = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form of a use as it was read.

    Args:
        spec: The use, if everything can be used.
        wrong: By field, the word of the closed list `typed`.
    """

    spec: UseSpec | None
    wrong: Mapping[str, str] = field(default_factory=dict)


def usual_values(now: datetime) -> Values:
    """What the form of a new use holds before anything is typed."""
    text = {"mode": Mode.SHADOW.value, "regime": "gdpr", "timezone": "Europe/Paris"}
    every_day = {f"hours-{day}": "00:00–24:00" for day in ALWAYS}
    first = now.date() + timedelta(days=1)
    return text | every_day | {"starts": first.isoformat(), "max_offline_s": "5"}


def values_of(text: UseText) -> Values:
    """A use as its form shows it."""
    return {
        **{name: str(getattr(text, name)) for name in _TEXTS},
        **{name: "\n".join(getattr(text, name)) for name in _LISTS},
        **{
            f"hours-{day}": ", ".join(f"{start}–{end}" for start, end in text.hours.get(day, []))
            for day in ALWAYS
        },
        **{f"place-{place}": "on" for place in text.places},
        "places": "\n".join(place for place in text.places if place not in PLACES),
        **{f"camera-{camera}": "on" for camera in text.cameras},
        **{
            f"zones-{camera}": json.dumps(one.zones, ensure_ascii=False)
            for camera, one in text.cameras.items()
            if any(one.zones.values())
        },
        "definition": text.definition,
        "mode": text.mode.value,
        "regime": text.regime,
        "starts": text.today(text.starts_at).isoformat(),
        "ends": text.today(text.ends_at - timedelta(microseconds=1)).isoformat(),
        **{name: str(getattr(text, name)) for name in _NUMBERS},
    }


def values_typed(form: FormData) -> Values:
    """What was typed, for the form to show again."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def read_use(values: Values, cameras: Sequence[str]) -> Typed:
    """The use that a form makes, or what cannot be used of it.

    Args:
        values: What was typed.
        cameras: Ids of the cameras in service.

    Raises:
        BadInput: Hours, zones or the time zone cannot be read.
    """
    wrong = _wrong(values)
    return Typed(None, wrong) if wrong else Typed(_spec(values, cameras))


def _wrong(values: Values) -> dict[str, str]:
    """By field, what cannot be used of it by itself; of two reasons the plainer one."""
    return {
        **_unknown(values),
        **{name: "number" for name in _NUMBERS if not _number(values, name).isdecimal()},
        **{name: "day" for name in ("starts", "ends") if _day(values.get(name, "")) is None},
        **{name: "missing" for name in _NEEDED if not values.get(name, "").strip()},
    }


def _spec(values: Values, cameras: Sequence[str]) -> UseSpec:
    said = {name: values.get(name, "").strip() for name in _TEXTS}
    lists = {name: _lines(values.get(name, "")) for name in _LISTS}
    zone = zone_of(said["timezone"])
    starts, ends = (date.fromisoformat(values[name]) for name in ("starts", "ends"))
    return UseSpec(
        purpose=said["purpose"],
        law=said["law"],
        legal_basis=said["legal_basis"],
        controller=said["controller"],
        timezone=said["timezone"],
        occasion=said["occasion"],
        renews=said["renews"],
        processors=lists["processors"],
        partners=lists["partners"],
        places=tuple(place for place in PLACES if values.get(f"place-{place}"))
        + _lines(values.get("places", "")),
        mode=Mode(values["mode"]),
        regime=cast(Regime, values.get("regime") or "gdpr"),
        starts_at=datetime.combine(starts, time(), zone).astimezone(UTC),
        ends_at=datetime.combine(ends + timedelta(days=1), time(), zone).astimezone(UTC),
        hours=_hours(values),
        max_offline_s=int(_number(values, "max_offline_s")),
        quota=int(_number(values, "quota")),
        cameras={
            camera: _zones(values, camera) for camera in cameras if values.get(f"camera-{camera}")
        },
    )


def _number(values: Values, name: str) -> str:
    return values.get(name, "").strip() or str(_NUMBERS[name])


def _unknown(values: Values) -> dict[str, str]:
    known: dict[str, Sequence[str]] = {"mode": list(Mode), "regime": get_args(Regime)}
    return {
        name: "choice"
        for name, choices in known.items()
        if values.get(name) and values[name] not in choices
    }


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _YEARS[0] <= day.year <= _YEARS[1] else None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _hours(values: Values) -> Hours:
    """Weekly hours as typed: ``08:00–12:00, 14:00–24:00``; an empty day is left out."""
    hours: Hours = {}
    for day in ALWAYS:
        typed = values.get(f"hours-{day}", "").strip()
        spans = [_SPAN.fullmatch(part.strip()) for part in typed.split(",")] if typed else []
        if any(span is None for span in spans):
            raise BadInput(say("The hours “{text}” cannot be read: 08:00–12:00.", text=typed))
        found = [(span[1].zfill(5), span[2].zfill(5)) for span in spans if span is not None]
        if found:
            hours[day] = found
    return hours


def _zones(values: Values, camera: str) -> dict[str, Any]:
    """What is drawn on a camera: picked from another use, else as typed."""
    typed = values.get(f"zones_from-{camera}", "").strip() or values.get(f"zones-{camera}", "")
    if not typed.strip():
        return {}
    try:
        return Drawn.model_validate_json(typed).model_dump(mode="json")
    except ValidationError as error:
        raise BadInput(
            N_("Zones are JSON with area, forbidden and lines, in fractions of the picture.")
        ) from error
