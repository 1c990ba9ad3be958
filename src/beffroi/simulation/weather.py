"""Night and rain over a scene: less light and more noise, haze and streaks, and nobody else.

The play stays the same, so that what a model no longer finds is due to the weather.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

_GREY: Final = 165.0
"""What haze looks like in full light."""
_STREAK_PX: Final = 14
_SLANT: Final = 0.18
_BRIGHT: Final = 38.0
"""By how much a drop in front of the lens brightens what it passes, in full light."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What lies between a scene and its picture.

    Attributes:
        light: Share of daylight.
        tint: Factors on red, green and blue.
        noise: Standard deviation of what the sensor adds to make up for the light, grey levels.
        haze: Share of everything that is only haze.
        drops: Streaks in each picture.
    """

    light: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    noise: float = 0.0
    haze: float = 0.0
    drops: int = 0

    def fall_on(self, picture: F32, t: float) -> None:
        """Change a picture [H,W,3], 0-255, of an instant, in place."""
        if self == CLEAR:
            return
        chance = np.random.default_rng([round(t * 1000), self.drops])
        picture += np.float32(self.haze) * (np.float32(_GREY) - picture)
        self._rain(picture, chance)
        picture *= np.float32(self.light) * np.array(self.tint, np.float32)
        grain = chance.standard_normal((*picture.shape[:2], 1), np.float32)
        picture += np.float32(self.noise) * grain

    def _rain(self, picture: F32, chance: np.random.Generator) -> None:
        height, width = picture.shape[:2]
        down = np.arange(_STREAK_PX)
        top, left = (
            chance.integers(height, size=self.drops),
            chance.integers(width, size=self.drops),
        )
        y = (top[:, np.newaxis] + down) % height
        x = (left[:, np.newaxis] + (_SLANT * down).astype(int)) % width
        picture[y, x] += np.float32(_BRIGHT)


CLEAR: Final = Weather()
NIGHT: Final = Weather(light=0.3, tint=(0.96, 0.98, 1.1), noise=6.0)

WEATHERS: Final[Mapping[str, Weather]] = MappingProxyType(
    {
        "clear": CLEAR,
        "night": NIGHT,
        "rain": Weather(light=0.75, tint=(0.97, 1.0, 1.03), noise=3.0, haze=0.25, drops=700),
        "rainy-night": Weather(light=0.3, tint=(0.96, 0.98, 1.1), noise=6.0, haze=0.15, drops=700),
    }
)
"""By name, as in `sim://square?weather=rain`."""
