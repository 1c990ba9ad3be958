"""Abandoned objects told from bags that are kept, and from people, by observations alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from beffroi.events.detector import Detection, Zones
from beffroi.perception.observation import Observation, Region, Track
from tests.events.shipped import detector
from tests.events.stick import LYING, SITTING, SIZE, STANDING, Pose, observation, run, track

HZ, STATURE = 4, 150.0
BAG = (300.0, 270.0, 340.0, 300.0)
AT = (320.0, 300.0)
CARRIER, OTHER = "0000000a", "0000000b"

Scene = Callable[[float], Sequence[Track]]


LEFT = Region("0000b0b0", "still", BAG, 0.9, 6.0, CARRIER)


def film(people: Scene, bag: Region = LEFT, seconds: float = 60) -> list[Observation]:
    """A bag is seen from 8 s on."""
    return [
        replace(
            observation(t, *people(t)),
            regions=(bag,) if t >= 8 else (),
        )
        for t in (i / HZ for i in range(round(seconds * HZ)))
    ]


def walker(who: str, start: float, *, speed: float = 90, stop: float | None = None) -> Scene:
    """Somebody who passes the bag at `start`, or comes to stand at it until `stop`."""

    def people(t: float) -> list[Track]:
        x = AT[0] + speed * (t - start)
        if stop is not None and t >= start:
            x = AT[0] if t < stop else AT[0] + speed * (t - stop)
        return [track(STANDING, (x, AT[1]), STATURE, who)] if 20 < x < SIZE[0] - 20 else []

    return people


def together(*scenes: Scene) -> Scene:
    return lambda t: [each for scene in scenes for each in scene(t)]


def found(people: Scene, bag: Region = LEFT, zones: Zones | None = None) -> list[Detection]:
    return run(detector("abandoned_object", zones), film(people, bag))


LEAVES = walker(CARRIER, 5, stop=8)


def test_a_bag_whose_carrier_has_gone_is_found_once_when_it_has_been_alone_long_enough() -> None:
    (one,) = found(LEAVES)
    assert one.tracks == (), "who went half a minute ago is nobody any more"
    assert one.end_t - one.start_t == pytest.approx(30, abs=0.5)
    assert 8 <= one.start_t <= 12


def test_a_passer_by_is_no_company() -> None:
    assert len(found(together(LEAVES, walker(OTHER, 25)))) == 1


def test_a_carrier_who_is_lost_and_found_again_on_the_way_is_still_the_carrier() -> None:
    def people(t: float) -> list[Track]:
        ids = {CARRIER: OTHER} if t > 9 else {}
        return [replace(each, id=ids.get(each.id, each.id)) for each in LEAVES(t)]

    (one,) = found(people)
    assert one.count == 1


def test_a_carrier_who_is_still_in_the_picture_is_named() -> None:
    away = walker(CARRIER, 5, stop=8)

    def people(t: float) -> list[Track]:
        return (
            list(away(t))
            if t < 10
            else [track(STANDING, (SIZE[0] - 30.0, AT[1]), STATURE, CARRIER)]
        )

    (one,) = found(people)
    assert one.tracks == (CARRIER,)


def lost_at(pose: Pose, until: float) -> Scene:
    """The carrier comes, changes posture beside the bag, and the model sees them no more."""

    def people(t: float) -> Sequence[Track]:
        if t < 7:
            return walker(CARRIER, 5, stop=90)(t)
        return [track(pose, AT, STATURE, CARRIER)] if t < until else []

    return people


TWINS: dict[str, Scene] = {
    "the carrier waits": walker(CARRIER, 5, stop=90),
    "the carrier comes back in time": together(
        walker(CARRIER, 5, stop=8), lambda t: walker(CARRIER, 30, stop=90)(t) if t > 25 else []
    ),
    "a friend stays": together(LEAVES, walker(OTHER, 5.5, stop=90)),
    "a friend comes later": together(LEAVES, walker(OTHER, 20, stop=90)),
    "somebody lies down and is not seen": lost_at(LYING, 9),
    "somebody lies down and is seen": lost_at(LYING, 90),
    "somebody sits down and is not seen": lost_at(SITTING, 9),
    "somebody disappears beside the bag": lost_at(STANDING, 10),
}


@pytest.mark.parametrize("twin", TWINS)
def test_silent_where_somebody_is_or_may_be_with_it(twin: str) -> None:
    assert found(TWINS[twin]) == []


@pytest.mark.parametrize(
    "bag",
    [
        replace(LEFT, left_by=None),
        replace(LEFT, left_by="0000dead"),
        replace(LEFT, kind="smoke"),
        replace(LEFT, score=0.4),
        replace(LEFT, box=(300.0, 296.0, 306.0, 300.0)),
        replace(LEFT, box=(200.0, 250.0, 360.0, 300.0)),
    ],
    ids=["nobody", "somebody unknown", "smoke", "unsure", "too small", "as long as a body"],
)
def test_silent_about_what_is_no_object_that_somebody_set_down(bag: Region) -> None:
    assert found(LEAVES, bag) == []


def test_silent_outside_the_area() -> None:
    left = ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0))
    assert found(LEAVES, zones=Zones(area=left)) == []


def test_a_carrier_far_along_the_view_has_gone() -> None:
    def people(t: float) -> list[Track]:
        if t < 8:
            return list(walker(CARRIER, 5, stop=90)(t))
        share = max(1 - 0.08 * (t - 8), 0.2)
        return [track(STANDING, (AT[0], 150 + 150 * share), STATURE * share, CARRIER)]

    assert len(found(people)) == 1


def test_a_bag_that_is_taken_up_again_is_forgotten() -> None:
    seen = [replace(one, regions=() if one.t > 20 else one.regions) for one in film(LEAVES)]
    assert run(detector("abandoned_object"), seen) == []


def test_a_bag_behind_a_crowd_for_a_moment_is_not_forgotten() -> None:
    seen = [replace(one, regions=() if 20 < one.t < 24 else one.regions) for one in film(LEAVES)]
    assert len(run(detector("abandoned_object"), seen)) == 1
