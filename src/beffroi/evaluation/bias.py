"""Does the pose model see some people less well than others? Identical motion, one thing changed.

Every picture is of the synthetic city and is made twice: the same people in the same poses under
the same noise, all of them with one trait and then all with the other. What differs in what the
model finds is due to the trait, in so far as drawn figures can show it. It says nothing of real
people that drawn figures cannot.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.evaluation.figures import resampled
from beffroi.perception.inference import Inference
from beffroi.perception.letterbox import Letterbox
from beffroi.perception.models import Variant
from beffroi.perception.pose import OKS_SIGMAS, PEOPLE_READERS, People
from beffroi.simulation.aids import give_sticks, seat_in_wheelchairs
from beffroi.simulation.figure import SKIN, TOPS, Figure
from beffroi.simulation.play import Act
from beffroi.simulation.scene import Scene
from beffroi.simulation.scenes import SETTINGS
from beffroi.simulation.setting import Setting
from beffroi.simulation.truth import PersonTruth
from beffroi.simulation.weather import WEATHERS

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

SCENES: Final = ("square", "street", "park", "platform")
TIMES: Final = tuple(float(t) for t in np.arange(3.0, 72.0, 9.3))
TALL_PX: Final = 60
"""Smaller people, and hidden ones, are nobody's loss: the definitions say so."""
FOUND: Final = 0.5
"""Object keypoint similarity from which a skeleton is a person's (COCO)."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One side of a factor.

    Args:
        name: For people.
        figure: How everybody looks.
        people: What they go with, but for some who must stay on foot.
        setting: How the place is seen.
        picture: What the sensor makes of it.
    """

    name: str
    figure: Callable[[Figure], Figure] = lambda figure: figure
    people: Callable[[Act, Collection[int]], None] = lambda _, __: None
    setting: Callable[[Setting], Setting] = lambda setting: setting
    picture: Callable[[Image], Image] = lambda picture: picture


def _raised(setting: Setting) -> Setting:
    """Half as high again, aimed at the same point of the ground ten metres away."""
    camera = setting.camera
    x, y, z = camera.position
    aim = z / np.tan(camera.tilt)
    raised = replace(camera, position=(x, y, 1.5 * z), tilt=float(np.arctan2(1.5 * z, aim)))
    return replace(setting, camera=raised)


def _under(weather: str) -> Callable[[Setting], Setting]:
    return partial(replace, weather=WEATHERS[weather])


def _dim(picture: Image) -> Image:
    """A third of the light, and the noise that a sensor adds to make up for it."""
    noise = np.random.default_rng(0).normal(0, 6, picture.shape)
    dimmed: Image = (picture * 0.33 + noise).clip(0, 255).astype(np.uint8)
    return dimmed


_DARK, _BRIGHT = TOPS[6], TOPS[2]

FACTORS: Final[Mapping[str, tuple[Trait, Trait]]] = MappingProxyType(
    {
        "skin tone": (
            Trait("light", lambda f: replace(f, skin=SKIN[1])),
            Trait("dark", lambda f: replace(f, skin=SKIN[8])),
        ),
        "clothes": (
            Trait("bright", lambda f: replace(f, top=_BRIGHT, bottom=_BRIGHT)),
            Trait("dark", lambda f: replace(f, top=_DARK, bottom=_DARK)),
        ),
        "gender presentation": (
            Trait("trousers, short hair", lambda f: replace(f, legs="trousers", long_hair=False)),
            Trait("dress, long hair", lambda f: replace(f, legs="dress", long_hair=True)),
        ),
        "head covering": (
            Trait("none", lambda f: replace(f, long_hair=False)),
            Trait("headscarf", lambda f: replace(f, long_hair=True, hair=f.top)),
        ),
        "build": (
            Trait("slender", lambda f: replace(f, build=0.88)),
            Trait("stout", lambda f: replace(f, build=1.25)),
        ),
        "height": (
            Trait("1.85 m", lambda f: replace(f, stature=1.85)),
            Trait("1.55 m", lambda f: replace(f, stature=1.55)),
        ),
        "age": (
            Trait("adult", lambda f: replace(f, stature=1.72, head=1.0)),
            Trait("child", lambda f: replace(f, stature=1.25, head=1.22)),
        ),
        "stick": (Trait("none"), Trait("a walking stick each", people=give_sticks)),
        "wheelchair": (Trait("on foot"), Trait("seated", people=seat_in_wheelchairs)),
        "light": (Trait("day"), Trait("a third of it", picture=_dim)),
        "night": (Trait("day"), Trait("night", setting=_under("night"))),
        "rain": (Trait("dry"), Trait("rain", setting=_under("rain"))),
        "camera height": (Trait("as it hangs"), Trait("half as high again", setting=_raised)),
    }
)
"""What is changed; the first of two is what the other is compared with."""

UNMEASURED: Final = ("walking frames", "covered faces", "fog", "snow")
"""What the synthetic city cannot show yet."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What changes for people with the second trait, seen by the same model.

    Args:
        factor: Its name, and the two traits.
        traits: Their names.
        pairs: People seen under both.
        found: Shares found with the first and with the second trait.
        found_gap: Second minus first, with its 95 % interval over scenes.
        error: Mean distance of joints in per cent of stature in the picture, likewise; of those
            found both times; None if nobody was.
        error_gap: Second minus first, with its interval.
        extra: Skeletons where nobody was, for each picture, with the first and the second.
    """

    factor: str
    traits: tuple[str, str]
    pairs: int
    found: tuple[float, float]
    found_gap: tuple[float, float, float]
    error: tuple[float, float] | None
    error_gap: tuple[float, float, float] | None
    extra: tuple[float, float]


def gaps(
    pose: Variant,
    inference: Inference,
    seeds: Sequence[int],
    factors: Mapping[str, tuple[Trait, Trait]] = FACTORS,
    times: Sequence[float] = TIMES,
) -> Iterator[Gap]:
    """Compare factor by factor.

    Args:
        pose: What looks.
        inference: With it loaded.
        seeds: Each makes four scenes.
        factors: What is changed.
        times: Seconds at which each scene is looked at.
    """
    for factor, traits in factors.items():
        pairs: list[_Pair] = []
        extra = np.zeros((0, 2))
        for seed in seeds:
            for scene in SCENES:
                seen, false = _compare(traits, scene, seed, times, pose, inference)
                pairs += seen
                extra = np.vstack([extra, false])
        yield _gap(factor, traits, pairs, extra)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One person at one moment: whether found and how far off, with each trait."""

    scene: str
    found: tuple[bool, bool]
    error: tuple[float, float]


def _compare(
    traits: tuple[Trait, Trait],
    scene: str,
    seed: int,
    times: Sequence[float],
    pose: Variant,
    inference: Inference,
) -> tuple[list[_Pair], Floats]:
    stages = [staged(trait, scene, seed) for trait in traits]
    pairs, extra = [], []
    for t in times:
        seen = []
        for trait, stage in zip(traits, stages, strict=True):
            people = _look(trait.picture(stage.render(t)), pose, inference)
            seen.append(_judged(stage.state(t).people, people))
        extra.append([false for _, false in seen])
        one, other = (told for told, _ in seen)
        pairs += [
            _Pair(f"{scene} {seed}", (one[who][0], other[who][0]), (one[who][1], other[who][1]))
            for who in sorted(one.keys() & other.keys())
        ]
    return pairs, np.array(extra, float)


def staged(trait: Trait, scene: str, seed: int, afoot: Collection[str] = ()) -> Scene:
    """A scene of the city in which everybody has a trait.

    Args:
        trait: Which one.
        scene: Name of the scene.
        seed: Of its cast.
        afoot: Events in which people take part on foot, whatever they go with otherwise.
    """
    setting = trait.setting(SETTINGS[scene])

    def direct(act: Act) -> None:
        setting.direct(act)
        for part in act.parts:
            part.figure = trait.figure(part.figure)
        trait.people(act, {who for e in act.events if e.event in afoot for who in e.people})

    return Scene.stage(replace(setting, direct=direct), seed)


def _look(picture: Image, pose: Variant, inference: Inference) -> People:
    height, width = picture.shape[:2]
    box = Letterbox.fit((height, width), pose.size)
    read = PEOPLE_READERS[pose.model.contract]
    return inference.submit(pose, box.apply(picture), lambda heads: read(heads, box)).result()


def _judged(
    truth: Sequence[PersonTruth], people: People
) -> tuple[dict[int, tuple[bool, float]], int]:
    """Of everybody who can be seen, whether found and how far off; and skeletons of nobody."""
    told: dict[int, tuple[bool, float]] = {}
    used = np.zeros(len(people), bool)
    for person in truth:
        alike = [_similarity(person, joints) for joints in people.keypoints]
        best = int(np.argmax(alike)) if alike else -1
        found = bool(alike) and alike[best] >= FOUND
        used |= np.array(alike) >= 0.1 if alike else used
        if person.occluded or person.height_px <= TALL_PX:
            continue
        error = _error(person, people.keypoints[best]) if found else np.nan
        told[person.id] = (found, error)
    return told, int((~used).sum())


def _error(person: PersonTruth, joints: NDArray[np.float32]) -> float:
    """Mean distance of the joints that can be seen, in heights."""
    apart = np.hypot(*(joints[:, :2] - person.keypoints_px).T)
    return float(apart[person.visibility > 0].mean() / person.height_px)


def _similarity(person: PersonTruth, joints: NDArray[np.float32]) -> float:
    seen = person.visibility > 0
    x1, y1, x2, y2 = person.box
    area = max((x2 - x1) * (y2 - y1), 1.0)
    apart = ((joints[:, :2] - person.keypoints_px) ** 2).sum(axis=1)
    alike = np.exp(-apart / (2 * area * (2 * OKS_SIGMAS) ** 2))
    return float(alike[seen].mean()) if seen.any() else 0.0


def _gap(factor: str, traits: tuple[Trait, Trait], pairs: Sequence[_Pair], extra: Floats) -> Gap:
    scenes = np.array([pair.scene for pair in pairs])
    found = np.array([pair.found for pair in pairs], float)
    error = np.array([pair.error for pair in pairs])
    both = found.all(axis=1)
    apart = 100 * (error[both, 1] - error[both, 0])
    one, other = traits
    return Gap(
        factor=factor,
        traits=(one.name, other.name),
        pairs=len(pairs),
        found=two(found),
        found_gap=interval(scenes, found[:, 1] - found[:, 0]),
        error=two(100 * error[both]) if both.any() else None,
        error_gap=interval(scenes[both], apart) if both.any() else None,
        extra=two(extra),
    )


def two(values: Floats) -> tuple[float, float]:
    """The means of both columns."""
    first, second = values.mean(axis=0)
    return float(first), float(second)


def interval(scenes: NDArray[np.str_], changes: Floats) -> tuple[float, float, float]:
    """Mean change and its 95 % interval."""
    return resampled(scenes.tolist(), lambda at: float(changes[at].mean()))
