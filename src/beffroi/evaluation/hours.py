"""Synthetic hours that were judged already, so that days of work can be broken off and resumed.

An hour holds for whatever plays and sees it the same, and for definitions of the same conduct: a
detector that is made faster keeps its hours, one that behaves otherwise has none.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

_PLAYING: Final = (
    "evaluation/drawn_flow.py",
    "evaluation/innocence.py",
    "evaluation/noise.json",
    "evaluation/noise.py",
    "perception/ground.py",
)
"""What decides what is seen in an hour, beside the synthetic city."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What came out of one hour.

    Args:
        number: Which.
        alarms: How often each definition's event was reported, by conduct.
        twins: How often each gesture that resembles an event was made.
    """

    number: int
    alarms: Mapping[str, int]
    twins: Mapping[str, int]


class Hours:
    """The hours that are kept in a folder, of this way of playing them.

    Args:
        folder: Where; one file grows there by a line for each hour.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = folder / f"{_playing()[:32]}.hours.jsonl"
        self._hours: dict[int, Hour] = {}
        if self._file.exists():
            for line in self._file.read_text(encoding="utf-8").splitlines():
                self._add(Hour(**json.loads(line)))

    def unknown(self, number: int, conducts: Iterable[str]) -> list[str]:
        """Those of some definitions for which an hour has not been judged."""
        known = self._hours[number].alarms if number in self._hours else {}
        return [conduct for conduct in conducts if conduct not in known]

    def keep(self, hour: Hour) -> None:
        """Add what came out of an hour."""
        row = {"number": hour.number, "alarms": dict(hour.alarms), "twins": dict(hour.twins)}
        with self._file.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(row) + "\n")
        self._add(hour)

    def alarms(self, conduct: str, hours: int) -> int:
        """How often a definition's event was reported in the first hours, all of them judged."""
        return sum(self._hours[number].alarms[conduct] for number in range(hours))

    def twins(self, hours: int) -> Counter[str]:
        """How often each gesture was made in them."""
        return sum((Counter(self._hours[n].twins) for n in range(hours)), Counter[str]())

    def _add(self, hour: Hour) -> None:
        known = self._hours.get(hour.number)
        alarms = {**known.alarms, **hour.alarms} if known else hour.alarms
        self._hours[hour.number] = Hour(hour.number, alarms, hour.twins)


@cache
def _playing() -> str:
    """SHA-256 of the source of everything that plays an hour and sees it."""
    root = Path(str(files("beffroi")))
    city = sorted((root / "simulation").rglob("*.py"))
    sources = [root / name for name in _PLAYING] + city
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
