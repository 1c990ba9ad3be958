"""What stands still, in pictures painted for the purpose: bags, bodies, light, and gone things."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.perception.observation import Region, Track
from beffroi.perception.patches import components, in_cells, in_samples, widened
from beffroi.perception.still import REMEMBERED_S, Still
from beffroi.perception.stood import Stood

Picture = NDArray[np.float32]
Paint = Callable[[float, Picture], None]
HEIGHT, WIDTH, HZ = 240, 320, 4
CARRIER = "0000000a"
BAG = np.s_[180:204, 150:178]
INSIDE = (164.0, 192.0)


def ground(seed: int = 1) -> Picture:
    """Slabs of several greys."""
    chance = np.random.default_rng(seed)
    slabs = np.kron(chance.normal(0, 9, (12, 16)), np.ones((20, 20)))
    return np.repeat((150 + slabs)[..., np.newaxis], 3, axis=2).astype(np.float32)


def person(x: float, who: str = CARRIER, lying: bool = False) -> Track:
    box = (x - 20, 90.0, x + 20, 206.0) if not lying else (x - 60, 172.0, x + 60, 206.0)
    return Track(who, "person", box, 0.9, np.full((17, 3), 0.9, np.float32), None, 0.3, 3)


def walks(t: float) -> list[Track]:
    """Comes to the bag's place, stands there from 5 to 9 s, goes on."""
    x = 120.0 + 40 * (t - 5) if t < 5 else 120.0 if t < 9 else 120.0 + 40 * (t - 9)
    return [person(x)] if 0 < x < WIDTH else []


def seen(
    paint: Paint,
    seconds: float = 24,
    tracks: Callable[[float], list[Track]] = walks,
    noise: float = 2.0,
) -> list[list[Region]]:
    """What is told of each picture of a film."""
    still, chance, place = Still(), np.random.default_rng(2), ground()
    told = []
    for index in range(round(seconds * HZ)):
        t = index / HZ
        picture = place.copy()
        paint(t, picture)
        for track in tracks(t):
            x1, y1, x2, y2 = (max(int(value), 0) for value in track.box)
            if x2 - x1 < y2 - y1:
                picture[y1:y2, x1 + 8 : x2 - 8] = (40, 50, 90)
        picture += chance.normal(0, noise, picture.shape)
        image = np.clip(picture, 0, 255).astype(np.uint8)
        told.append(still.update(Frame(image, t, None, index), tracks(t)))
    return told


def bag(t: float, picture: Picture) -> None:
    if t > 8:
        picture[BAG] = (60, 30, 34)


def test_a_bag_is_told_with_who_stood_there_and_since_when() -> None:
    told = seen(bag)
    (one,) = told[-1]
    x1, y1, x2, y2 = one.box
    assert x1 <= INSIDE[0] <= x2
    assert y1 <= INSIDE[1] <= y2
    assert (x2 - x1, y2 - y1) == pytest.approx((28, 24), abs=10)
    assert one.kind == "still"
    assert 8 <= one.since <= 13
    assert one.score > 0.8
    assert {region.id for regions in told[-20:] for region in regions} == {one.id}
    named = {t / HZ for t, regions in enumerate(told) for region in regions if region.left_by}
    assert {region.left_by for regions in told for region in regions} == {CARRIER, None}
    assert max(named) == pytest.approx(last_seen() + REMEMBERED_S, abs=0.5)


def last_seen() -> float:
    """When the carrier has gone."""
    return max(i / HZ for i in range(24 * HZ) if walks(i / HZ))


def test_nothing_is_told_of_an_empty_place_or_of_a_passer_by() -> None:
    assert not any(seen(lambda _t, _picture: None))


def test_a_bag_stays_while_people_pass_in_front() -> None:
    def crowd(t: float) -> list[Track]:
        x = 60.0 * (t - 14)
        return walks(t) + ([person(x, "0000000b")] if 0 < x < WIDTH else [])

    told = seen(bag, tracks=crowd)
    assert len({region.id for regions in told for region in regions}) == 1
    assert {regions[0].left_by for regions in told if regions} == {CARRIER, None}
    assert told[-1][0].left_by is None


def test_a_bag_that_is_taken_away_is_told_no_more() -> None:
    told = seen(lambda t, picture: bag(t, picture) if t < 16 else None, seconds=40)
    assert told[4 * 15]
    assert not told[-1]


def unseen(_t: float) -> list[Track]:
    return []


def taken(t: float, picture: Picture) -> None:
    if t < 9:
        picture[BAG] = (60, 30, 34)


def sunlit(t: float, picture: Picture) -> None:
    if t > 8:
        picture[150:220, 100:220] *= 1.35


def puddle(t: float, picture: Picture) -> None:
    y, x = np.indices((HEIGHT, WIDTH))
    apart = np.hypot((x - 160) / 60, (y - 190) / 25)
    size = min(max((t - 7) / 5, 0), 1)
    picture *= 1 - 0.35 * np.clip((size - apart) / 0.4, 0, 1)[..., np.newaxis]


def switched(t: float, picture: Picture) -> None:
    if t > 9:
        picture *= 0.6


def rustling(t: float, picture: Picture) -> None:
    shift = int(6 * np.sin(5 * t) + 6)
    picture[176:204, 150 + shift : 160 + shift] = (50, 90, 40)


def lorry(t: float, picture: Picture) -> None:
    if t > 8:
        picture[60:220, 20:300] = (200, 60, 40)


@pytest.mark.parametrize("paint", [taken, sunlit, puddle, switched, rustling, lorry])
def test_silent_about_what_is_nothing_that_was_set_down(paint: Paint) -> None:
    told = seen(paint, seconds=30)
    assert not any(told[-8 * HZ :])
    assert sum(any(region.left_by for region in regions) for regions in told) <= 6 * HZ


def test_a_body_whose_skeleton_is_seen_now_and_then_is_none() -> None:
    def sleeper(t: float, picture: Picture) -> None:
        if t > 8:
            picture[174:204, 62:180] = (90, 60, 50)

    def now_and_then(t: float) -> list[Track]:
        return [person(120, lying=True)] if 11 < t < 11.8 or 16 < t < 16.8 else []

    told = seen(sleeper, tracks=now_and_then, seconds=30)
    assert any(told), "before anybody has seen a body in it"
    assert not told[-1]


def test_a_skeleton_where_nothing_is_hides_no_bag() -> None:
    def phantom(t: float) -> list[Track]:
        return [*walks(t), *([person(164, "0000000c")] if t > 13 else [])]

    def painted(t: float, picture: Picture) -> None:
        bag(t, picture)

    still, chance, place = Still(), np.random.default_rng(2), ground()
    for index in range(80):
        t = index / HZ
        picture = place.copy()
        painted(t, picture)
        picture += chance.normal(0, 2, picture.shape)
        told = still.update(
            Frame(np.clip(picture, 0, 255).astype(np.uint8), t, None, index), phantom(t)
        )
    assert told


def test_another_size_of_picture_begins_anew() -> None:
    still = Still()
    for index, size in enumerate(((240, 320), (240, 320), (120, 160), (121, 163))):
        frame = Frame(np.zeros((*size, 3), np.uint8), float(index), None, index)
        assert still.update(frame, []) == []
    assert not still.suspects


def test_young_regions_are_suspect_so_that_bodies_are_looked_for() -> None:
    still, place = Still(), ground()
    suspected = []
    for index in range(100):
        picture = place.copy()
        bag(index / HZ, picture)
        still.update(Frame(picture.astype(np.uint8), index / HZ, None, index), [])
        suspected.append(still.suspects)
    assert not any(suspected[: 8 * HZ])
    assert any(suspected)
    assert not suspected[-1]


def test_parts_of_a_mask_are_told_apart_and_gaps_bridged() -> None:
    mask = np.zeros((12, 20), bool)
    mask[1:3, 1:4] = mask[1:3, 5:7] = mask[8:11, 12:19] = True
    parts = components(mask)
    assert sorted(int(part.sum()) for part in parts) == [10, 21]
    assert (np.add.reduce(parts) == mask).all()
    assert components(np.zeros((4, 4), bool)) == []


def test_cells_and_samples_are_each_others_inverse() -> None:
    cells = np.random.default_rng(1).random((6, 7)) > 0.5
    assert (in_cells(in_samples(cells)) == cells).all()
    assert widened(np.eye(3, dtype=bool), 2).all()


def test_who_has_stood_longest_is_who_left_it() -> None:
    stood, away = Stood((20, 20)), np.zeros((20, 20), bool)
    beside, cells = np.array([[8.0, 4, 11, 14]]), away.copy()
    cells[12:14, 11:13] = True
    assert stood.by(cells) is None
    for who, seconds in (("0000000b", 2), ("0000000a", 6), ("0000000b", 1)):
        for _ in range(seconds):
            stood.update([who], beside, 1.0, away)
    assert stood.by(cells) == "0000000a"
    stood.forget(["0000000a"])
    stood.update(["0000000b"], beside, 1.0, away)
    assert stood.by(cells) is None, "whoever comes later did not leave it"
    stood.update([], np.zeros((0, 4)), 1.0, ~away)
    assert stood.by(cells) is None
