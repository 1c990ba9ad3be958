"""Addresses of the synthetic city, `sim://square?seed=1`, read in one place."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from beffroi.errors import BadInput


@dataclass(frozen=True, slots=True)
class Address:
    """Where a synthetic camera looks.

    Attributes:
        name: The scene's name.
        seed: Which variant of the scene (0 by default).
        fps: Frames per second (25 by default).
    """

    name: str
    seed: int = 0
    fps: float = 25.0


def parse_address(text: str) -> Address:
    """Read `sim://SCENE?seed=N&fps=F`; the scene's existence is checked by `Scene.create`.

    Raises:
        BadInput: Not such an address, an unknown option or a value out of range.
    """
    parts = urlsplit(text)
    if parts.scheme != "sim" or not parts.netloc or parts.path not in ("", "/"):
        raise BadInput(f"“{text}” is not a synthetic camera; write for example sim://square?seed=1")
    values: dict[str, float] = {"seed": 0, "fps": 25.0}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in values:
            raise BadInput(f"“{key}” is not an option of a synthetic camera; use seed or fps")
        try:
            values[key] = int(value) if key == "seed" else float(value)
        except ValueError:
            raise BadInput(f"{key}=“{value}” is not a number") from None
    if values["seed"] < 0 or not 1 <= values["fps"] <= 60:
        raise BadInput("seed must be 0 or more, and fps between 1 and 60")
    return Address(parts.netloc, int(values["seed"]), values["fps"])
