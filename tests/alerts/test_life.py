import ast
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import beffroi
from beffroi.alerts import life
from beffroi.alerts.life import Judgement, State
from beffroi.errors import BadInput, BeffroiError, NotAuthorised
from beffroi.ledger.append import SYSTEM
from beffroi.store.accounts import Account
from beffroi.store.alerts import Alert, Delivery, Verdict
from beffroi.store.ledger import LedgerEntry
from tests.alerts.conftest import Town

Step = Callable[[Session, str], object]


def lines(session: Session) -> list[tuple[str, str]]:
    entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
    return [(entry.kind, entry.actor) for entry in entries if entry.kind.startswith("alert.")]


def test_a_whole_life_leaves_its_lines(town: Town) -> None:
    alert = town.raise_alert()
    for step in (
        lambda s: life.show(s, alert.id, town.operator, town.clock),
        lambda s: life.judge(
            s, alert.id, Judgement.CONFIRMED, " A man fell. ", town.operator, town.clock
        ),
        lambda s: life.hand_over(s, alert.id, "fire", town.operator, town.clock),
        lambda s: life.close_alert(s, alert.id, town.supervisor, town.clock),
    ):
        with town.database.write() as session:
            step(session)

    with town.database.read() as session:
        ada, sam = town.operator.pseudonym, town.supervisor.pseudonym
        assert lines(session) == [
            ("alert.raised", SYSTEM),
            ("alert.shown", ada),
            ("alert.judged", ada),
            ("alert.handed_over", ada),
            ("alert.closed", sam),
        ]
        verdict = session.scalars(select(Verdict)).one()
        assert (verdict.verdict, verdict.reason) == ("confirmed", "A man fell.")
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.verdict_id, delivery.channel) == (verdict.id, "fire")
        assert delivery.state == "pending"


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_a_verdict_needs_a_reason(town: Town, reason: str) -> None:
    alert = town.raise_alert()
    with town.database.write() as session:
        life.show(session, alert.id, town.operator, town.clock)
    with pytest.raises(BadInput, match="reason"), town.database.write() as session:
        life.judge(session, alert.id, Judgement.LIFTED, reason, town.operator, town.clock)


def test_an_account_closed_since_it_signed_in_cannot_judge(town: Town) -> None:
    alert = town.raise_alert()
    with town.database.write() as session:
        life.show(session, alert.id, town.operator, town.clock)
        session.get_one(Account, town.operator.id).active = False
    assert town.operator.active, "the console still holds the old row"

    with pytest.raises(NotAuthorised, match="closed"), town.database.write() as session:
        life.judge(session, alert.id, Judgement.CONFIRMED, "fall", town.operator, town.clock)


def test_of_two_consoles_that_judge_at_once_one_loses(town: Town) -> None:
    alert = town.raise_alert()
    with town.database.write() as session:
        life.show(session, alert.id, town.operator, town.clock)
    start = threading.Barrier(2)
    refusals: list[str] = []

    def console(person: Account, verdict: Judgement) -> None:
        start.wait(5)
        try:
            with town.database.write() as session:
                life.judge(session, alert.id, verdict, "seen", person, town.clock)
        except BadInput as error:
            refusals.append(error.message)

    consoles = [
        threading.Thread(target=console, args=arguments)
        for arguments in (
            (town.operator, Judgement.CONFIRMED),
            (town.supervisor, Judgement.LIFTED),
        )
    ]
    for thread in consoles:
        thread.start()
    for thread in consoles:
        thread.join(30)

    with town.database.read() as session:
        verdict = session.scalars(select(Verdict)).one()
        assert session.get_one(Alert, alert.id).state == verdict.verdict
        assert refusals == [f"This alert is already marked: {verdict.verdict}."]
        assert [kind for kind, _ in lines(session)].count("alert.judged") == 1


def test_what_waits_too_long_is_escalated_once_then_lapses(town: Town) -> None:
    seen, unseen, judged = (town.raise_alert() for _ in range(3))
    with town.database.write() as session:
        for alert in (seen, judged):
            life.show(session, alert.id, town.operator, town.clock)
        life.judge(session, judged.id, Judgement.UNSURE, "dark", town.operator, town.clock)

    def sweep() -> tuple[int, int]:
        with town.database.write() as session:
            escalated = life.escalate_overdue(session, 120, town.clock)
            lapsed = life.lapse_overdue(session, 3600, town.clock)
            return len(escalated), len(lapsed)

    town.clock.advance(119)
    assert sweep() == (0, 0)
    town.clock.advance(1)
    assert sweep() == (2, 0)
    assert sweep() == (0, 0)
    town.clock.advance(3480)
    assert sweep() == (0, 2)
    assert sweep() == (0, 0)
    with town.database.read() as session:
        states = {a.id: a.state for a in session.scalars(select(Alert))}
        assert states == {seen.id: "lapsed", unseen.id: "lapsed", judged.id: "unsure"}
        assert lines(session)[-1] == ("alert.lapsed", SYSTEM)


# Promise 2: every act by everyone, tried from every situation that can be reached.


def steps(town: Town) -> dict[str, Step]:
    people = {
        "operator": town.operator,
        "supervisor": town.supervisor,
        "technician": town.technician,
        "gone": town.gone,
    }
    acts: dict[str, Step] = {
        "escalate": lambda s, _: life.escalate_overdue(s, 0, town.clock),
        "lapse": lambda s, _: life.lapse_overdue(s, 0, town.clock),
    }
    for name, account in people.items():
        acts[f"{name} shows"] = partial(life.show, account=account, clock=town.clock)
        acts[f"{name} closes"] = partial(life.close_alert, account=account, clock=town.clock)
        for verdict in Judgement:
            acts[f"{name} judges {verdict}"] = partial(
                life.judge, verdict=verdict, reason="why", account=account, clock=town.clock
            )
        for channel in ("police", "fire"):
            acts[f"{name} hands over to {channel}"] = partial(
                life.hand_over, channel=channel, account=account, clock=town.clock
            )
    return acts


@dataclass(frozen=True)
class Situation:
    state: str
    escalated: bool
    verdicts: tuple[tuple[str, str], ...]
    deliveries: tuple[tuple[str, str, str], ...]


def situation(session: Session, alert_id: str) -> Situation:
    session.flush()
    session.expire_all()
    alert = session.get_one(Alert, alert_id)
    verdicts = session.scalars(select(Verdict)).all()
    deliveries = session.execute(
        select(Delivery, Verdict)
        .join(Verdict, Delivery.verdict_id == Verdict.id)
        .order_by(Delivery.channel)
    )
    return Situation(
        alert.state,
        alert.escalated_at is not None,
        tuple((verdict.verdict, verdict.account_id) for verdict in verdicts),
        tuple((d.channel, d.account_id, verdict.verdict) for d, verdict in deliveries),
    )


def count_lines(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def explore(
    session: Session,
    alert_id: str,
    acts: dict[str, Step],
    reached: dict[Situation, tuple[str, ...]],
) -> None:
    """Try every act from here, and go on from each situation that was not reached before."""
    here, written = situation(session, alert_id), count_lines(session)
    for name, act in acts.items():
        attempt = session.begin_nested()
        with suppress(BeffroiError):
            act(session, alert_id)
        there = situation(session, alert_id)
        changed = there != here
        assert count_lines(session) == written + changed, f"{reached[here]}, then {name}"
        if there not in reached:
            reached[there] = (*reached[here], name)
            explore(session, alert_id, acts, reached)
        attempt.rollback()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules, not locks: one will do
def test_no_path_delivers_without_a_confirmation_by_a_person(town: Town) -> None:
    reached: dict[Situation, tuple[str, ...]] = {}
    with town.database.write() as session:
        alert = town.raise_alert(session=session)
        reached[situation(session, alert.id)] = ()
        explore(session, alert.id, steps(town), reached)

    assert {there.state for there in reached} == set(State), "the walk must get everywhere"
    assert max(map(len, reached.values())) >= 6
    people = {town.operator.id, town.supervisor.id}
    for there, path in reached.items():
        assert len(there.verdicts) <= 1, path
        assert {who for _, who in there.verdicts} <= people, path
        assert (there.state in (State.HANDED_OVER, State.CLOSED)) or not there.deliveries, path
        for _, who, verdict in there.deliveries:
            assert who in people, path
            assert verdict == Judgement.CONFIRMED, path


def test_only_hand_over_makes_a_delivery() -> None:
    makers = [
        f"{path.name}:{function.name}"
        for path in Path(beffroi.__file__).parent.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name | ast.Attribute)
        and "Delivery" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
    ]
    assert makers == ["life.py:hand_over"]


def test_every_state_is_in_the_table_and_ends_somewhere() -> None:
    assert set(life.NEXT) == set(State)
    assert {state for state, after in life.NEXT.items() if not after} == {"closed", "lapsed"}
