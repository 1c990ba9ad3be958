"""Weapon: looked for only with a model that a city adds, and none can be added yet.

No model that finds weapons ships: those that are free to use find too few and accuse too many, and
guessing a weapon from how somebody stands would be guessing an intent. A city that has been voted
this event must bring a model of its own and the figures of its errors; until this version's closed
list of kinds names weapons, no such model passes, and whoever asks is told.
"""

from beffroi.errors import Unavailable

WEAPON = "weapon"


def refuse(name: str) -> None:
    """Say why weapons are not looked for, and who must act.

    Args:
        name: Of an event or a detector.

    Raises:
        Unavailable: It is the weapon's.
    """
    if name == WEAPON:
        raise Unavailable(
            "Weapons are not looked for: Beffroi ships no model that finds them. It takes a model "
            "of objects of the city's own, added by an administrator (docs/models/own.md), which "
            "names a kind of weapon; a version of Beffroi whose closed list has that kind, by its "
            "developers; and a definition that names the model, voted by the council."
        )
