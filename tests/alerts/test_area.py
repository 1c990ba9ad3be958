"""Who is outside the voted area is neither shown nor kept."""

from dataclasses import replace

import numpy as np

from beffroi.alerts.area import Area
from beffroi.alerts.evidence import keep
from beffroi.alerts.vault import CLEAR, PIXELATED, SKELETONS, Vault
from beffroi.capture.frame import Frame
from beffroi.capture.masks import GREY
from beffroi.events.detector import Zones
from beffroi.mandate.definition import EvidenceClass
from beffroi.perception.forms import from_json
from beffroi.perception.observation import Observation, Track
from tests.alerts.conftest import Town
from tests.alerts.pictures import decode

LEFT = ((0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (0.0, 1.0))
MIDDLE = ((0.5, 0.5), (0.75, 0.5), (0.75, 1.0), (0.5, 1.0))
WIDTH, HEIGHT = 320, 180
WHITE = Frame(np.full((HEIGHT, WIDTH, 3), 255, np.uint8), 10.0, None, 0)


def standing(name: str, x: float, t: float = 10.0) -> Observation:
    """Somebody of a third of the picture's height whose feet are at its lower quarter."""
    box = (x - 10, 75.0, x + 10, 135.0)
    track = Track(name, "person", box, 0.9, None, None, 0.1, 3)
    return Observation("belfry-square", t, None, (WIDTH, HEIGHT), 0.1, True, (track,))


def names(observation: Observation) -> list[str]:
    return [track.id for track in observation.tracks]


def crowd() -> Observation:
    people = [standing("0000000a", 80), standing("0000000b", 200), standing("0000000c", 300)]
    return replace(people[0], tracks=tuple(track for seen in people for track in seen.tracks))


def test_several_uses_look_at_the_union_of_their_areas() -> None:
    left, middle = Zones(area=LEFT), Zones(area=MIDDLE)
    assert names(Area.of(left).within(crowd())) == ["0000000a"]
    assert names(Area.of(left, middle).within(crowd())) == ["0000000a", "0000000b"]
    assert Area.of(left, Zones()).within(crowd()) == crowd()
    assert names(Area.of().within(crowd())) == []


def test_a_picture_is_grey_outside_the_area_and_the_bodies_that_stand_in_it() -> None:
    area = Area.of(Zones(area=LEFT))
    within = [area.within(crowd())]
    (frame,) = area.cover([WHITE], within)
    assert (frame.image[90:, :160] == 255).all()
    body = np.zeros((HEIGHT, WIDTH), bool)
    body[69:141, 64:96] = True
    assert (frame.image[body] == 255).all()
    body[90:, :160] = True
    assert (frame.image[~body] == GREY).all()
    (whole,) = Area.of(Zones()).cover([WHITE], within)
    assert whole is WHITE


def test_the_bodies_shown_are_those_of_the_moment() -> None:
    area = Area.of(Zones(area=LEFT))
    within = [standing("0000000a", 30 + 60 * second, 10.0 + second) for second in range(3)]
    (frame,) = area.cover([replace(WHITE, t=11.5)], within)
    heads = frame.image[80, :, 0] == 255
    assert [heads[30], heads[90], heads[150]] == [False, True, True]


def test_evidence_holds_nobody_from_outside_the_area(town: Town, vault: Vault) -> None:
    alert = town.raise_alert(EvidenceClass.CLEAR)
    near = Track("0000000d", "person", (240, 0, 320, 180), 0.9, None, None, 0.1, 3)
    seen = [replace(each, tracks=(*crowd().tracks, near)) for each in (crowd(), crowd())]
    area = Area.of(Zones(area=LEFT))
    keep(town.database, vault, alert.id, [WHITE], seen, area, town.clock)

    lines = vault.open(alert.id, SKELETONS).decode().splitlines()
    assert [names(from_json(line)) for line in lines] == [["0000000a"], ["0000000a"]]
    for part in (PIXELATED, CLEAR):
        (picture,) = decode(vault.open(alert.id, part))
        assert abs(picture[20:160, 260:].astype(int) - GREY).max() < 20, part


def test_squares_are_as_large_as_a_head_outside_that_could_reach_in(
    town: Town, vault: Vault
) -> None:
    alert = town.raise_alert(EvidenceClass.PIXELATED)
    near = Track("0000000d", "person", (240, 0, 320, 180), 0.9, None, None, 0.1, 3)
    seen = [replace(crowd(), tracks=(near,))]
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    frame = replace(WHITE, image=noise)
    keep(town.database, vault, alert.id, [frame], seen, Area.of(Zones(area=LEFT)), town.clock)
    (blocks,) = decode(vault.open(alert.id, PIXELATED))
    side = 26  # of a head, where the person is 180 pixels tall
    squares = blocks[4 * side : 6 * side, : 6 * side].reshape(2, side, 6, side, 3)
    assert squares[:, 4:-4, :, 4:-4].std(axis=(1, 3)).max() < 4
