"""What the demo city decided in the half year before it is shown, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType

COUNCIL: Final = "Conseil municipal de Belfort-les-Eaux (ville fictive)"


@dataclass(frozen=True, slots=True)
class Story:
    """A use and what became of it.

    Args:
        use: Its id.
        event: Which shipped definition it applies.
        camera: Where.
        purpose: Why.
        mode: How far it goes.
        day: Day of the story on which it was written down.
        tag: What kind of place it is.
        until: Which steps of `STEPS` it went through; the last one named.
        term: Days from the draft to its end.
        ending: What befell it afterwards: day, act, body and details.
    """

    use: str
    event: str
    camera: str
    purpose: str
    mode: Mode
    day: int
    tag: str
    until: str = "published"
    term: int = 365
    ending: tuple[tuple[int, ActType, str, Mapping[str, Any]], ...] = ()


def lived(event: str, camera: str, purpose: str, tag: str) -> tuple[Story, Story]:
    """A use that was tried in shadow mode for ten days, and then went live."""
    shadow = Story(f"{event}-{camera}-essai", event, camera, purpose, Mode.SHADOW, 0, tag, term=55)
    return shadow, Story(f"{event}-{camera}", event, camera, purpose, Mode.LIVE, 30, tag)


OTHERS: Final = (
    Story(
        "gathering-mairie",
        "gathering",
        "place",
        "Savoir quand la place devant la mairie se remplit.",
        Mode.LIVE,
        20,
        "town-hall",
        until="drafted",
    ),
    Story(
        "intrusion-parc",
        "intrusion",
        "parc",
        "Tenir les bassins libres pendant les travaux.",
        Mode.SHADOW,
        10,
        "park",
        ending=(
            (70, ActType.MOTION, "Habitants (fiction)", {"by": "petition", "signatures": 214}),
            (80, ActType.REPEAL, COUNCIL, {}),
        ),
    ),
    Story(
        "gathering-quai",
        "gathering",
        "quai",
        "Prévenir la presse au bord du quai.",
        Mode.SHADOW,
        12,
        "station",
        ending=((85, ActType.SUSPENSION, "Tribunal administratif (fiction)", {"by": "judge"}),),
    ),
    Story(
        "fall-quai",
        "fall",
        "quai",
        "Porter secours aux personnes qui tombent sur le quai.",
        Mode.SHADOW,
        120,
        "station",
        until="opened",
    ),
    Story(
        "strike-place",
        "strike",
        "place",
        "Porter secours plus vite les soirs de fête.",
        Mode.SHADOW,
        95,
        "square",
        until="rejected",
    ),
    Story(
        "strike-parc",
        "strike",
        "parc",
        "Étudier s’il faut veiller sur le parc la nuit.",
        Mode.SHADOW,
        128,
        "park",
        until="drafted",
    ),
)
