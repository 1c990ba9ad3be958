"""A synthetic camera: ask for any instant, get the picture and the truth about it."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import BadInput
from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.flesh import Shapes, flesh
from beffroi.simulation.part import Part
from beffroi.simulation.play import ACT_S, Act
from beffroi.simulation.render import F32, Light, cast_shadows, paint
from beffroi.simulation.scenes import SETTINGS
from beffroi.simulation.setting import Setting
from beffroi.simulation.skeleton import ANGLES, Bodies, Reach, articulate
from beffroi.simulation.things import Thing, shown
from beffroi.simulation.truth import Event, Truth, Twin, observe
from beffroi.simulation.vehicles import Vehicle, observe_vehicles, paint_vehicles
from beffroi.simulation.weather import CLEAR, Weather

Floats = NDArray[np.float64]
_NOISE_BANK = 8


def scene_names() -> tuple[str, ...]:
    """The scenes that can be asked for."""
    return tuple(SETTINGS)


@dataclass(frozen=True)
class Zone:
    """A polygon of the ground, in metres [N,2] and as the camera sees it, pixels [N,2]."""

    metres: Floats
    pixels: Floats


@dataclass(frozen=True, slots=True)
class _Stage:
    """The people of one instant, posed and fleshed out."""

    idents: list[int]
    bodies: Bodies
    shapes: Shapes


@dataclass
class Scene:
    """One scene under one seed. Build it with `Scene.create`.

    Attributes:
        name: The scene's name.
        seed: What the looks, light, noise and choices are drawn from.
        title: The scene's name for people.
        camera: The camera, metres exact.
        zones: Named polygons of the ground.
        fps: Usual frames per second.
    """

    name: str
    seed: int
    title: str
    camera: Camera
    zones: dict[str, Zone]
    light: Light
    quality: int
    fps: float = 25.0
    _setting: Setting = field(kw_only=True, repr=False)
    _backdrop: F32 = field(kw_only=True, repr=False)
    _scenery: F32 = field(kw_only=True, repr=False)
    _noise: NDArray[np.float32] = field(kw_only=True, repr=False)
    _acts: dict[int, Act] = field(default_factory=dict, repr=False)
    _staged: tuple[float, _Stage] | None = field(default=None, repr=False)

    @classmethod
    def create(cls, name: str, seed: int = 0, weather: Weather = CLEAR) -> "Scene":
        """Light, paint and cast a scene.

        Raises:
            BadInput: No scene has that name.
        """
        if name not in SETTINGS:
            known = ", ".join(scene_names())
            raise BadInput(f"“{name}” is not a scene of the synthetic city; choose one of {known}")
        return cls.stage(replace(SETTINGS[name], weather=weather), seed)

    @classmethod
    def stage(cls, setting: Setting, seed: int = 0) -> "Scene":
        """Light, paint and cast a setting that need not be one of the city's own."""
        rng = np.random.default_rng([seed, _number(setting.name)])
        light = _draw_light(rng)
        canvas = Canvas(setting.camera, light, rng)
        setting.paint(canvas)
        backdrop, scenery = canvas.finish()
        width, height = setting.camera.size
        grain = rng.standard_normal((_NOISE_BANK, height, width, 1), np.float32)
        grain *= np.float32(rng.uniform(1.2, 4.0))
        zones = {
            key: Zone(np.array(ring), setting.camera.project([(x, y, 0.0) for x, y in ring]))
            for key, ring in setting.zones.items()
        }
        return cls(
            *(setting.name, seed, setting.title, setting.camera, zones, light),
            int(rng.integers(20, 29)),
            _setting=setting,
            _backdrop=backdrop,
            _scenery=scenery,
            _noise=grain,
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return self.camera.size

    def state(self, t: float) -> Truth:
        """The truth `t` seconds after the scene began."""
        stage = self._stage(t)
        people = observe(stage.idents, stage.bodies, stage.shapes, self.camera, self._scenery)
        number = int(t // ACT_S)
        happening = [e for n in (number - 1, number) for e in self._act(n).events]
        going_on = tuple(e for e in happening if e.start_s <= t <= e.end_s)
        vehicles = observe_vehicles(self._vehicles(t), t, self.camera)
        return Truth(t, people, going_on, tuple(vehicles))

    def render(self, t: float) -> NDArray[np.uint8]:
        """The picture `t` seconds after the scene began, RGB [H,W,3]."""
        shapes = self._stage(t).shapes + shown(self._things(t), t, self.camera)
        picture, depth = self._backdrop.copy(), self._scenery.copy()
        cast_shadows(picture, depth, self._stage(t).bodies, self.camera, self.light)
        paint_vehicles(picture, depth, self._vehicles(t), t, self.camera, self.light)
        paint(picture, depth, shapes, self.camera, self.light)
        self._setting.weather.fall_on(picture, t)
        grain = round(t * 1000) * 7919 % _NOISE_BANK
        picture += self._noise[grain]
        np.clip(picture, 0, 255, out=picture)
        return picture.astype(np.uint8)

    def empty(self) -> NDArray[np.uint8]:
        """The place without anybody, RGB [H,W,3]."""
        return np.clip(self._backdrop, 0, 255).astype(np.uint8)

    def events(self, until_s: float) -> list[Event]:
        """Every event that begins before a time, in order."""
        found = [e for act in self._acts_until(until_s) for e in act.events]
        return sorted((e for e in found if e.start_s < until_s), key=lambda e: e.start_s)

    def twins(self, until_s: float) -> list[Twin]:
        """Every innocent twin that begins before a time, in order."""
        found = [e for act in self._acts_until(until_s) for e in act.twins]
        return sorted((e for e in found if e.start_s < until_s), key=lambda e: e.start_s)

    def _acts_until(self, until_s: float) -> list[Act]:
        return [self._act(n) for n in range(int(max(until_s, 0) // ACT_S) + 1)]

    def _act(self, number: int) -> Act:
        """An act of the programme; the few last used are kept, so that hours cost no memory."""
        if number not in self._acts:
            while len(self._acts) >= 4:
                self._acts.pop(next(iter(self._acts)))
            rng = np.random.default_rng([self.seed, _number(self.name), number + 1])
            act = Act(number, rng)
            if number >= 0:
                self._setting.direct(act)
            self._acts[number] = act
        return self._acts[number]

    def _things(self, t: float) -> list[Thing]:
        number = int(t // ACT_S)
        return [x for n in range(number - 1, number + 2) for x in self._act(n).things]

    def _vehicles(self, t: float) -> list[Vehicle]:
        number = int(t // ACT_S)
        acts = [self._act(n) for n in range(number - 1, number + 2)]
        return [v for act in acts for v in act.vehicles if v.present(t)]

    def _stage(self, t: float) -> _Stage:
        if self._staged is None or self._staged[0] != t:
            self._staged = (t, self._compose(t))
        return self._staged[1]

    def _compose(self, t: float) -> _Stage:
        number = int(t // ACT_S)
        parts = [p for n in range(number - 1, number + 2) for p in self._act(n).parts]
        here = [p for p in parts if p.present(t)]
        acted = [p.perform(t) for p in here]
        figures = [p.figure for p in here]
        poses = np.array([pose for pose, _ in acted]).reshape(len(here), len(ANGLES))
        places = np.array([place for _, place in acted]).reshape(len(here), 3)
        bodies = articulate(poses, places, figures, _reaches(here, t))
        return _Stage([p.ident for p in here], bodies, flesh(bodies, figures, self.camera))


def _reaches(here: list[Part], t: float) -> list[Reach]:
    row = {p.ident: i for i, p in enumerate(here)}
    return [
        Reach(row[p.ident], c.end_joint, row[c.whom], c.target, c.weight(t))
        for p in here
        for c in p.contacts
        if c.start < t < c.end and c.whom in row
    ]


def _number(name: str) -> int:
    return int.from_bytes(name.encode(), "big") % 2**31


def _draw_light(rng: np.random.Generator) -> Light:
    azimuth, height = rng.uniform(np.pi * 1.1, np.pi * 1.9), rng.uniform(0.55, 1.0)
    sun = (np.cos(azimuth) * np.cos(height), np.sin(azimuth) * np.cos(height), np.sin(height))
    warmth = float(rng.uniform(-0.05, 0.06))
    return Light(
        sun=(float(sun[0]), float(sun[1]), float(sun[2])),
        sunlight=float(rng.choice([0.15, 0.5, 0.9])),
        tint=(1 + warmth, 1.0, 1 - warmth),
        exposure=float(rng.uniform(0.88, 1.08)),
    )
