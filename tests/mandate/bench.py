"""One use of one city, moved about at will: what the tests of the procedure work at.

Everything happens in one write session on a database in memory, so that hundreds of cases are
tried in seconds.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from beffroi.clock import FrozenClock
from beffroi.events.registry import behaviours
from beffroi.mandate.cameras import CameraSpec, add_camera, change_camera
from beffroi.mandate.counting import WATCHED_SECONDS, count
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.clauses import DoctrineText
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import CameraDecision, Gate
from beffroi.mandate.impact.assessment import record
from beffroi.mandate.impact.content import Content, draft
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.fiction import answered
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.procedure.acts import ActType, read_details
from beffroi.mandate.procedure.case import Case, Step, case_of
from beffroi.mandate.procedure.documents import attach
from beffroi.mandate.procedure.guards import objections
from beffroi.mandate.procedure.record import confirm_act, record_act
from beffroi.mandate.uses import UseSpec, draft_use, find_use, revise_use, text_of
from beffroi.store.base import Base
from beffroi.store.database import Database
from beffroi.store.procedure import Act
from tests.enacting import COUNCIL, FIRST, SECOND, adopt, measure
from tests.mandate.doctrine.made import doctrine

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, noon in Paris
DRAWN, REAL = "sim://park?seed=1", "rtsp://192.0.2.7/1"
LAW = "loi"

DETAILS: Mapping[ActType, Mapping[str, Any]] = {
    ActType.OPINION: {"by": "dpo", "outcome": "favourable"},
    ActType.VOTE: COUNCIL,
    ActType.AUTHORISATION: {"by": "prefect", "granted": True, "until": "2027-06-30"},
    ActType.SUSPENSION: {"by": "supervisor"},
    ActType.RESUMPTION: {"by": "supervisor"},
    ActType.REVALIDATION: {"camera": "park"},
    ActType.MOTION: {"by": "member"},
}
"""What an act of each type says where a test does not care; dates are added for today."""


def law(*clauses: dict[str, Any], **fields: Any) -> DoctrineText:
    """A law that covers everything and asks for what these clauses say, `c-1` being the first."""
    return doctrine(LAW, {"rule": "allow"}, *clauses, kind="law", **fields)


class Bench:
    """A city with the camera `park`.

    Args:
        session: A write session on an empty database.
        clock: At `NOON`.
        fall: The shipped definition of falls.
    """

    def __init__(self, session: Session, clock: FrozenClock, fall: VotedText) -> None:
        self.session, self.clock, self.fall = session, clock, fall
        add_camera(session, "park", CameraSpec("The park", DRAWN), actor=FIRST, clock=clock)

    @property
    def today(self) -> str:
        """The day where the use is, or in Paris before there is one."""
        return (
            text_of(self.session, find_use(self.session, "falls"))
            .text.today(self.clock.now())
            .isoformat()
        )

    def adopt(self, text: DoctrineText) -> None:
        """Adopt a doctrine, by two people."""
        adopt(self.session, self.clock, text)

    @staticmethod
    def spec(**changes: Any) -> UseSpec:
        """What the clerk writes."""
        spec = UseSpec(
            purpose="help people who fall",
            law=LAW,
            legal_basis="article 1",
            starts_at=NOON - timedelta(days=1),
            ends_at=NOON + timedelta(days=200),
            cameras={"park": {}},
        )
        return replace(spec, **changes)

    def draft(self, use: str = "falls", *, figures: bool = True, **changes: Any) -> None:
        """Write a use down."""
        spec = self.spec(**changes)
        draft_use(self.session, use, self.fall, spec, actor=FIRST, clock=self.clock)
        if figures:
            measure(self.session, use, self.clock)

    def revise(self, **changes: Any) -> None:
        """Write the use anew."""
        spec = self.spec(**changes)
        revise_use(
            self.session, "falls", self.fall, spec, reason="r", actor=FIRST, clock=self.clock
        )

    def record(
        self,
        act_type: ActType,
        details: Mapping[str, Any] | None = None,
        *,
        day: str | None = None,
        actor: str = FIRST,
        **said: str,
    ) -> Act:
        """Record an act with what its type asks for."""
        paper = attach(self.session, "paper.txt", b"minutes", actor=FIRST, clock=self.clock)
        words = {"body": "council", "reference": "2026-1", "motives": "as debated"} | said
        return record_act(
            self.session,
            "falls",
            act_type,
            date=day or self.today,
            details=self.details(act_type) if details is None else details,
            document=paper.digest,
            actor=actor,
            clock=self.clock,
            **words,
        )

    def confirm(self, act: Act, actor: str = SECOND) -> Act:
        """Have an act confirmed."""
        return confirm_act(self.session, act.id, actor=actor, clock=self.clock)

    def enact(self, act_type: ActType, details: Mapping[str, Any] | None = None) -> None:
        """Record an act that widens, and confirm it."""
        self.confirm(self.record(act_type, details))

    def in_force(self) -> None:
        """Vote, publish and confirm."""
        self.record(ActType.VOTE)
        self.enact(ActType.PUBLICATION)

    def consult(self, days: int = 1) -> None:
        """Hold a consultation from today on and close it on the day after its last."""
        self.record(ActType.CONSULTATION_OPENED, self._dates(days))
        self.clock.advance(days * 86_400)
        self.record(ActType.CONSULTATION_CLOSED)

    def details(self, act_type: ActType) -> Mapping[str, Any]:
        """What an act of this type says today."""
        if act_type is ActType.PUBLICATION:
            return {"url": "https://town.example/acts", "effect_on": self.today}
        if act_type is ActType.CONSULTATION_OPENED:
            return self._dates(1)
        return DETAILS.get(act_type, {})

    def _dates(self, days: int) -> Mapping[str, Any]:
        opens = datetime.fromisoformat(self.today).date()
        closes = opens + timedelta(days=days - 1)
        return {"opens": opens.isoformat(), "closes": closes.isoformat(), "where": "town hall"}

    def assess(self, study: Study, **grades: int) -> None:
        """Complete an impact file for the text as it is."""
        facts = facts_of(
            self.session, subject_of(self.session, "falls"), "fr", now=self.clock.now()
        )
        written: Content = answered(study, draft(study, facts, "fr", None))
        marks = {name.removeprefix("_"): mark for name, mark in grades.items()}
        written = written.model_copy(update={"grades": {**written.grades, **marks}})
        record(self.session, "falls", study, written, actor=FIRST, clock=self.clock)

    def ran_in_shadow(self, days: int, watched_s: int = 43_200) -> None:
        """Have the same definition look through the camera for some days."""
        for day in range(days):
            moment = self.clock.now() - timedelta(days=day)
            count(self.session, "trial", "park", moment, WATCHED_SECONDS, watched_s, now=moment)

    def add_camera(self, camera: str) -> None:
        """Put another camera into service."""
        add_camera(self.session, camera, CameraSpec(camera, DRAWN), actor=FIRST, clock=self.clock)

    def turn_camera(self, address: str) -> None:
        """Point the camera elsewhere."""
        spec = CameraSpec("The park", address)
        change_camera(self.session, "park", spec, actor=FIRST, clock=self.clock)

    def mask_camera(self) -> None:
        """Hide a part of its picture."""
        mask = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))
        spec = CameraSpec("The park", DRAWN, masks=[mask])
        change_camera(self.session, "park", spec, actor=FIRST, clock=self.clock)

    def case(self) -> Case:
        """The use with all that rules look at."""
        return case_of(self.session, find_use(self.session, "falls"), self.clock.now())

    def against(
        self,
        act_type: ActType,
        details: Mapping[str, Any] | None = None,
        *,
        day: str | None = None,
        document: str | None = "0" * 64,
    ) -> list[str]:
        """What stands in the way of an act."""
        read = read_details(act_type, self.details(act_type) if details is None else details)
        today = datetime.fromisoformat(self.today).date()
        when = today if day is None else datetime.fromisoformat(day).date()
        return objections(self.case(), Step(act_type, read, when, today, document, "as debated"))

    def gate(self, camera: str = "park") -> CameraDecision:
        """What a gate that has just started says of a camera."""
        decided = Gate(Equipment(behaviours()), self.clock).decide(self.session)
        return next(decision for decision in decided if decision.camera.camera_id == camera)

    def runs(self) -> bool:
        """Whether the use may run on the camera now."""
        return any(use.use_id == "falls" for use in self.gate().uses)


@contextmanager
def set_up(fall: VotedText, now: datetime = NOON) -> Iterator[Bench]:
    """A bench on a database of its own, gone at the end."""
    database = Database("sqlite:///:memory:")
    Base.metadata.create_all(database.engine)
    try:
        with database.write() as session:
            yield Bench(session, FrozenClock(now, seconds=1000.0), fall)
    finally:
        database.close()
