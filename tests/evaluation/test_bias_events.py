"""Plays that are the same have no gap, and what happens on one side alone is one."""

from pathlib import Path

import pytest

from beffroi.evaluation.bias import FACTORS, Trait, staged
from beffroi.evaluation.bias_events import (
    LATEST_S,
    PLAYS,
    SECONDS,
    _gap,
    _looks,
    _Played,
    event_gaps,
)
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant
from beffroi.perception.perceive import Models
from beffroi.simulation.scene import Scene


def test_a_play_holds_events_of_the_kind_that_is_looked_for() -> None:
    for event, place in PLAYS.items():
        happened = [e for e in Scene.create(place, 61).events(SECONDS) if e.event == event]
        assert any(e.instant_s + LATEST_S <= SECONDS for e in happened), event


def test_gaps_are_of_the_second_trait_against_the_first() -> None:
    pairs = [
        (_Played((True, True), 0), _Played((True, False), 2)),
        (_Played((True,), 1), _Played((False,), 1)),
    ]
    gap = _gap("skin tone", ("light", "dark"), "fall", pairs, 80.0)
    assert gap.events == 3
    assert gap.found == pytest.approx((1.0, 1 / 3))
    assert gap.found_gap is not None
    assert gap.found_gap[0] == pytest.approx(-2 / 3)
    assert gap.false == pytest.approx((40.0, 120.0))
    assert gap.false_gap[0] == pytest.approx(80.0)
    none = _gap("skin tone", ("light", "dark"), "fall", [(_Played((), 0), _Played((), 0))], 80.0)
    assert (none.found, none.found_gap) == (None, None)


def test_how_things_are_is_played_once_for_all_factors() -> None:
    as_is = {_looks(FACTORS[name][0]) for name in ("stick", "wheelchair", "light", "rain", "night")}
    assert len(as_is) == 1
    every = {_looks(trait) for traits in FACTORS.values() for trait in traits}
    assert len(every) == 2 * len(FACTORS) - 5, "camera height too is compared with how it is"


def test_the_same_play_twice_has_no_gap(models: Path) -> None:
    pose = variant("movenet-multipose", (288, 512), directory=models)
    same = (Trait("one"), Trait("the same"))
    with Inference([pose], threads=2) as inference:
        (gap,) = event_gaps(
            Models(pose), inference, [61], {"nothing": same}, {"intrusion": "platform"}, 1.0
        )
    assert gap.events == 0
    assert gap.false == (0, 0)


@pytest.mark.parametrize("aid", ["stick", "wheelchair"])
def test_people_with_an_aid_go_the_same_way(aid: str) -> None:
    t, trait = 12.0, FACTORS[aid][1]
    plain, aided = Scene.create("square", 61), staged(trait, "square", 61)
    before, after = ({p.id: p for p in s.state(t).people} for s in (plain, aided))
    both = before.keys() & after.keys()
    assert len(both) >= 6
    assert (plain.render(t) != aided.render(t)).any()
    for who in both:
        assert before[who].ground_m == pytest.approx(after[who].ground_m, abs=0.5)
        seated = after[who].height_px < 0.92 * before[who].height_px
        assert seated == (aid == "wheelchair")


def test_nobody_falls_out_of_a_wheelchair() -> None:
    plain, trait = Scene.create("park", 61), FACTORS["wheelchair"][1]
    fall = next(event for event in plain.events(SECONDS) if event.event == "fall")
    (who,) = fall.people

    def height(scene: Scene) -> float:
        return next(p.height_px for p in scene.state(fall.start_s - 1).people if p.id == who)

    assert height(staged(trait, "park", 61, ("fall",))) == height(plain)
    assert height(staged(trait, "park", 61)) < 0.92 * height(plain)
