"""A town in small for the web: two cameras, a live use of each evidence class, people, alerts."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import rfc8785
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from beffroi.alerts.vault import CLEAR, PIXELATED, SKELETONS, Vault
from beffroi.clock import Clock
from beffroi.folder import DataFolder
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import Definition, EvidenceClass, VotedText
from beffroi.mandate.rights import Role
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from beffroi.web.accounts import create_account, create_link
from tests.enacting import LAW, put_in_force

PASSWORD = "the bells of the belfry"
ZONES = {"area": [], "forbidden": {"track": [[0.6, 0.6], [0.95, 0.6], [0.95, 0.95]]}, "lines": {}}


def definition(evidence: EvidenceClass) -> VotedText:
    fields = Definition(
        event="fall",
        version=1,
        title={"fr": "Personne au sol", "en": "Person on the ground"},
        criterion={
            "fr": "Une personne passe de la position debout au sol et y reste au moins 3 secondes.",
            "en": "A person goes from standing to the ground and stays there 3 seconds or more.",
        },
        not_detected={
            "fr": "S’asseoir, se pencher, faire du sport au sol.",
            "en": "Sitting down, bending, exercising on the ground.",
        },
        alternative={"fr": "Ronde à pied.", "en": "Patrol on foot."},
        detector="fall",
        behaviour=1,
        parameters={"seconds": 3},
        labels={"seconds": {"fr": "temps au sol", "en": "time on the ground"}},
        models={"pose": "0" * 64},
        precisions=("float32",),
        rate_hz=5,
        person_px=60,
        evidence=evidence,
        retention_days=2,
        severity=2,
        told={"fr": "Les pompiers", "en": "The fire brigade"},
    )
    return VotedText(fields, rfc8785.dumps(fields.model_dump(mode="json")))


def skeletons(seconds: float = 4.0, rate: int = 10) -> bytes:
    """A figure that falls over, as the evidence keeps it."""
    moments = range(int(seconds * rate))
    seen = (observation("square", i / rate, lean=min(1.0, i / 20)) for i in moments)
    return "\n".join(json.dumps(line) for line in seen).encode()


def observation(camera: str, t: float, lean: float = 0.0, x: float = 320) -> dict[str, Any]:
    """One standing (or fallen) person, in a picture of 640 by 360."""
    upright = [
        (0, -95), (-3, -98), (3, -98), (-6, -96), (6, -96), (-16, -78), (16, -78), (-22, -55),
        (22, -55), (-20, -34), (24, -36), (-10, -40), (10, -40), (-12, -20), (11, -20), (-14, 0),
        (13, 0),
    ]  # fmt: skip
    joints = [
        [x + a * (1 - lean) - b * lean, 260 + b * (1 - lean) + a * lean * 0.4, 0.9]
        for a, b in upright
    ]
    xs, ys = [j[0] for j in joints], [j[1] for j in joints]
    return {
        "version": 1, "camera": camera, "t": round(t, 3), "at": None, "size": [640, 360],
        "motion": 0.1, "analysed": True,
        "tracks": [{
            "id": "0a1b2c3d", "kind": "person", "box": [min(xs), min(ys), max(xs), max(ys)],
            "score": 0.9, "keypoints": joints, "ground": None, "motion": 0.2, "age": 3,
        }],
    }  # fmt: skip


@dataclass
class Town:
    """What the tests of the web stand on."""

    folder: DataFolder
    database: Database
    clock: Clock

    def account(self, login: str) -> Account:
        with self.database.read() as session:
            return session.scalars(select(Account).where(Account.login == login)).one()

    def link(self, login: str) -> str:
        """A path that signs `login` in once."""
        with self.database.write() as session:
            account = session.scalars(select(Account).where(Account.login == login)).one()
            return f"/login/{create_link(session, account, self.clock)}"

    def raise_alert(
        self,
        evidence: EvidenceClass = EvidenceClass.CLEAR,
        *,
        severity: int = 2,
        video: bytes = b"not a real film",
        ago_s: float = 20,
        evidence_state: str = "ready",
    ) -> str:
        """An alert with its evidence and its line in the ledger."""
        now = self.clock.now()
        alert_id = str(uuid.uuid4())
        vault = Vault(self.folder)
        parts = {SKELETONS: skeletons(), PIXELATED: video, CLEAR: b"clear film"}
        kept = {
            EvidenceClass.SKELETON: [SKELETONS],
            EvidenceClass.PIXELATED: [SKELETONS, PIXELATED],
            EvidenceClass.CLEAR: [SKELETONS, PIXELATED, CLEAR],
        }.get(evidence, [])
        for part in kept:
            vault.seal(alert_id, part, parts[part])
        with self.database.write() as session:
            session.add(
                Alert(
                    id=alert_id,
                    camera_id="square",
                    use_id=f"use-{evidence.value}",
                    definition_digest=definition(evidence).digest,
                    event="fall",
                    severity=severity,
                    state="raised",
                    detected_at=now - timedelta(seconds=ago_s),
                    raised_at=now - timedelta(seconds=ago_s),
                    duration_s=3.2,
                    score=0.8437,
                    count=1,
                    zone=None,
                    tracks=["0a1b2c3d"],
                    evidence_class=evidence.value,
                    evidence=evidence_state if kept else "none",
                    erase_at=now + timedelta(days=2),
                )
            )
            self.note(session, alert_id)
        return alert_id

    def keep_evidence(self, alert_id: str) -> None:
        """What the engine does once the sequence is made."""
        with self.database.write() as session:
            session.get_one(Alert, alert_id).evidence = "ready"
            self.note(session, alert_id, Kind.EVIDENCE_KEPT)

    def note(self, session: Session, alert_id: str, kind: Kind = Kind.ALERT_RAISED) -> None:
        """A line about an alert, with the position that the sequencer would give it."""
        payload = {"alert": alert_id}
        entry = append(session, kind, actor=SYSTEM, payload=payload, clock=self.clock)
        last = session.scalar(select(func.max(LedgerEntry.position)))
        entry.position = 0 if last is None else last + 1

    def state(self, alert_id: str) -> str:
        with self.database.read() as session:
            return session.get_one(Alert, alert_id).state

    def ledger(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)))


def build_town(folder: DataFolder, database: Database, clock: Clock) -> Town:
    now = clock.now()
    with database.write() as session:
        for role in Role:
            create_account(
                session,
                login=role.value,
                name=f"{role.value.title()} Martin",
                role=role,
                password=PASSWORD if role is Role.OPERATOR else None,
                actor=SYSTEM,
                clock=clock,
            )
        for camera, name, place in (
            ("square", "Place du Beffroi", {"x": 0.3, "y": 0.4, "heading": 150, "view": 60}),
            ("quay", "Gare, quai 2", {"x": 0.75, "y": 0.7, "heading": 285, "view": 50}),
        ):
            spec = CameraSpec(name=name, address=f"sim://{camera}", place=place)
            add_camera(session, camera, spec, actor=SYSTEM, clock=clock)
        for evidence in EvidenceClass:
            _put_in_force(session, evidence, now, clock)
    return Town(folder, database, clock)


def _put_in_force(session: Session, evidence: EvidenceClass, now: datetime, clock: Clock) -> None:
    spec = UseSpec(
        purpose="Porter secours aux personnes qui tombent.",
        law=LAW,
        legal_basis="Loi fictive, article 1",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=90),
        cameras={"square": ZONES},
    )
    use = f"use-{evidence.value}"
    draft_use(session, use, definition(evidence), spec, actor=SYSTEM, clock=clock)
    put_in_force(session, use, clock)


def csrf(page: str) -> str:
    """What the forms of a page carry."""
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def seen(page: str) -> str:
    """The text of a use that a form is about."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


@dataclass
class Browser:
    """A signed-in browser without scripts."""

    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def post(self, path: str, page: str = "/console", **fields: str) -> httpx.Response:
        """Post a form as it stands on a page."""
        token = csrf(self.client.get(page).text)
        return self.client.post(path, data={"csrf": token, **fields})


@contextmanager
def signed_in(client: httpx.Client, town: Town, login: str) -> Iterator[Browser]:
    assert client.post(town.link(login), follow_redirects=False).status_code == 303
    yield Browser(client)
    client.cookies.clear()


NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
