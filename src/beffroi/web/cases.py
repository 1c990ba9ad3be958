"""What the console shows, read from the tables: the queue, one alert as a case, the cameras."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from beffroi.alerts.life import OPEN, State
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.cameras import camera_states, last_version
from beffroi.mandate.conditions import paused
from beffroi.mandate.definition import EvidenceClass, VotedText, load_definition
from beffroi.mandate.energy import Energy
from beffroi.mandate.gate import OpenUse, Votes, hour_now
from beffroi.mandate.modes import Mode
from beffroi.mandate.soundness import spoilt_cameras
from beffroi.mandate.timekeeping import Timekeeper
from beffroi.mandate.use_text import UseText
from beffroi.mandate.uses import find_use, list_uses, text_of
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.cameras import Camera, CameraBackground, CameraState, CameraVersion
from beffroi.store.mandates import Pause, StoredDefinition
from beffroi.web.reading import Reading, read
from beffroi.words import say

_WITH_VIDEO = frozenset({EvidenceClass.PIXELATED, EvidenceClass.CLEAR})
_WITH_SKELETONS = _WITH_VIDEO | {EvidenceClass.SKELETON}
_FOLLOWED = 20


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A line of the queue.

    Args:
        alert: The alert.
        title: What residents call the event, by language.
        camera: Name of the camera.
    """

    alert: Alert
    title: Mapping[str, str]
    camera: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a person.

    Args:
        waiting: Not judged yet: most severe first, then oldest.
        confirmed: Confirmed and not handed over nor closed yet, newest first.
    """

    waiting: list[QueueItem]
    confirmed: list[QueueItem]


@dataclass(frozen=True, slots=True)
class Case:
    """One alert with all that a person judges it by.

    Args:
        alert: The alert.
        voted: The definition it rests on, checked against its hash.
        reading: The same with its translations, to be read.
        use: The text of the use under which it was raised.
        last_day: The last day on which that may run.
        camera: The camera as it is now.
        verdict: What was judged, if it was.
        judge: Name of who judged; empty before.
        deliveries: Where it was handed over to, oldest first.
        paused: Whether this use is stopped on this camera.
        background: Whether the camera has a picture to draw skeletons over.
    """

    alert: Alert
    voted: VotedText
    reading: Reading
    use: UseText
    last_day: date
    camera: CameraVersion
    verdict: Verdict | None
    judge: str
    deliveries: list[Delivery]
    paused: bool
    background: bool

    @property
    def has_video(self) -> bool:
        """Whether there is a pixelated sequence to play."""
        return self.alert.evidence == "ready" and self.alert.evidence_class in _WITH_VIDEO

    @property
    def has_skeletons(self) -> bool:
        """Whether there are skeletons to play."""
        return self.alert.evidence == "ready" and self.alert.evidence_class in _WITH_SKELETONS

    @property
    def has_clear(self) -> bool:
        """Whether a clear sequence was kept, to be viewed for a reason."""
        return self.alert.evidence == "ready" and self.alert.evidence_class == EvidenceClass.CLEAR


@dataclass(frozen=True, slots=True)
class CameraView:
    """A camera as the wall and the list show it.

    Args:
        version: What it is.
        state: How it does, None if no host ever spoke of it.
        live: Whether a live use may run on it now.
        zones: What the uses that may run on it now have drawn.
        background: Whether it has a picture to draw skeletons over.
        stops: Standing stops of uses on it.
        energy: What an hour of it takes, if that was measured.
    """

    version: CameraVersion
    state: CameraState | None
    live: bool
    zones: list[dict[str, Any]]
    background: bool
    stops: list[Pause]
    energy: Energy | None


def read_queue(session: Session) -> Queue:
    """What waits for a person, for every console alike."""
    waiting = session.scalars(
        select(Alert)
        .where(Alert.state.in_([state.value for state in OPEN]))
        .order_by(Alert.severity.desc(), Alert.raised_at, Alert.id)
    ).all()
    confirmed = session.scalars(
        select(Alert)
        .where(Alert.state == State.CONFIRMED.value)
        .order_by(Alert.raised_at.desc())
        .limit(_FOLLOWED)
    ).all()
    versions = latest_versions(session)
    titles = _titles(session, {alert.definition_digest for alert in (*waiting, *confirmed)})

    def item(alert: Alert) -> QueueItem:
        camera = versions.get(alert.camera_id)
        name = alert.camera_id if camera is None else camera.name
        return QueueItem(alert, titles[alert.definition_digest], name)

    return Queue([item(alert) for alert in waiting], [item(alert) for alert in confirmed])


def read_case(session: Session, alert_id: str, now: datetime) -> Case:
    """All about one alert.

    Raises:
        BadInput: No such alert, or its use or its definition is not the one that was voted.
        Tampered: A row of its camera was changed by hand.
    """
    alert = session.get(Alert, alert_id)
    if alert is None:
        raise BadInput(say("There is no alert {alert}.", alert=alert_id))
    stored = session.get_one(StoredDefinition, alert.definition_digest)
    voted = load_definition(stored.canonical, stored.digest)
    verdict = session.scalars(select(Verdict).where(Verdict.alert_id == alert_id)).first()
    judge = None if verdict is None else session.get(Account, verdict.account_id)
    deliveries = session.scalars(
        select(Delivery).where(Delivery.alert_id == alert_id).order_by(Delivery.at)
    )
    matter = Votes(session, now).matter(find_use(session, alert.use_id))
    return Case(
        alert=alert,
        voted=voted,
        reading=read(session, voted),
        use=matter.text,
        last_day=matter.last_day,
        camera=last_version(session, alert.camera_id),
        verdict=verdict,
        judge="" if judge is None else judge.name,
        deliveries=list(deliveries),
        paused=paused(session, alert.use_id, alert.camera_id),
        background=alert.camera_id in _with_background(session),
    )


def read_cameras(session: Session, clock: Clock) -> list[CameraView]:
    """Every camera in service: those that are live first, then by name."""
    answers = hour_now(session, Timekeeper(clock)).answers()
    states = camera_states(session)
    backgrounds = _with_background(session)
    stops: dict[str, list[Pause]] = {}
    for stop in session.scalars(select(Pause).where(Pause.resumed_at.is_(None))):
        stops.setdefault(stop.camera_id, []).append(stop)
    views = []
    for camera_id, version in latest_versions(session, removed=False).items():
        uses = [
            answer
            for answer in answers
            if isinstance(answer, OpenUse) and answer.camera_id == camera_id
        ]
        views.append(
            CameraView(
                version=version,
                state=states.get(camera_id),
                live=any(use.mode is Mode.LIVE for use in uses),
                zones=[use.zones for use in uses],
                background=camera_id in backgrounds,
                stops=stops.get(camera_id, []),
                energy=Energy.of(states.get(camera_id)),
            )
        )
    return sorted(views, key=lambda view: (not view.live, view.version.name))


def city_zone(session: Session) -> str | None:
    """The time zone of the city, as its uses have it; None while there is none."""
    for use in list_uses(session):
        try:
            return text_of(session, use).text.timezone
        except BadInput:
            continue
    return None


def latest_versions(session: Session, *, removed: bool = True) -> dict[str, CameraVersion]:
    """What every camera is now, by id; those out of service too unless told otherwise.

    Those whose rows cannot be read are left out.
    """
    newest = aliased(CameraVersion)
    latest = select(func.max(newest.number)).where(newest.camera_id == Camera.id)
    wanted = (
        select(CameraVersion)
        .join(Camera, Camera.id == CameraVersion.camera_id)
        .where(
            CameraVersion.number == latest.correlate(Camera).scalar_subquery(),
            Camera.id.not_in(spoilt_cameras(session)),
        )
    )
    if not removed:
        wanted = wanted.where(Camera.removed_at.is_(None))
    return {version.camera_id: version for version in session.scalars(wanted)}


def _with_background(session: Session) -> set[str]:
    return set(session.scalars(select(CameraBackground.camera_id)))


def _titles(session: Session, digests: set[str]) -> dict[str, Mapping[str, str]]:
    stored = session.scalars(select(StoredDefinition).where(StoredDefinition.digest.in_(digests)))
    return {
        row.digest: read(session, load_definition(row.canonical, row.digest)).definition.title
        for row in stored
    }
