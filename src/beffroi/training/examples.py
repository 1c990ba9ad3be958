"""What is learnt from: windows of labelled public clips and of synthetic scenes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.capture.frame import Frame
from beffroi.capture.timeline import at_rate
from beffroi.evaluation.recordings import SAMPLES_HZ, Recordings, digest
from beffroi.events.crowd import Crowd, Points
from beffroi.events.scuffle import Scuffles, Window
from beffroi.events.strike import Strike, StrikeParameters, people
from beffroi.perception.observation import Observation
from beffroi.simulation import Event, Scene

Floats = NDArray[np.float64]

SCENE_S: Final = 45.0
CAMERA_HZ: Final = 25.0
"""Pictures a second before they are thinned to the rate of the definition, as a camera's are."""
CLIP_WINDOWS: Final = 5
"""Moments taken from each clip, so that long clips weigh no more than short ones."""
WARM_S: Final = 0.6
"""The first moments of a clip say little."""
SETTLED_S: Final = 1.0
"""A synthetic fight is one from here on after its first blow; before, it is neither."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window with what is known of it.

    Args:
        source: The clip or scene that it is from.
        fight: Whether people strike each other there.
        features: As in :class:`beffroi.events.scuffle.Window`.
    """

    source: str
    fight: bool
    features: Floats


@dataclass(frozen=True, slots=True)
class Look:
    """The windows of one observation, and where they are: as in `beffroi.events.scuffle.Places`."""

    t: float
    places: Points
    units: Floats
    windows: Sequence[Window]


def looks(observations: Sequence[Observation], p: StrikeParameters) -> list[Look]:
    """All windows of a recording, as the detector makes them."""
    scuffles = Scuffles(p.reach_percent / 100, p.depth_percent / 100, p.window_ms / 1000)
    sure = p.joint_percent / 100
    seen = (
        scuffles.update(Crowd.of(people(one, (), sure), one.t, sure), one.flow, one.size)
        for one in observations
    )
    return [Look(each.t, each.places, each.units, each.windows) for each in seen]


def of_clip(source: str, fight: bool, seen: Sequence[Look]) -> list[Example]:
    """Some windows of a clip whose label holds for the whole of it."""
    warm = [look for look in seen if look.t >= WARM_S] or list(seen[-1:])
    at = sorted(set(np.linspace(0, len(warm) - 1, CLIP_WINDOWS).round().astype(int).tolist()))
    chosen = [look for i in at if (look := warm[i]).windows]
    chosen = chosen or [look for look in seen if look.windows][-1:]
    return [Example(source, fight, window.features) for look in chosen for window in look.windows]


def of_scene(
    scene: Scene, recordings: Recordings, rate_hz: float, p: StrikeParameters
) -> list[Example]:
    """Windows of a synthetic scene, two a second; those at the edges of a fight are left out."""
    name = f"{scene.name} {scene.seed}"
    frames = partial(_frames, scene, rate_hz)
    observations = recordings.made(drawn_as(scene), frames, rate_hz, Strike.needs)
    events = [event for event in scene.events(SCENE_S) if event.event == "strike"]
    return [
        Example(name, fight, window.features)
        for look in looks(observations, p)
        if round(look.t * rate_hz) % max(round(rate_hz / 2), 1) == 0
        for window in look.windows
        if (fight := _fight_at(scene, events, look.t, window, p.window_ms / 1000)) is not None
    ]


def drawn_as(scene: Scene) -> str:
    """The name of what is drawn: of a city that was drawn anew nothing is remembered."""
    pictures = digest(_frames(scene, SAMPLES_HZ))
    return f"{scene.name} {scene.seed} {SCENE_S:g} {CAMERA_HZ:g} {pictures}"


def _frames(scene: Scene, rate_hz: float) -> Iterator[Frame]:
    whole_ticks = SCENE_S - 0.5 / rate_hz
    every = range(math.ceil(whole_ticks * CAMERA_HZ))
    for index in at_rate(every, rate_hz, lambda index: index / CAMERA_HZ):
        t = index / CAMERA_HZ
        yield Frame(scene.render(t), t, None, index)


def _fight_at(
    scene: Scene, events: Sequence[Event], t: float, window: Window, memory_s: float
) -> bool | None:
    """Whether a fight goes on at a window's place; None where it has just begun or ended."""
    fight: bool | None = False
    for event in events:
        if not event.start_s <= t <= event.end_s + memory_s:
            continue
        boxes = [one.box for one in scene.state(t).people if one.id in event.people]
        if not boxes:
            continue
        middle = np.mean([((x1 + x2) / 2, (y1 + y2) / 2) for x1, y1, x2, y2 in boxes], axis=0)
        if np.hypot(*(middle - window.place)) <= 1.5 * window.unit:
            if event.start_s + SETTLED_S <= t <= event.end_s:
                return True
            fight = None
    return fight
