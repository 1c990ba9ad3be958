"""The form of a use: what a clerk types, and the use that it makes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.datastructures import FormData

from beffroi.errors import BadInput
from beffroi.mandate.hours import ALWAYS, Hours, zone_of
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import Regime, UseText
from beffroi.mandate.uses import UseSpec
from beffroi.web.i18n import N_
from beffroi.words import say

Values = dict[str, str]

_TEXTS: Final = ("purpose", "law", "legal_basis", "controller", "timezone", "occasion", "renews")
_LISTS: Final = ("processors", "partners", "places")
_SPAN: Final = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")

Point = tuple[float, float]


class Drawn(BaseModel):
    """What is drawn on a camera, in fractions of the picture."""

    model_config = ConfigDict(extra="forbid")

    area: list[Point] = []
    forbidden: dict[str, list[Point]] = {}
    lines: dict[str, tuple[Point, Point]] = {}


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
        "max_offline_s": str(text.max_offline_s),
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
    wrong = {
        name: "missing"
        for name in ("definition", "purpose", "legal_basis", "mode", "starts", "ends")
        if not values.get(name, "").strip()
    }
    days = {name: _day(values.get(name, "")) for name in ("starts", "ends")}
    wrong |= {name: "day" for name, day in days.items() if day is None and name not in wrong}
    offline = values.get("max_offline_s", "").strip() or "5"
    if not offline.isdigit():
        wrong["max_offline_s"] = "number"
    wrong |= _unknown(values)
    starts, ends = days["starts"], days["ends"]
    if wrong or starts is None or ends is None:
        return Typed(None, wrong)
    zone = zone_of(values.get("timezone", ""))
    begin = datetime(starts.year, starts.month, starts.day, tzinfo=zone)
    after = ends + timedelta(days=1)
    text = {name: values.get(name, "").strip() for name in _TEXTS}
    lists = {name: _lines(values.get(name, "")) for name in _LISTS}
    return Typed(
        UseSpec(
            **text,
            **lists,
            mode=Mode(values["mode"]),
            regime=TypeAdapter[Regime](Regime).validate_python(values["regime"]),
            starts_at=begin.astimezone(UTC),
            ends_at=datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC),
            hours=_hours(values),
            max_offline_s=int(offline),
            cameras={
                camera: _zones(values, camera)
                for camera in cameras
                if values.get(f"camera-{camera}")
            },
        )
    )


def _unknown(values: Values) -> dict[str, str]:
    known = {"mode": list(Mode), "regime": ["gdpr", "led", "state_security"]}
    return {
        name: "choice"
        for name, choices in known.items()
        if values.get(name) and values[name] not in choices
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
        return Drawn.model_validate(json.loads(typed)).model_dump(mode="json")
    except (ValueError, ValidationError) as error:
        raise BadInput(
            N_("Zones are JSON with area, forbidden and lines, in fractions of the picture.")
        ) from error
