"""What a scene is made of: a camera over a place, zones, and a director for its acts."""

from collections.abc import Callable
from dataclasses import dataclass

from beffroi.simulation.backdrop import Canvas
from beffroi.simulation.camera import Camera
from beffroi.simulation.play import Director
from beffroi.simulation.weather import CLEAR, Weather


@dataclass(frozen=True, slots=True)
class Setting:
    """A scene before it is lit and cast.

    Attributes:
        name: As in `sim://NAME`.
        title: For people.
        camera: Where the scene is seen from.
        zones: Named polygons on the ground, metres.
        paint: Draws the place on a canvas.
        direct: Writes an act.
        weather: What lies between it and its picture.
    """

    name: str
    title: str
    camera: Camera
    zones: dict[str, tuple[tuple[float, float], ...]]
    paint: Callable[[Canvas], None]
    direct: Director
    weather: Weather = CLEAR
