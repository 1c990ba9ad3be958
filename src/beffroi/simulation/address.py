"""Addresses of the synthetic city, `sim://square?seed=1`, read in one place."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from beffroi.errors import BadInput
from beffroi.simulation.weather import CLEAR, WEATHERS, Weather


@dataclass(frozen=True, slots=True)
class Address:
    """Where a synthetic camera looks.

    Attributes:
        name: The scene's name.
        seed: Which variant of the scene (0 by default).
        fps: Frames per second (25 by default).
        weather: What lies between the scene and its picture.
    """

    name: str
    seed: int = 0
    fps: float = 25.0
    weather: Weather = CLEAR


def parse_address(text: str) -> Address:
    """Read `sim://SCENE?seed=N&fps=F&weather=W`; `Scene.create` checks that there is one.

    Raises:
        BadInput: Not such an address, an unknown option or a value out of range.
    """
    parts = urlsplit(text)
    if parts.scheme != "sim" or not parts.netloc or parts.path not in ("", "/"):
        raise BadInput(f"“{text}” is not a synthetic camera; write for example sim://square?seed=1")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = given.keys() - {"seed", "fps", "weather"}
    if unknown:
        raise BadInput(
            f"“{min(unknown)}” is not an option of a synthetic camera; use seed, fps or weather"
        )
    try:
        seed, fps = int(given.get("seed", 0)), float(given.get("fps", 25))
    except ValueError:
        raise BadInput(f"“{parts.query}”: seed and fps are numbers") from None
    if seed < 0 or not 1 <= fps <= 60:
        raise BadInput("seed must be 0 or more, and fps between 1 and 60")
    weather = WEATHERS.get(given.get("weather", "clear"))
    if weather is None:
        raise BadInput(f"The weather of a synthetic camera is one of {', '.join(WEATHERS)}")
    return Address(parts.netloc, seed, fps, weather)
