"""A city whose use is in force, to be exported."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from beffroi.clock import FrozenClock
from beffroi.events.registry import shipped_definitions
from beffroi.ledger.keys import load_or_create
from beffroi.ledger.sequencer import Sequencer
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import VotedText
from beffroi.mandate.exchange.bundle import unpack
from beffroi.mandate.exchange.export import Announced, announce, export
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import effect_of
from beffroi.mandate.procedure.record import confirm_act, record_change
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.store.alerts import Alert
from beffroi.store.database import Database
from tests.enacting import FIRST, LAW, SECOND, adopt, enact, measure
from tests.ringing import ring

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def fall() -> VotedText:
    """The definition that is voted here."""
    return next(voted for voted in shipped_definitions() if voted.definition.event == "fall")


@dataclass
class Archive:
    """What a test needs to export a city's mandate."""

    database: Database
    key: Ed25519PrivateKey
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(NOON, seconds=1000.0))

    @classmethod
    def build(cls, database: Database, folder: Path) -> "Archive":
        """The camera `park`, and the use `falls` in force there."""
        archive = cls(database, load_or_create(folder / "key.pem"))
        with database.write() as session:
            camera = CameraSpec("The park", "sim://park?seed=1")
            add_camera(session, "park", camera, actor=FIRST, clock=archive.clock)
            adopt(session, archive.clock)
            archive.draft(session, "falls")
        archive.clock.advance(60)
        archive.decide("falls", ActType.VOTE, ActType.PUBLICATION)
        return archive

    def draft(self, session: Session, use: str, mode: Mode = Mode.LIVE) -> None:
        """Write a use down."""
        spec = UseSpec(
            purpose="help people who fall",
            mode=mode,
            law=LAW,
            legal_basis="fictional law, article 1",
            starts_at=NOON - timedelta(days=1),
            ends_at=NOON + timedelta(days=30),
            cameras={"park": {}},
            hours={str(day): [("08:00", "20:00")] for day in range(7)},
        )
        draft_use(session, use, fall(), spec, actor=FIRST, clock=self.clock)
        measure(session, use, self.clock)

    def decide(self, use: str, *acts: ActType) -> None:
        """Record acts, a minute apart."""
        for act in acts:
            with self.database.write() as session:
                enact(session, use, act, self.clock)
            self.clock.advance(60)

    def publish(self, use: str, url: str) -> None:
        """Publish a use somewhere."""
        details = {"url": url, "effect_on": self.clock.now().date().isoformat()}
        with self.database.write() as session:
            enact(session, use, ActType.PUBLICATION, self.clock, details)
        self.clock.advance(60)

    def remove_law(self) -> None:
        """Remove the law that the use rests on; two people do, and its delay passes."""
        with self.database.write() as session:
            act = record_change(
                session,
                ActType.REMOVAL,
                LAW,
                body="council",
                date=self.clock.now().date().isoformat(),
                reference="2026-2",
                motives="as debated",
                actor=FIRST,
                clock=self.clock,
            )
            confirm_act(session, act.id, actor=SECOND, clock=self.clock)
            effect = effect_of(act)
        self.clock.advance(max(0.0, (effect - self.clock.now()).total_seconds()))

    def change(self, edit: Callable[[Session], None]) -> None:
        """Change the database behind everybody's back."""
        with self.database.write() as session:
            edit(session)

    def ring(self) -> Alert:
        """Raise an alert of the use `falls`."""
        with self.database.write() as session:
            alert = ring(session, "falls", "park", fall(), self.clock)
            assert alert is not None
            return alert

    def announce(self, *, proof: bool = False) -> Announced:
        """Tell the ledger of an export, and sign it."""
        self.sign()
        with self.database.write() as session:
            announced = announce(
                session, self.key.public_key(), actor=FIRST, clock=self.clock, proof=proof
            )
        self.sign()
        return announced

    def sign(self) -> None:
        """Sign what the ledger holds."""
        Sequencer(self.database, self.key, [], self.clock).finish()

    def make(self, announced: Announced) -> bytes:
        """The file that was announced."""
        with self.database.read() as session:
            return export(session, announced, self.key.public_key())

    def write(self, *, proof: bool = False) -> bytes:
        """Announce, sign and export."""
        return self.make(self.announce(proof=proof))

    def files(self, *, proof: bool = False) -> dict[str, bytes]:
        """The files of an export."""
        return dict(unpack(self.write(proof=proof)))
