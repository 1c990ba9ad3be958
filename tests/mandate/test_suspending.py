"""A use that fails its floor or its cap stops by itself, and two people resume it."""

import uuid

import pytest

from beffroi.clock import FrozenClock
from beffroi.errors import NotAuthorised
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.doctrine.clauses import DoctrineText
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.record import confirm_act, record_act
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.suspending import motives_of, suspend_failing
from beffroi.mandate.uses import find_use, standing_of, text_of
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Verdict
from beffroi.store.database import Database
from beffroi.words import Words
from tests.enacting import FIRST, SECOND, adopt
from tests.mandate.conftest import Decide
from tests.mandate.doctrine.made import doctrine
from tests.mandate.test_gate import IN_FORCE


def asking() -> DoctrineText:
    """A doctrine with a floor, a least number of verdicts and a cap."""
    return doctrine(
        "ville",
        {"rule": "precision_floor_percent", "value": 50},
        {"rule": "precision_minimum", "value": 10},
        {"rule": "alerts_per_day", "value": 20},
    )


def judged(
    city: Database, clock: FrozenClock, confirmed: int, lifted: int, unsure: int = 0
) -> None:
    """Alerts of the use `falls`, each with its verdict; None is given to the last kind."""
    verdicts = ["confirmed"] * confirmed + ["lifted"] * lifted + ["unsure"] * unsure
    with city.write() as session:
        text = text_of(session, find_use(session, "falls")).text
        if session.get(Account, "judge") is None:
            session.add(
                Account(
                    id="judge", login="judge", name="Judge", role="operator", pseudonym="j" * 32,
                    password_hash=None, active=True, created_at=clock.now(),
                )
            )  # fmt: skip
            session.flush()
        for verdict in verdicts:
            alert = Alert(
                id=str(uuid.uuid4()), camera_id="park", use_id="falls",
                definition_digest=text.definition, event="fall", severity=3, state=verdict,
                detected_at=clock.now(), raised_at=clock.now(), duration_s=1.0, score=0.5,
                count=1, zone=None, tracks=[], evidence_class="none", evidence="none",
                erase_at=clock.now(),
            )  # fmt: skip
            session.add(alert)
            session.flush()
            session.add(
                Verdict(
                    id=str(uuid.uuid4()), alert_id=alert.id, verdict=verdict, reason="seen",
                    account_id="judge", at=clock.now(),
                )
            )  # fmt: skip
            clock.advance(1)


def suspended(city: Database, clock: FrozenClock) -> list[str]:
    """The motives of what is suspended by itself now."""
    acts = suspend_failing(city, clock)
    assert [(act.details["by"], act.recorded_by) for act in acts] == [
        ("automatic", SYSTEM) for _ in acts
    ]
    read = [motives_of(act) for act in acts]
    for words, act in zip(read, acts, strict=True):
        assert isinstance(words, Words)
        assert f" / {words}" in act.motives
    return list(read)


@pytest.fixture
def watched(city: Database, clock: FrozenClock, drafted: Decide, decide: Decide) -> Database:
    with city.write() as session:
        adopt(session, clock, asking())
    drafted()
    decide(*IN_FORCE)
    clock.advance(60)
    return city


@pytest.mark.parametrize(
    ("confirmed", "lifted", "unsure", "stops"),
    [
        (0, 9, 0, False),  # nine verdicts are too few to say
        (0, 9, 5, False),  # unsure says nothing either way
        (0, 10, 0, True),  # 28 % at best
        (1, 9, 0, True),  # 40 % at best
        (2, 8, 0, False),  # up to 51 %: luck may explain it
        (9, 2, 0, False),
    ],
)
def test_precision_stops_a_use_when_its_upper_bound_is_below_the_floor(
    watched: Database, clock: FrozenClock, confirmed: int, lifted: int, unsure: int, stops: bool
) -> None:
    judged(watched, clock, confirmed, lifted, unsure)
    motives = suspended(watched, clock)
    assert bool(motives) is stops
    if stops:
        assert f"{confirmed} alerts confirmed of {confirmed + lifted} judged" in motives[0]
        assert "and 50 % are asked (ville, " in motives[0]
    assert suspended(watched, clock) == []


@pytest.mark.parametrize(("alerts", "stops"), [(20, False), (21, True)])
def test_more_alerts_than_the_cap_stop_a_use(
    watched: Database, clock: FrozenClock, alerts: int, stops: bool
) -> None:
    judged(watched, clock, alerts, 0)
    assert bool(suspended(watched, clock)) is stops


def test_alerts_of_yesterday_do_not_count_today(watched: Database, clock: FrozenClock) -> None:
    judged(watched, clock, 15, 0)
    clock.advance(86_400)
    judged(watched, clock, 15, 0)
    assert suspended(watched, clock) == []


def test_two_people_resume_it_and_it_starts_anew(watched: Database, clock: FrozenClock) -> None:
    judged(watched, clock, 0, 12)
    assert suspended(watched, clock)
    with watched.write() as session:
        act = record_act(
            session, "falls", ActType.RESUMPTION, body="supervisor",
            date=clock.now().date().isoformat(), reference="r-1", motives="camera cleaned",
            details={"by": "supervisor"}, actor=FIRST, clock=clock,
        )  # fmt: skip
        assert standing_of(session, find_use(session, "falls"), clock.now()).state is (
            State.SUSPENDED
        )
    with watched.write() as session, pytest.raises(NotAuthorised, match="two people"):
        confirm_act(session, act.id, actor=FIRST, clock=clock)
    with watched.write() as session:
        confirm_act(session, act.id, actor=SECOND, clock=clock)
    clock.advance(1)
    assert suspended(watched, clock) == []
    judged(watched, clock, 0, 12)
    assert suspended(watched, clock)


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.STATISTICS])
def test_what_rings_nobody_is_not_held_to_it(
    city: Database, clock: FrozenClock, drafted: Decide, decide: Decide, mode: Mode
) -> None:
    with city.write() as session:
        adopt(session, clock, asking())
    drafted(mode=mode)
    decide(*IN_FORCE)
    clock.advance(60)
    judged(city, clock, 0, 12)
    assert suspended(city, clock) == []
