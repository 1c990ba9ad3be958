"""No sequence of operations opens a camera that the record does not open.

People, clocks and cameras do whatever they may do, in a random order that is the same each time.
Beside them a second reader keeps nothing but the list of what was accepted, and works out from the
promises, in its own words and with none of the code under test, whether the use may run. The gate
must always agree.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from beffroi.errors import BadInput, NotAuthorised
from beffroi.events.registry import behaviours
from beffroi.mandate.cameras import doubt_camera
from beffroi.mandate.definition import VotedText
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import Gate
from beffroi.mandate.pauses import pause, resume
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.adoption import register_doctrine
from beffroi.mandate.procedure.record import record_change
from beffroi.store.mandates import StoredDefinition, StoredUseText
from beffroi.store.procedure import Act, StoredDoctrine
from tests.enacting import FIRST, SECOND
from tests.mandate.bench import DRAWN, LAW, NOON, REAL, Bench, law, set_up
from tests.mandate.doctrine.made import doctrine

PARIS = ZoneInfo("Europe/Paris")
CHARTER = doctrine("charte", {"rule": "refuse", "events": ["fall"]})
LAWS = (
    law({"rule": "publication_delay_days", "value": 1}, valid_until="2026-12-01"),
    law({"rule": "doctrine_delay_days", "value": 1}, version=2),
    law({"rule": "refuse", "events": ["fall"]}, version=3),
)
ADDRESSES = (DRAWN, "sim://street?seed=2", REAL)
DAY_HOURS = {str(day): [("06:00", "22:00")] for day in range(7)}
PEOPLE = (FIRST, SECOND)
CONFIRMERS = (FIRST, SECOND, "")

LIFTERS = {
    "supervisor": {"supervisor", "council"},
    "automatic": {"supervisor", "council"},
    "council": {"council"},
    "commission": {"commission"},
    "judge": {"judge"},
}
Kept = StoredUseText | StoredDefinition | StoredDoctrine
LIFTING = ("supervisor", "council", "judge", "commission")
DAYS, BOTH = (-2, -1, 0, 0, 0, 1, 2), (True, False)


@dataclass
class Said:
    """Something that was accepted: what, by whom, when, and confirmed when."""

    what: str
    at: datetime
    by: str
    details: dict[str, Any]
    row: Act | None = None
    confirmed: datetime | None = None


class Reader:
    """Works out from what was accepted whether the use may run."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.ends_at = NOON + timedelta(days=20)
        self.latest = NOON
        self.address = self.voted_address = DRAWN
        self.moved = self.paused = False

    def may_run(self, now: datetime) -> bool:
        self.latest = max(self.latest, now)
        return all(
            holds(now)
            for holds in (
                self._clock_holds,
                self._was_voted,
                self._is_published,
                self._was_not_ended,
                self._is_not_suspended,
                self._is_lawful,
                self._camera_is_the_one_voted,
                self._is_within_hours,
            )
        )

    def _past(self, what: str, now: datetime) -> list[Said]:
        return [one for one in self.said if one.what == what and one.at <= now]

    def _counted(self, what: str, now: datetime) -> list[Said]:
        past = [one for one in self.said if one.what == what]
        return [one for one in past if one.confirmed is not None and one.confirmed <= now]

    def _clock_holds(self, now: datetime) -> bool:
        return now >= self.latest - timedelta(seconds=2)

    def _was_voted(self, now: datetime) -> bool:
        votes = self._past("vote", now)
        return bool(votes) and bool(votes[0].details["carried"])

    def _is_published(self, now: datetime) -> bool:
        for made in self._counted("publication", now):
            first = datetime.combine(date.fromisoformat(made.details["effect_on"]), time(), PARIS)
            end = max(first, made.at) + timedelta(hours=72)
            if now >= first and not (made.details.get("urgent") and now >= end):
                return True
        return False

    def _was_not_ended(self, now: datetime) -> bool:
        ended = self._past("repeal", now) + self._past("withdrawal", now)
        refused = [one for one in self._past("authorisation", now) if not one.details["granted"]]
        granted = [one for one in self._past("authorisation", now) if one.details["granted"]]
        over = [
            one
            for one in granted
            if now.astimezone(PARIS).date() > date.fromisoformat(one.details["until"])
        ]
        return not ended and not refused and not over and now < self.ends_at

    def _is_not_suspended(self, now: datetime) -> bool:
        lifts = self._counted("resumption", now)
        return all(
            any(
                lift.details["by"] in LIFTERS[stop.details["by"]]
                and self.said.index(lift) > self.said.index(stop)
                for lift in lifts
            )
            for stop in self._past("suspension", now)
        )

    def _is_lawful(self, now: datetime) -> bool:
        binding: dict[str, str | None] = {}
        for one in self.said:
            if one.what not in ("adoption", "removal") or one.confirmed is None:
                continue
            if one.confirmed + one.details["delay"] <= now:
                binding[one.details["id"]] = one.details.get("text")
        law_text = binding.get(LAW)
        refused = CHARTER.digest in binding.values() or law_text == LAWS[2].digest
        lapsed = law_text == LAWS[0].digest and now.astimezone(PARIS).date() > date(2026, 12, 1)
        return law_text is not None and not refused and not lapsed

    def _camera_is_the_one_voted(self, now: datetime) -> bool:
        return self.address == self.voted_address and not self.moved

    def _is_within_hours(self, now: datetime) -> bool:
        return not self.paused and 6 <= now.astimezone(PARIS).hour < 22


class City:
    """One use, to which anything may be done."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.clock = bench, bench.clock
        self.gate = Gate(Equipment(behaviours()), self.clock)
        self.reader = Reader()

        for text in (*LAWS, CHARTER):
            register_doctrine(self.bench.session, text, actor=FIRST, clock=self.clock)
        self.adopt(1, FIRST, SECOND)
        self.bench.draft(hours=DAY_HOURS, ends_at=self.reader.ends_at)

    def runs(self) -> bool:
        """Whether the gate, which has been there all the time, opens the camera for the use."""
        return any(decision.uses for decision in self.gate.decide(self.bench.session))

    def attempt(self, what: str, details: dict[str, Any], do: Callable[[], Act | None]) -> bool:
        """Do something, and write it down if it was accepted."""
        try:
            with self.bench.session.begin_nested():
                row = do()
        except (NotAuthorised, BadInput):
            return False
        by = FIRST if row is None else row.recorded_by
        self.reader.said.append(Said(what, self.clock.now(), by, details, row))
        return True

    def act(self, act_type: ActType, details: dict[str, Any], actor: str = FIRST) -> bool:
        return self.attempt(
            act_type.value, details, lambda: self.bench.record(act_type, details, actor=actor)
        )

    def widen(self, act_type: ActType, details: dict[str, Any], actor: str, then: str) -> None:
        """Record what widens; somebody, the same or another, may confirm it at once."""
        if self.act(act_type, details, actor):
            self.confirm(then, -1)

    def vote(self, carried: bool) -> None:
        names = ["Ada", "Ben"] if carried else []
        ballot = {"members": 3, "votes_for": names, "votes_against": ["Cem"]}
        if self.act(ActType.VOTE, ballot):
            self.reader.said[-1].details["carried"] = carried
            self.reader.voted_address = self.text_address

    @property
    def text_address(self) -> str:
        return self.bench.case().written.text.cameras["park"].address

    def revise(self) -> None:
        self.attempt("revision", {}, self.revised)

    def revised(self) -> None:
        self.bench.revise(hours=DAY_HOURS, ends_at=self.reader.ends_at, purpose="better")

    def publish(self, actor: str, days: int, urgent: bool, then: str) -> None:
        effect = self.clock.now().astimezone(PARIS).date() + timedelta(days=days)
        made = {"url": "https://town.example", "effect_on": effect.isoformat(), "urgent": urgent}
        self.widen(ActType.PUBLICATION, made, actor, then)

    def authorise(self, granted: bool, days: int) -> None:
        until = (self.clock.now() + timedelta(days=days)).date().isoformat()
        self.act(ActType.AUTHORISATION, {"by": "prefect", "granted": granted, "until": until})

    def confirm(self, actor: str, place: int) -> None:
        """Somebody, if anybody, confirms what waits first or last, or is refused."""
        waits = ("publication", "resumption", "revalidation", "adoption", "removal")
        pending = [one for one in self.reader.said if one.what in waits and one.confirmed is None]
        if not pending or not actor:
            return
        one = pending[place]
        assert one.row is not None
        try:
            with self.bench.session.begin_nested():
                self.bench.confirm(one.row, actor)
        except (NotAuthorised, BadInput):
            return
        assert actor != one.by
        one.confirmed = self.clock.now()
        if one.what == "revalidation":
            self.reader.voted_address, self.reader.moved = self.reader.address, False

    def suspend(self, actor: str, by: str) -> None:
        """One person stops what runs, whatever else is the matter."""
        runs = self.reader.may_run(self.clock.now())
        assert self.act(ActType.SUSPENSION, {"by": by}, actor) or not runs

    def lift(self, actor: str, by: str, then: str) -> None:
        self.widen(ActType.RESUMPTION, {"by": by}, actor, then)

    def end(self, actor: str, end: ActType) -> None:
        if len(self.reader.said) < 15:
            return
        self.act(end, {}, actor)

    def operator_pauses(self) -> None:
        pause(self.bench.session, "falls", "park", "r", actor=FIRST, clock=self.clock)
        self.reader.paused = True

    def supervisor_resumes(self) -> None:
        resume(self.bench.session, "falls", "park", actor=FIRST, clock=self.clock)
        self.reader.paused = False

    def adopt(self, which: int, actor: str, then: str) -> None:
        if self.change(ActType.ADOPTION, which, actor):
            self.confirm(then, -1)

    def remove(self, which: int, actor: str, then: str) -> None:
        if self.change(ActType.REMOVAL, which, actor):
            self.confirm(then, -1)

    def change(self, act_type: ActType, which: int, actor: str) -> bool:
        text = (*LAWS, CHARTER)[which]
        details: dict[str, Any] = {"id": text.doctrine.id}
        if act_type is ActType.ADOPTION:
            details["text"] = text.digest

        def record() -> Act:
            act = record_change(
                self.bench.session,
                act_type,
                text.doctrine.id,
                version_digest=details.get("text", ""),
                body="council",
                date=self.clock.now().date().isoformat(),
                reference="1",
                motives="m",
                actor=actor,
                clock=self.clock,
            )
            details["delay"] = timedelta(days=act.details["delay_days"])
            return act

        return self.attempt(act_type.value, details, record)

    def turn_camera(self, address: str) -> None:
        self.bench.turn_camera(address)
        self.reader.address = address

    def camera_moves(self) -> None:
        doubt_camera(self.bench.session, "park", "moved", self.clock)
        self.reader.moved = True

    def revalidate(self, actor: str, then: str) -> None:
        self.widen(ActType.REVALIDATION, {"camera": "park"}, actor, then)

    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * 3600)

    def clock_is_set_back(self, seconds: int) -> None:
        if self.clock.now() >= self.reader.latest:
            self.clock.step(-seconds)

    def clock_catches_up(self) -> None:
        behind = (self.reader.latest - self.clock.now()).total_seconds()
        self.clock.advance(max(0.0, behind))

    def bytes_are_changed(self, table: type[Kept]) -> None:
        """Somebody changes what was voted or adopted, and then puts it back."""
        rows: list[Kept] = list(self.bench.session.scalars(select(table)))
        kept = [(row, row.canonical) for row in rows]
        for row, _ in kept:
            row.canonical = b"{}"
        self.bench.session.flush()
        assert not self.runs()
        for row, canonical in kept:
            row.canonical = canonical
        self.bench.session.flush()


OPERATIONS: list[tuple[int, Callable[..., None], dict[str, tuple[Any, ...]]]] = [
    (3, City.vote, {"carried": (True, True, True, False)}),
    (1, City.revise, {}),
    (4, City.publish, {"actor": PEOPLE, "then": CONFIRMERS, "days": DAYS, "urgent": BOTH}),
    (1, City.authorise, {"granted": BOTH, "days": (1, 2, 5)}),
    (3, City.confirm, {"actor": PEOPLE, "place": (0, -1)}),
    (2, City.suspend, {"actor": PEOPLE, "by": tuple(LIFTERS)}),
    (5, City.lift, {"actor": PEOPLE, "then": CONFIRMERS, "by": LIFTING}),
    (1, City.end, {"actor": PEOPLE, "end": (ActType.REPEAL, ActType.WITHDRAWAL)}),
    (1, City.operator_pauses, {}),
    (3, City.supervisor_resumes, {}),
    (3, City.adopt, {"which": (0, 1, 1, 2, 3), "actor": PEOPLE, "then": CONFIRMERS}),
    (3, City.remove, {"which": (0, 3, 3), "actor": PEOPLE, "then": CONFIRMERS}),
    (2, City.turn_camera, {"address": ADDRESSES}),
    (1, City.camera_moves, {}),
    (4, City.revalidate, {"actor": PEOPLE, "then": CONFIRMERS}),
    (4, City.time_passes, {"hours": (1, 12, 24, 24, 48)}),
    (1, City.clock_is_set_back, {"seconds": (60, 7200, 86_400)}),
    (3, City.clock_catches_up, {}),
    (1, City.bytes_are_changed, {"table": (StoredUseText, StoredDefinition, StoredDoctrine)}),
]
"""How often each is done, what it is, and what it may be done with."""


def steps(chance: random.Random) -> Iterator[tuple[Callable[..., None], dict[str, Any]]]:
    """A story: mostly of a use that was in force, for that is where there is most to break."""
    if chance.random() < 0.8:
        yield City.vote, {"carried": True}
        yield City.publish, {"actor": FIRST, "then": SECOND, "days": 0, "urgent": False}
    weights = [weight for weight, _, _ in OPERATIONS]
    for _, do, choices in chance.choices(OPERATIONS, weights, k=30):
        yield do, {name: chance.choice(values) for name, values in choices.items()}


@pytest.mark.parametrize("part", range(4))
def test_the_gate_opens_exactly_what_the_record_opens(fall: VotedText, part: int) -> None:
    opened = 0
    for seed in range(part * 9, part * 9 + 9):
        with set_up(fall) as bench:
            city, told = City(bench), []
            for do, how in steps(random.Random(seed)):
                told.append((do.__name__, how))
                do(city, **how)
                runs = city.runs()
                assert runs == city.reader.may_run(city.clock.now()), (seed, told)
                opened += runs
    assert opened > 10  # the stories do get somewhere
