"""A town in small: one camera, live uses of two events, and the people who judge."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from sqlalchemy.orm import Session

from beffroi.alerts.vault import Vault
from beffroi.clock import FrozenClock
from beffroi.folder import DataFolder
from beffroi.mandate.definition import Definition, EvidenceClass, VotedText
from beffroi.mandate.modes import Mode
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert
from beffroi.store.cameras import Camera, CameraVersion
from beffroi.store.database import Database
from tests.enacting import FIRST, LAW, put_in_force
from tests.ringing import ring

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CAMERA = "belfry-square"


def definition(evidence: EvidenceClass = EvidenceClass.PIXELATED) -> VotedText:
    """A definition that differs only by what its alerts keep."""
    both = {"fr": "Chute d’une personne", "en": "Fall of a person"}
    fields = Definition(
        event="fall",
        version=1,
        title=both,
        criterion=both,
        not_detected=both,
        alternative=both,
        detector="fall",
        behaviour=1,
        parameters={},
        labels={},
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


@dataclass
class Town:
    """What the tests of alerts stand on."""

    database: Database
    clock: FrozenClock
    operator: Account
    supervisor: Account
    technician: Account
    gone: Account

    def raise_alert(
        self,
        evidence: EvidenceClass = EvidenceClass.PIXELATED,
        session: Session | None = None,
        **changes: object,
    ) -> Alert:
        """An alert of that evidence class, committed unless a session is given."""
        if session is None:
            with self.database.write() as own:
                return self.raise_alert(evidence, own, **changes)
        use = {"use_id": f"use-{evidence.value}", "voted": definition(evidence)}
        alert = ring(session, camera_id=CAMERA, clock=self.clock, **use | changes)  # type: ignore[arg-type]
        assert alert is not None
        return alert


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def town(database: Database, clock: FrozenClock) -> Town:
    def account(login: str, role: str, active: bool = True) -> Account:
        return Account(
            id=f"account-{login}",
            login=login,
            name=login.title(),
            role=role,
            pseudonym=login.encode().hex().ljust(32, "0"),
            password_hash=None,
            active=active,
            created_at=NOW,
        )

    people = {
        "operator": account("ada", "operator"),
        "supervisor": account("sam", "supervisor"),
        "technician": account("tom", "technician"),
        "gone": account("zoe", "operator", active=False),
    }
    with database.write() as session:
        session.add_all(people.values())
        session.add(Camera(id=CAMERA, created_at=NOW, removed_at=None))
        session.flush()
        session.add(
            CameraVersion(
                camera_id=CAMERA,
                number=1,
                name="Belfry square",
                address="sim://square",
                masks=[],
                ground=None,
                place={"x": 0.25, "y": 0.5},
                since=NOW,
            )
        )
        for evidence in EvidenceClass:
            add_use(session, definition(evidence), f"use-{evidence.value}", clock)
    return Town(database=database, clock=clock, **people)


def add_use(
    session: Session,
    voted: VotedText,
    use_id: str,
    clock: FrozenClock,
    mode: Mode = Mode.LIVE,
) -> None:
    """Put a use of this definition in force."""
    spec = UseSpec(
        mode=mode,
        purpose="Help",
        law=LAW,
        legal_basis="Test",
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=30),
        cameras={CAMERA: {}},
    )
    draft_use(session, use_id, voted, spec, actor=FIRST, clock=clock)
    put_in_force(session, use_id, clock)


@pytest.fixture
def vault(folder: DataFolder) -> Vault:
    return Vault(folder)
