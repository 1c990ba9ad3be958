"""What a text lets happen that another did not is named, and nothing else is."""

from datetime import timedelta
from typing import Any

import pytest

from beffroi.mandate.definition import Definition, EvidenceClass, VotedText
from beffroi.mandate.modes import Mode
from beffroi.mandate.use_text import CameraText, UseText
from beffroi.mandate.widening import Version, widened
from tests.mandate.bench import NOON

SQUARE = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
WITHIN = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7)]
LINE = [(0.1, 0.1), (0.9, 0.1)]


def camera(**changes: Any) -> CameraText:
    usual: dict[str, Any] = {"address": "rtsp://192.0.2.7/1", "ground": None, "masks": []}
    return CameraText(**usual | {"zones": {}} | changes)


def use(**changes: Any) -> UseText:
    usual: dict[str, Any] = {
        "use": "falls",
        "definition": "0" * 64,
        "mode": Mode.SHADOW,
        "purpose": "help",
        "law": "loi",
        "legal_basis": "article 1",
        "partners": ("firefighters",),
        "timezone": "Europe/Paris",
        "hours": {"0": [("08:00", "20:00")], "1": [("08:00", "20:00")]},
        "starts_at": NOON,
        "ends_at": NOON + timedelta(days=30),
        "max_offline_s": 60,
        "cameras": {"park": camera(masks=[SQUARE]), "quay": camera(zones={"area": SQUARE})},
    }
    return UseText(**usual | changes)


def on(park: dict[str, Any] | None = None, **quay: Any) -> dict[str, CameraText]:
    return {"park": camera(**park or {"masks": [SQUARE]}), "quay": camera(zones=quay)}


ELSEWHERE = {"address": "rtsp://192.0.2.8/1", "masks": [SQUARE]}

WIDER: list[tuple[dict[str, Any], str]] = [
    ({"mode": Mode.LIVE}, "mode shadow → live"),
    ({"mode": Mode.LEARNING}, "mode shadow → learning"),
    ({"hours": {"0": [("08:00", "20:01")]}}, "hours"),
    ({"hours": {"2": [("08:00", "09:00")]}}, "hours"),
    ({"timezone": "Europe/London"}, "hours"),
    ({"ends_at": NOON + timedelta(days=31)}, "dates"),
    ({"starts_at": NOON - timedelta(days=1)}, "dates"),
    ({"partners": ("firefighters", "police")}, "who is told: police"),
    ({"processors": ("Cloud Ltd",)}, "processors: Cloud Ltd"),
    ({"law": "other"}, "law: loi → other"),
    ({"legal_basis": "article 2"}, "legal basis: article 1 → article 2"),
    ({"regime": "led"}, "legal regime: gdpr → led"),
    ({"places": ("school",)}, "places: — → school"),
    ({"occasion": "fair"}, "occasion: — → fair"),
    ({"renews": "older"}, "use that it continues: — → older"),
    ({"max_offline_s": 61}, "time offline: 60 s → 61 s"),
    ({"cameras": on(area=SQUARE) | {"rue": camera()}}, "camera rue"),
    ({"cameras": on(ELSEWHERE, area=SQUARE)}, "camera park"),
    ({"cameras": on({"masks": [WITHIN]}, area=SQUARE)}, "masks of camera park"),
    ({"cameras": on()}, "what is drawn on camera quay"),
    ({"cameras": on(area=[(0.0, 0.0), *SQUARE[1:]])}, "what is drawn on camera quay"),
    ({"cameras": on(area=SQUARE, forbidden={"pond": WITHIN})}, "what is drawn on camera quay"),
    ({"cameras": on(area=SQUARE, lines={"edge": LINE})}, "what is drawn on camera quay"),
]

NO_WIDER: list[dict[str, Any]] = [
    {},
    {"mode": Mode.STATISTICS},
    {"hours": {"0": [("08:00", "12:00"), ("12:00", "20:00")]}},
    {"ends_at": NOON + timedelta(days=29), "starts_at": NOON + timedelta(days=1)},
    {"partners": (), "max_offline_s": 5, "purpose": "better", "controller": "Town"},
    {"cameras": {"quay": camera(zones={"area": SQUARE[2:] + SQUARE[:2]})}},
    {"cameras": on({"masks": [SQUARE, WITHIN]}, area=WITHIN)},
]


@pytest.mark.parametrize(("changes", "named"), WIDER)
def test_what_is_wider_is_named(fall: VotedText, changes: dict[str, Any], named: str) -> None:
    before, after = (Version(text, fall.definition) for text in (use(), use(**changes)))
    assert widened(before, after) == [named]


@pytest.mark.parametrize("changes", NO_WIDER)
def test_what_is_narrower_or_alike_is_not(fall: VotedText, changes: dict[str, Any]) -> None:
    before, after = (Version(text, fall.definition) for text in (use(), use(**changes)))
    assert widened(before, after) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"retention_days": 9}, ["days that evidence is kept: 3 → 9"]),
        ({"evidence": EvidenceClass.CLEAR}, ["evidence: pixelated → clear"]),
        ({"event": "strike"}, ["event: fall → strike"]),
        ({"models": {"pose": "1" * 64}}, ["models: {models} → pose 11111111"]),
        ({"told": {"fr": "La presse", "en": "The press"}}, ["who is told: {told} → The press"]),
        ({"precisions": ("f32", "int8")}, ["precisions: int8"]),
        ({"person_px": 20}, ["least height of people: 40 px → 20 px"]),
        ({"retention_days": 1, "evidence": EvidenceClass.NONE, "rate_hz": 5}, []),
    ],
)
def test_another_definition_may_be_wider_too(
    fall: VotedText, changes: dict[str, Any], named: list[str]
) -> None:
    known = {"retention_days": 3, "evidence": EvidenceClass.PIXELATED, "person_px": 40}
    before: Definition = fall.definition.model_copy(update=known)
    after = before.model_copy(update=changes)
    (model, digest), *_ = before.models.items()
    facts = {"models": f"{model} {digest[:8]}", "told": before.told["en"]}
    assert widened(Version(use(), before), Version(use(), after)) == [
        each.format_map(facts) for each in named
    ]
