"""The text of a use: what is put to the vote beside the definition, kept as the bytes voted.

The gate reads hours, zones and dates from these bytes and from nowhere else, so what was voted is
what runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
)
from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.mandate.canonical import canonical, digest, parse
from beffroi.mandate.drawn import as_drawn
from beffroi.mandate.hours import Hours
from beffroi.mandate.modes import Mode
from beffroi.store.mandates import StoredUseText

Moment = Annotated[
    AwareDatetime,
    PlainSerializer(lambda moment: moment.astimezone(UTC).isoformat(), return_type=str),
]
"""An aware time, written in UTC."""

Regime = Literal["gdpr", "led", "state_security"]


class CameraText(BaseModel):
    """A camera as it was voted: elsewhere, or seen otherwise, it was not.

    Attributes:
        address: Where its pictures come from.
        ground: Its calibration, 3 by 3 from picture fractions to metres, or None.
        masks: Polygons that nobody looks at; more may be added later, none taken away.
        zones: What was drawn for this use, see :class:`beffroi.mandate.drawn.Drawn`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str
    ground: list[list[float]] | None
    masks: list[list[tuple[float, float]]]
    zones: Annotated[dict[str, Any], AfterValidator(as_drawn)]


class UseText(BaseModel):
    """What is voted of a use.

    Attributes:
        use: Its id.
        definition: SHA-256 of the definition that it applies.
        mode: How far it goes.
        purpose: Why, in plain words.
        law: Id of the legal pack it rests on; empty where none is needed.
        legal_basis: The article it rests on, in words.
        regime: Which data-protection law governs it.
        controller: Who answers for it.
        processors: Who works on the controller's behalf.
        partners: Who is told, and under which agreement.
        timezone: IANA name; hours and days are read in it.
        hours: Weekday "0" (Monday) to "6" → spans ("HH:MM", "HH:MM"), end not included.
        occasion: The event of the city's life that it is for, if for one.
        places: Tags of the places it looks at, e.g. ``station``.
        starts_at: Nothing runs before.
        ends_at: Nothing runs from then on.
        max_offline_s: How long a site may run on after it last heard from the gate.
        renews: Id of the use that it continues, if it does.
        quota: How many samples a learning set may hold; none in any other mode.
        cameras: Camera id → the camera as voted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")
    definition: str = Field(pattern="^[0-9a-f]{64}$")
    mode: Mode
    purpose: str
    law: str
    legal_basis: str
    regime: Regime = "gdpr"
    controller: str = ""
    processors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    timezone: str
    hours: Hours
    occasion: str = ""
    places: tuple[str, ...] = ()
    starts_at: Moment
    ends_at: Moment
    max_offline_s: int = Field(default=5, ge=5, le=86_400)
    renews: str = ""
    quota: int = Field(default=0, ge=0, le=100_000)
    cameras: Mapping[str, CameraText]

    @property
    def synthetic(self) -> bool:
        """Whether it looks at no real place."""
        return all(camera.address.startswith("sim://") for camera in self.cameras.values())

    def start_of(self, day: date) -> datetime:
        """The first moment of a day where the use is."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The first moment after a day where the use is."""
        return self.start_of(day + timedelta(days=1))

    def local(self, now: datetime) -> datetime:
        """The same moment on the clocks where the use is."""
        return now.astimezone(ZoneInfo(self.timezone))

    def today(self, now: datetime) -> date:
        """Which day it is where the use is."""
        return self.local(now).date()

    @property
    def first_day(self) -> date:
        """The day on which it may begin."""
        return self.today(self.starts_at)

    @property
    def last_day(self) -> date:
        """The last day on which it may run."""
        return self.today(self.ends_at - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class WrittenUse:
    """A text of a use together with its bytes.

    Args:
        text: The parsed text.
        canonical: The bytes that are stored and hashed.
    """

    text: UseText
    canonical: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""
        return digest(self.canonical)


def write_text(text: UseText) -> WrittenUse:
    """Make the bytes that will be voted."""
    return WrittenUse(text, canonical(text.model_dump(mode="json")))


@lru_cache(maxsize=256)  # the gate reads them again and again; other bytes are read anew
def read_text(data: bytes, expected: str) -> WrittenUse:
    """Read voted bytes, refusing any that are not the ones voted.

    Raises:
        BadInput: The bytes do not have this digest, or are not the text of a use.
    """
    if digest(data) != expected:
        raise BadInput("The stored text of this use is not the one that was voted.")
    try:
        return WrittenUse(UseText.model_validate(parse(data)), data)
    except ValueError as error:
        raise BadInput(f"These bytes are not the text of a use: {error}.") from error


def stored_since(session: Session, text_digest: str) -> datetime | None:
    """When the text stored under a digest was written; None where there is none."""
    stored = session.get(StoredUseText, text_digest)
    return None if stored is None else stored.written_at


def stored_text(session: Session, text_digest: str) -> WrittenUse:
    """The text stored under a digest.

    Raises:
        BadInput: There is none, or it was changed.
    """
    stored = session.get(StoredUseText, text_digest)
    if stored is None:
        raise BadInput("The text of this use is not stored here.")
    return read_text(stored.canonical, text_digest)
