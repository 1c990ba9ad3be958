"""Things in the synthetic city: carried by whoever holds them, still where they were put."""

import numpy as np
import pytest

from beffroi.simulation import Scene
from beffroi.simulation.play import Act
from beffroi.simulation.things import KINDS, Thing


def act() -> Act:
    return Act(0, np.random.default_rng(1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_follows_its_holder_then_stands_where_it_was_put(kind: str) -> None:
    play = act()
    who = play.enter((0, 9), 0).walk((3, 9), (6, 9))
    thing = play.bring(kind, who).put(2.0, (1.0, 8.5)).gone(4.0)
    assert thing.place(-1) is None
    apart = []
    for t in (0.5, 1.5):
        place = thing.place(t)
        assert place is not None
        apart.append(np.hypot(*(place[:2] - who.perform(t)[1][:2])))
    assert apart[0] == pytest.approx(apart[1], abs=0.05)
    put = thing.place(3.0)
    assert put is not None
    assert put[:3] == pytest.approx([1.0, 8.5, 0.0], abs=0.06)
    assert thing.place(4.5) is None


def test_a_thing_goes_with_the_holder_who_leaves() -> None:
    play = act()
    who = play.enter((0, 9), 0).walk((3, 9))
    thing = Thing.draw("suitcase", play.rng).held(0, who)
    assert thing.place(who.end + 1) is None


def test_a_bag_left_in_the_concourse_shows_until_somebody_takes_it() -> None:
    scene = Scene.create("concourse", 3)
    (event,) = scene.events(70)
    empty = scene.empty().astype(int)
    later = scene.render(event.instant_s + 12).astype(int)
    carrier = next(p for p in scene.state(event.start_s).people if p.id == event.people[0])
    x1, y1, x2, y2 = (round(value) for value in carrier.box)
    reach = (y2 - y1) // 3
    part = np.s_[y2 - reach : y2 + reach // 2, x1 - reach : x2 + reach]
    assert (np.abs(later - empty).max(axis=-1)[part] > 40).sum() > 30
    assert event.people[0] not in {p.id for p in scene.state(event.instant_s + 12).people}
