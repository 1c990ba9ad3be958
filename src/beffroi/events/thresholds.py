"""Which parameters are plain thresholds on what every alert keeps: its score or its count.

Only these can be weighed against verdicts afterwards; anything else would need the observations,
which are not kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Threshold:
    """A parameter that an alert's own number must reach.

    Args:
        parameter: Its name in the definition.
        of: What must reach it.
        times: How much larger the parameter's unit makes that number.
    """

    parameter: str
    of: Literal["score", "count"]
    times: int = 1


THRESHOLDS: Final[Mapping[str, Threshold]] = MappingProxyType(
    {
        "strike": Threshold("score_percent", "score", 100),
        "gathering": Threshold("people", "count"),
    }
)
"""By detector; those that are not named have none."""
