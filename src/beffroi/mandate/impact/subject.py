"""What an impact file is about: the text of a use as put to the vote, and what it stands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from beffroi.mandate import annexes
from beffroi.mandate.cameras import names_of
from beffroi.mandate.definition import Definition
from beffroi.mandate.uses import definition_of, find_use, text_of


@dataclass(frozen=True, slots=True)
class Subject:
    """A use as its impact files see it.

    Args:
        use_id: Its id.
        text_digest: SHA-256 of the text put to the vote; another text needs other files.
        definition: The event it looks for, in every language that it was translated to.
        definition_digest: SHA-256 of that definition.
        mode: How far it goes.
        purpose: Why, in the city's words.
        law: The legal pack that it rests on; empty where none is needed.
        legal_basis: The article it rests on, in words.
        regime: ``gdpr``, ``led`` or ``state_security``.
        controller: Who answers for it.
        processors: Who acts on the controller's behalf.
        partners: Who else takes part.
        timezone: IANA name.
        hours: Weekday "0" to "6" → spans of "HH:MM".
        starts_at: Nothing runs before.
        ends_at: Nothing runs from then on.
        renews: The use that it follows, if it renews one.
        cameras: Names people use for the cameras, in order.
        masked: How many of them have masks.
    """

    use_id: str
    text_digest: str
    definition: Definition
    definition_digest: str
    mode: str
    purpose: str
    law: str
    legal_basis: str
    regime: str
    controller: str
    processors: Sequence[str]
    partners: Sequence[str]
    timezone: str
    hours: Mapping[str, Sequence[Sequence[str]]]
    starts_at: datetime
    ends_at: datetime
    renews: str | None
    cameras: Sequence[str]
    masked: int


def subject_of(session: Session, use_id: str) -> Subject:
    """The use as its text has it.

    Raises:
        BadInput: No such use, or its text is not the one that was voted.
    """
    written = text_of(session, find_use(session, use_id))
    text = written.text
    return Subject(
        use_id=use_id,
        text_digest=written.digest,
        definition=annexes.translated(session, definition_of(session, text)),
        definition_digest=text.definition,
        mode=text.mode.value,
        purpose=text.purpose,
        law=text.law,
        legal_basis=text.legal_basis,
        regime=text.regime,
        controller=text.controller,
        processors=text.processors,
        partners=text.partners,
        timezone=text.timezone,
        hours=text.hours,
        starts_at=text.starts_at,
        ends_at=text.ends_at,
        renews=text.renews or None,
        cameras=list(names_of(session, text.cameras).values()),
        masked=sum(bool(camera.masks) for camera in text.cameras.values()),
    )
