"""What one text of a use lets happen that another did not: residents are asked again for that.

Parameters are left out: whether a number lets more or less through only its detector knows, and
residents may well have asked for it; so are the words that explain. What is named nowhere here
counts as wider when it changes: another law or another model is never the same matter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from shapely import Polygon, make_valid

from beffroi.mandate.definition import Definition, EvidenceClass
from beffroi.mandate.hours import Hours, parse_minute
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import CameraText, UseText
from beffroi.words import Words, say

_FARTHER: Final = (Mode.STATISTICS, Mode.SHADOW, Mode.LIVE)
_EVIDENCE: Final = tuple(EvidenceClass)
_TOLERANCE: Final = 1e-6
"""Fractions of the picture: two polygons that share an edge do so only up to rounding."""


_EXPLAINS: Final = frozenset({"use", "definition", "purpose", "controller"})
"""Fields of the text that may be put better; what a definition says is compared by itself."""
_WEIGHED: Final = frozenset(
    {"mode", "partners", "processors", "max_offline_s", "quota"}
    | {"timezone", "hours", "starts_at", "ends_at", "cameras"}
)
"""Fields of the text that may change one way."""
_TUNES: Final = frozenset(
    {"version", "title", "criterion", "not_detected", "alternative", "labels"}
    | {"parameters", "behaviour", "rate_hz", "severity"}
)
"""Fields of the definition that may change."""
_KEEPS: Final = frozenset({"retention_days", "evidence", "precisions", "person_px"})
"""Fields of the definition that may change one way."""


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a use, with the definition that it applies."""

    text: UseText
    definition: Definition


def widened(before: Version, after: Version) -> list[Words]:
    """What the later text lets happen that the earlier one did not, a few words each."""
    return [
        *_changed(before.text, after.text, _EXPLAINS | _WEIGHED),
        *_in_reach(before.text, after.text),
        *_in_time(before.text, after.text),
        *_changed(before.definition, after.definition, _TUNES | _KEEPS),
        *_in_matter(before.definition, after.definition),
        *_on_cameras(before.text.cameras, after.text.cameras),
    ]


def _changed(before: BaseModel, after: BaseModel, but: frozenset[str]) -> Iterator[Words]:
    """Fields that differ and may not."""
    for field in type(before).model_fields:
        was, now = getattr(before, field), getattr(after, field)
        if field not in but and was != now:
            name = _names().get(field, field)
            yield say(
                "{field}: {before} → {after}", field=name, before=_told(was), after=_told(now)
            )


def _names() -> Mapping[str, Words]:
    """What people call the fields that may not change."""
    return {
        "law": say("law"),
        "legal_basis": say("legal basis"),
        "regime": say("legal regime"),
        "occasion": say("occasion"),
        "places": say("places"),
        "renews": say("use that it continues"),
        "event": say("event"),
        "detector": say("detector"),
        "models": say("models"),
        "told": say("who is told"),
    }


def _told(value: object) -> str:
    """A value in few words: models by name and beginning, texts in English."""
    if isinstance(value, Mapping):
        return str(value.get("en") or ", ".join(f"{k} {str(v)[:8]}" for k, v in value.items()))
    return (", ".join(value) if isinstance(value, tuple) else str(value)) or "—"


def _in_reach(before: UseText, after: UseText) -> Iterator[Words]:
    if before.mode is not after.mode and not _narrower(before.mode, after.mode):
        yield say("mode {before} → {after}", before=before.mode.value, after=after.mode.value)
    if new := sorted(set(after.partners) - set(before.partners)):
        yield say("who is told: {partners}", partners=", ".join(new))
    if new := sorted(set(after.processors) - set(before.processors)):
        yield say("processors: {processors}", processors=", ".join(new))
    if after.max_offline_s > before.max_offline_s:
        yield say(
            "time offline: {before} s → {after} s",
            before=before.max_offline_s,
            after=after.max_offline_s,
        )
    if after.quota > before.quota:
        yield say("samples: {before} → {after}", before=before.quota, after=after.quota)


def _narrower(before: Mode, after: Mode) -> bool:
    """A learning set is no step on the way from counting to ringing."""
    if Mode.LEARNING in (before, after):
        return False
    return _FARTHER.index(after) < _FARTHER.index(before)


def _in_time(before: UseText, after: UseText) -> Iterator[Words]:
    if before.timezone != after.timezone or not _minutes(after.hours) <= _minutes(before.hours):
        yield say("hours")
    if after.starts_at < before.starts_at or after.ends_at > before.ends_at:
        yield say("dates")


def _minutes(hours: Hours) -> set[tuple[str, int]]:
    return {
        (day, minute)
        for day, spans in hours.items()
        for start, end in spans
        for minute in range(parse_minute(start), parse_minute(end))
    }


def _in_matter(before: Definition, after: Definition) -> Iterator[Words]:
    if after.retention_days > before.retention_days:
        yield say(
            "days that evidence is kept: {before} → {after}",
            before=before.retention_days,
            after=after.retention_days,
        )
    if _EVIDENCE.index(after.evidence) > _EVIDENCE.index(before.evidence):
        yield say(
            "evidence: {before} → {after}",
            before=before.evidence.value,
            after=after.evidence.value,
        )
    if new := sorted(set(after.precisions) - set(before.precisions)):
        yield say("precisions: {precisions}", precisions=", ".join(new))
    if after.person_px < before.person_px:
        yield say(
            "least height of people: {before} px → {after} px",
            before=before.person_px,
            after=after.person_px,
        )


def _on_cameras(
    before: Mapping[str, CameraText], after: Mapping[str, CameraText]
) -> Iterator[Words]:
    for camera, seen in sorted(after.items()):
        was = before.get(camera)
        if was is None or was.address != seen.address:
            yield say("camera {camera}", camera=camera)
        elif not all(mask in seen.masks for mask in was.masks):
            yield say("masks of camera {camera}", camera=camera)
        elif not _drawn_within(was.zones, seen.zones):
            yield say("what is drawn on camera {camera}", camera=camera)


def _drawn_within(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether what is drawn reaches nowhere that it did not; without an area it is everywhere."""
    was, area = before.get("area"), after.get("area")
    if was and not (area and _covers(was, area)):
        return False
    zones, lines = before.get("forbidden", {}), before.get("lines", {})
    return all(
        name in zones and _covers(zones[name], zone)
        for name, zone in after.get("forbidden", {}).items()
    ) and all(lines.get(name) == line for name, line in after.get("lines", {}).items())


def _covers(outer: list[Any], inner: list[Any]) -> bool:
    return bool(make_valid(Polygon(outer)).buffer(_TOLERANCE).covers(make_valid(Polygon(inner))))
