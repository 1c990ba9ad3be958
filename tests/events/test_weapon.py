"""Weapons: nothing looks for them without a model of the city's own, and what is done with one."""

from collections.abc import Callable

import numpy as np
import pytest

from beffroi.errors import Actor, BadInput, Unavailable
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.registry import behaviours, demands, make, shipped_definitions
from beffroi.mandate.definition import Definition
from beffroi.mandate.equipment import Demands
from beffroi.perception.observation import Observation, Region
from tests.events.shipped import VOTED
from tests.events.stick import SIZE, run

HZ = 5
HERE, THERE = (300.0, 200.0, 330.0, 220.0), (20.0, 300.0, 60.0, 340.0)
DEFINITION = VOTED["fire"].definition.model_copy(
    update={
        "event": "weapon",
        "detector": "weapon",
        "parameters": {"score_percent": 60, "hold_ms": 1000, "pause_ms": 30_000},
        "models": {"town-weapons": "0" * 64},
    }
)


def seen(score: float, who: str = "00000001", kind: str = "weapon") -> Region:
    return Region(who, kind, HERE if who == "00000001" else THERE, score, 0.0, None)


def film(seconds: float, scene: Callable[[float], list[Region]]) -> list[Observation]:
    times = (np.arange(round(seconds * HZ)) / HZ).tolist()
    return [Observation("test", t, None, SIZE, 0.0, True, (), tuple(scene(t))) for t in times]


def found(scene: Callable[[float], list[Region]], seconds: float = 20, **drawn: Zones) -> int:
    return len(run(make(DEFINITION, drawn.get("zones", Zones())), film(seconds, scene)))


def test_what_is_seen_for_long_is_reported_once_and_names_nobody() -> None:
    detector = make(DEFINITION, Zones())
    (one,) = run(detector, film(20, lambda t: [seen(0.8), seen(0.7, "00000002")] if t > 2 else []))
    assert (one.event, one.tracks, one.count) == ("weapon", (), 0)
    assert (one.start_t, one.end_t) == pytest.approx((2.2, 3.2), abs=0.01)
    assert one.score == 0.8


@pytest.mark.parametrize(
    "scene",
    [
        lambda t: [seen(0.8)] if t < 0.8 else [],
        lambda _: [seen(0.59)],
        lambda t: [seen(0.8)] if int(t * HZ) % 5 == 0 else [],
        lambda t: [seen(0.8, f"0000{int(t * HZ):04x}")],
        lambda _: [seen(0.9, kind="still")],
    ],
    ids=["a glint", "too unsure", "now and then", "never the same", "something that stands"],
)
def test_what_is_seen_too_briefly_is_not_reported(scene: Callable[[float], list[Region]]) -> None:
    assert found(scene) == 0


@pytest.mark.parametrize(("away_s", "times"), [(10, 1), (40, 2)])
def test_it_is_reported_again_once_none_was_seen_for_a_while(away_s: float, times: int) -> None:
    assert found(lambda t: [] if 5 < t < 5 + away_s else [seen(0.8)], seconds=60) == times


def test_only_the_drawn_area_is_looked_at() -> None:
    left = Zones(area=((0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0)))
    assert found(lambda _: [seen(0.8)], zones=left) == 0
    assert found(lambda _: [seen(0.8, "00000002")], zones=left) == 1


def test_no_definition_of_weapons_ships_and_whoever_asks_is_told_the_way_out() -> None:
    assert "weapon" not in {voted.definition.event for voted in shipped_definitions()}
    assert "weapon" in behaviours()
    unnamed = DEFINITION.model_copy(update={"models": VOTED["fire"].definition.models})
    for ask in (lambda: make(unnamed, Zones()), lambda: choose_definitions(["weapon"], Zones())):
        with pytest.raises(Unavailable, match=r"ships no model.*administrator.*council") as refused:
            ask()
        assert refused.value.actor is Actor.ADMINISTRATOR


@pytest.mark.parametrize("event", sorted(VOTED))
def test_a_text_must_name_the_models_that_its_detector_is_shown(event: str) -> None:
    definition = VOTED[event].definition
    nothing = definition.model_copy(update={"models": {}})
    for ask in (lambda: make(nothing, Zones()), lambda: demands(nothing)):
        with pytest.raises(BadInput, match="names no model that finds"):
            ask()
    assert demands(definition).tasks
    own = definition.model_copy(update={"models": {"town-made": "0" * 64}})
    assert demands(own) == demands(definition)


def test_demands_are_those_of_the_text_and_not_of_its_detector_alone() -> None:
    def of(**asked: bool) -> Definition:
        definition = VOTED["intrusion"].definition
        models = {"one": "0" * 64, "other": "1" * 64}
        parameters = {**definition.parameters, **asked}
        return definition.model_copy(update={"parameters": parameters, "models": models})

    assert demands(of(people=True, vehicles=True)).tasks == {"pose", "objects"}
    assert demands(of(people=False, vehicles=True)) == Demands(frozenset({"objects"}))
    assert demands(VOTED["density"].definition).ground
