"""What leaves Beffroi once a person has confirmed: words on an event, no picture, no track."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.alerts.life import Judgement
from beffroi.errors import BadInput
from beffroi.mandate.definition import Text, load_definition
from beffroi.mandate.uses import find_use, text_of
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.base import Json
from beffroi.store.cameras import CameraVersion
from beffroi.store.mandates import StoredDefinition
from beffroi.words import say

VERSION = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One handing over, for one channel.

    Args:
        version: Of these fields.
        delivery: Id of the handing over; the same in every attempt, so that the receiver can
            leave out what arrives twice.
        alert: Id of the alert.
        event: Kind of event.
        title: What residents call it, by language.
        definition: SHA-256 of the voted text.
        told: Who is told, by language, as it was voted.
        camera: Camera id.
        camera_name: What people call the camera.
        place: Where it is on the site's plan.
        detected_at: When the event was recognised, in the use's time zone.
        verdict: Always `confirmed`.
        verdict_id: Id of the verdict.
        judged_by: Pseudonym of the person who judged.
        judged_at: When, in the use's time zone.
        handed_over_by: Pseudonym of the person who handed over.
    """

    version: int
    delivery: str
    alert: str
    event: str
    title: Text
    definition: str
    told: Text
    camera: str
    camera_name: str
    place: Json
    detected_at: datetime
    verdict: str
    verdict_id: str
    judged_by: str
    judged_at: datetime
    handed_over_by: str

    def to_json(self) -> bytes:
        """One JSON object; times in ISO 8601."""
        return json.dumps(asdict(self), ensure_ascii=False, default=datetime.isoformat).encode()

    @property
    def subject(self) -> str:
        """One line, French first."""
        # A line end in a name would end the header too.
        name = " ".join(self.camera_name.split())
        return f"{self.title['fr']} / {self.title['en']} – {name}"

    def to_text(self) -> str:
        """The same for a reader, each line in French and in English."""
        when, judged = f"{self.detected_at:%Y-%m-%d %H:%M:%S %Z}", f"{self.judged_at:%H:%M:%S %Z}"
        lines = (
            ("Événement / Event", f"{self.title['fr']} / {self.title['en']}"),
            ("Caméra / Camera", f"{self.camera_name} ({self.camera})"),
            ("Position / Place", json.dumps(self.place)),
            ("Heure / Time", when),
            ("Destinataire / Told", f"{self.told['fr']} / {self.told['en']}"),
            ("Confirmé par / Confirmed by", f"{self.judged_by}, {judged}"),
            ("Transmis par / Handed over by", self.handed_over_by),
            ("Alerte / Alert", self.alert),
            ("Définition votée / Voted definition", f"sha256:{self.definition}"),
        )
        return "".join(f"{name}: {value}\n" for name, value in lines)


def compose(session: Session, delivery_id: str) -> Message:
    """Write the message of a handing over from what the database holds.

    Raises:
        BadInput: The stored definition is not the one that was voted, or nobody has confirmed
            this alert.
    """
    delivery = session.get_one(Delivery, delivery_id)
    alert = session.get_one(Alert, delivery.alert_id)
    verdict = session.get_one(Verdict, delivery.verdict_id)
    if verdict.alert_id != alert.id or verdict.verdict != Judgement.CONFIRMED:
        raise BadInput(say("Nothing leaves before a person has confirmed this very alert."))
    camera = _camera_then(session, alert)
    stored = session.get_one(StoredDefinition, alert.definition_digest)
    definition = load_definition(stored.canonical, alert.definition_digest).definition
    zone = ZoneInfo(text_of(session, find_use(session, alert.use_id)).text.timezone)
    return Message(
        version=VERSION,
        delivery=delivery.id,
        alert=alert.id,
        event=alert.event,
        title=definition.title,
        definition=alert.definition_digest,
        told=definition.told,
        camera=alert.camera_id,
        camera_name=camera.name,
        place=camera.place,
        detected_at=alert.detected_at.astimezone(zone),
        verdict=verdict.verdict,
        verdict_id=verdict.id,
        judged_by=session.get_one(Account, verdict.account_id).pseudonym,
        judged_at=verdict.at.astimezone(zone),
        handed_over_by=session.get_one(Account, delivery.account_id).pseudonym,
    )


def _camera_then(session: Session, alert: Alert) -> CameraVersion:
    """The camera as it was when the alert was raised: it may have been moved or removed since."""
    return session.scalars(
        select(CameraVersion)
        .where(CameraVersion.camera_id == alert.camera_id, CameraVersion.since <= alert.raised_at)
        .order_by(CameraVersion.number.desc())
        .limit(1)
    ).one()
