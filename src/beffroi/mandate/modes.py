"""How far a use goes, from counting to ringing."""

from enum import StrEnum


class Mode(StrEnum):
    """What may come of a detection.

    ``STATISTICS`` counts by quarter of an hour and keeps no track. ``SHADOW`` counts detections
    that nobody is shown. ``LIVE`` raises alerts for a person to judge. ``LEARNING`` keeps what
    a detector computed beside the verdict, for a stated purpose and until a stated day.
    """

    STATISTICS = "statistics"
    SHADOW = "shadow"
    LIVE = "live"
    LEARNING = "learning"
