"""What widens takes two people, what narrows takes one, and what was overtaken does not count."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate.cameras import CameraSpec, add_camera, doubt_camera
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.contradictions import ContradictoryDoctrines
from beffroi.mandate.pauses import pause
from beffroi.mandate.procedure.acts import WIDENING, ActType
from beffroi.mandate.procedure.adoption import adopted, register_doctrine, stack_in_force
from beffroi.mandate.procedure.outlook import waiting
from beffroi.mandate.procedure.record import record_act, record_change
from beffroi.mandate.procedure.standing import FOLLOWS, PUBLISHED, State
from beffroi.mandate.rights import PERMISSIONS, Permission, Role
from beffroi.mandate.uses import draft_use, find_use, state_of
from beffroi.store.accounts import Account
from beffroi.store.database import Database
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act
from tests.enacting import FIRST, SECOND, adopt
from tests.mandate.bench import LAW, REAL, Bench, law, set_up
from tests.mandate.doctrine.made import doctrine

THIRD = "d" * 32
CHARTER = doctrine("charte", {"rule": "refuse", "events": ["fall"]})


@pytest.fixture
def bench(fall: VotedText) -> Iterator[Bench]:
    with set_up(fall) as bench:
        bench.adopt(law())
        bench.draft()
        yield bench


def state(bench: Bench) -> State:
    return state_of(bench.session, find_use(bench.session, "falls"), bench.clock.now())


def change(bench: Bench, act_type: ActType, doctrine_id: str, digest: str = "") -> Act:
    return record_change(
        bench.session,
        act_type,
        doctrine_id,
        version_digest=digest,
        body="council",
        date="2026-11-23",
        reference="2026-2",
        motives="as debated",
        actor=FIRST,
        clock=bench.clock,
    )


def test_whoever_recorded_what_widens_cannot_confirm_it(bench: Bench) -> None:
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    assert not bench.runs()
    with pytest.raises(NotAuthorised) as refusal:
        bench.confirm(act, FIRST)
    assert refusal.value.message == ("What widens takes two people: somebody else must confirm it.")
    assert not bench.runs()
    bench.confirm(act)
    assert bench.runs()


@pytest.mark.parametrize(
    "again",
    [
        "ada  marzé",
        "Ada Marze\u0301",
        "Ada\u200b Marzé",
        "\uff21da Marze\u0301.",
        "Ada Marze",
        "Аda Маrzе",
        "Αda Marze",
    ],
    ids=["case", "composed", "unseen", "wide", "plain", "Cyrillic", "Greek"],
)
def test_one_person_with_two_accounts_is_one_person(bench: Bench, again: str) -> None:
    for pseudonym, name in ((FIRST, "Ada Marzé"), (SECOND, again), (THIRD, "Jo Roy")):
        bench.session.add(
            Account(
                id=pseudonym,
                login=pseudonym,
                name=name,
                role=Role.CLERK,
                pseudonym=pseudonym,
                active=True,
                created_at=bench.clock.now(),
            )
        )
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    with pytest.raises(NotAuthorised, match="bear the same name"):
        bench.confirm(act, SECOND)
    assert not bench.runs()
    bench.confirm(act, THIRD)
    assert bench.runs()


def test_an_act_is_confirmed_once(bench: Bench) -> None:
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    assert waiting(bench.session) == [act]
    bench.confirm(act)
    assert waiting(bench.session) == []
    with pytest.raises(BadInput, match="waits for nobody"):
        bench.confirm(act, THIRD)
    assert act.confirmed_by == SECOND


@pytest.mark.parametrize("act_type", sorted(set(FOLLOWS) - WIDENING))
def test_what_does_not_widen_waits_for_nobody(bench: Bench, act_type: ActType) -> None:
    sources = FOLLOWS[act_type]
    if sources <= PUBLISHED:
        bench.in_force()
    elif State.VOTE in sources:
        bench.record(ActType.VOTE)
    elif State.DRAFT not in sources:
        bench.record(ActType.CONSULTATION_OPENED)
        bench.clock.advance(86_400)
    act = bench.record(act_type)
    with pytest.raises(BadInput, match="waits for nobody"):
        bench.confirm(act)


def test_one_publication_of_two_counts(bench: Bench) -> None:
    bench.record(ActType.VOTE)
    first, second = bench.record(ActType.PUBLICATION), bench.record(ActType.PUBLICATION)
    bench.confirm(second)
    with pytest.raises(NotAuthorised, match=r"stands .in_force"):
        bench.confirm(first)
    assert bench.runs()


def test_the_rules_are_asked_again_when_it_is_confirmed(bench: Bench) -> None:
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    bench.adopt(CHARTER)
    with pytest.raises(NotAuthorised, match="charte refuses `fall`"):
        bench.confirm(act)


def test_what_was_withdrawn_meanwhile_is_not_confirmed(bench: Bench) -> None:
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    bench.record(ActType.WITHDRAWAL)
    with pytest.raises(NotAuthorised, match=r"stands .withdrawn"):
        bench.confirm(act)
    # Not by whoever writes into the table either: the withdrawal came first.
    bench.clock.advance(60)
    act.confirmed_by, act.confirmed_at = SECOND, bench.clock.now()
    bench.session.flush()
    assert (state(bench), bench.runs()) == (State.WITHDRAWN, False)


@pytest.mark.parametrize(
    ("column", "value"),
    [("confirmed_by", None), ("confirmed_by", FIRST), ("confirmed_at", None)],
)
def test_a_row_that_no_second_person_confirmed_puts_nothing_in_force(
    bench: Bench, column: str, value: str | None
) -> None:
    bench.in_force()
    publication = Act.type == ActType.PUBLICATION.value
    bench.session.execute(update(Act).where(publication).values({column: value}))
    assert (state(bench), bench.runs()) == (State.VOTE, False)


def test_nothing_changes_once_it_was_voted(bench: Bench) -> None:
    bench.record(ActType.VOTE)
    with pytest.raises(NotAuthorised, match="was put to the vote"):
        bench.revise(purpose="something else")
    act = bench.record(ActType.PUBLICATION)
    use = bench.session.get_one(Use, "falls")
    voted = use.text_digest
    bench.draft("other", purpose="something else")
    use.text_digest = bench.session.get_one(Use, "other").text_digest
    bench.session.flush()
    bench.confirm(act)
    assert act.subject_digest == voted
    assert bench.runs()


def test_a_resumption_does_not_lift_a_later_stop(bench: Bench) -> None:
    bench.in_force()
    bench.record(ActType.SUSPENSION)
    old, new = bench.record(ActType.RESUMPTION), bench.record(ActType.RESUMPTION)
    bench.confirm(new)
    bench.record(ActType.SUSPENSION)
    with pytest.raises(NotAuthorised) as refusal:
        bench.confirm(old)
    assert refusal.value.message == "The use was suspended again since this act was recorded."
    assert state(bench) is State.SUSPENDED
    bench.enact(ActType.RESUMPTION)
    assert bench.runs()


def test_a_camera_that_moved_after_it_was_looked_at_is_looked_at_again(bench: Bench) -> None:
    bench.in_force()
    act = bench.record(ActType.REVALIDATION)
    bench.clock.advance(60)
    doubt_camera(bench.session, "park", "moved", bench.clock)
    with pytest.raises(NotAuthorised, match="changed since it was looked at"):
        bench.confirm(act)
    assert not bench.runs()
    bench.enact(ActType.REVALIDATION)
    assert bench.runs()


def test_a_camera_turned_after_it_was_looked_at_is_looked_at_again(bench: Bench) -> None:
    bench.in_force()
    bench.turn_camera("sim://street?seed=2")
    act = bench.record(ActType.REVALIDATION, {"camera": "park", "version": 99})
    assert act.details["version"] == 2  # what somebody looked at, not what somebody wrote
    bench.turn_camera("sim://street?seed=3")
    with pytest.raises(NotAuthorised, match="changed since it was looked at"):
        bench.confirm(act)
    assert not bench.runs()


def test_a_use_of_fiction_is_never_turned_upon_a_real_camera(bench: Bench) -> None:
    bench.in_force()
    bench.turn_camera(REAL)
    with pytest.raises(NotAuthorised, match="voted for synthetic cameras, and park is real"):
        bench.record(ActType.REVALIDATION)
    assert bench.gate().permit is None


@pytest.mark.parametrize("stop", [ActType.SUSPENSION, ActType.REPEAL])
@pytest.mark.parametrize("already", [None, ActType.SUSPENSION])
def test_one_person_stops_what_is_published(
    bench: Bench, already: ActType | None, stop: ActType
) -> None:
    bench.in_force()
    if already is not None:
        bench.record(already)
    bench.record(stop, actor=THIRD)
    assert not bench.runs()


def test_one_person_stops_even_under_a_doctrine_that_refuses(bench: Bench) -> None:
    bench.in_force()
    bench.adopt(CHARTER)
    bench.record(ActType.REPEAL)
    assert state(bench) is State.REPEALED


def test_one_operator_pauses_one_camera(bench: Bench) -> None:
    bench.in_force()
    pause(bench.session, "falls", "park", "too many", actor=THIRD, clock=bench.clock)
    assert not bench.runs()


def test_no_operator_confirms_and_nobody_who_confirms_judges() -> None:
    confirming = {role for role in Role if Permission.CONFIRM_ACTS in PERMISSIONS[role]}
    assert confirming == {Role.CLERK, Role.SECRETARY, Role.DPO}
    assert not any(Permission.JUDGE in PERMISSIONS[role] for role in confirming)


def test_a_doctrine_binds_once_a_second_person_confirmed_it(bench: Bench) -> None:
    bench.in_force()
    register_doctrine(bench.session, CHARTER, actor=FIRST, clock=bench.clock)
    act = change(bench, ActType.ADOPTION, "charte", CHARTER.digest)
    assert bench.runs()
    with pytest.raises(NotAuthorised, match="two people"):
        bench.confirm(act, FIRST)
    bench.confirm(act)
    assert not bench.runs()
    removal = change(bench, ActType.REMOVAL, "charte")
    assert not bench.runs()
    bench.confirm(removal)
    assert bench.runs()


def test_a_law_removed_under_a_live_use_stops_it(bench: Bench) -> None:
    bench.in_force()
    bench.confirm(change(bench, ActType.REMOVAL, LAW))
    assert not bench.runs()
    assert "No law in force covers" in bench.gate().refused[0].reason


def test_a_doctrine_amended_under_a_live_use_stops_it(bench: Bench) -> None:
    bench.in_force()
    amended = law({"rule": "refuse", "events": ["fall"]}, version=2)
    register_doctrine(bench.session, amended, actor=FIRST, clock=bench.clock)
    bench.confirm(change(bench, ActType.ADOPTION, LAW, amended.digest))
    assert adopted(bench.session, bench.clock.now()) == {LAW: amended.digest}
    assert not bench.runs()


def test_the_same_text_adopted_twice_is_one_doctrine(bench: Bench) -> None:
    bench.in_force()
    bench.confirm(change(bench, ActType.ADOPTION, LAW, law().digest))
    assert bench.runs()
    bench.confirm(change(bench, ActType.REMOVAL, LAW))
    assert adopted(bench.session, bench.clock.now()) == {}


def test_the_base_is_neither_adopted_nor_removed(bench: Bench) -> None:
    with pytest.raises(NotAuthorised) as refusal:
        change(bench, ActType.REMOVAL, "eu-ai-act")
    assert refusal.value.message == "Doctrine eu-ai-act is not in force here."
    (base,) = (text for text in stack_in_force(bench.session, bench.clock.now()).texts[-1:])
    register_doctrine(bench.session, base, actor=FIRST, clock=bench.clock)
    with pytest.raises(BadInput) as always:
        change(bench, ActType.ADOPTION, "eu-ai-act", base.digest)
    assert always.value.message == "Doctrine eu-ai-act always binds."


def test_two_doctrines_on_their_way_may_not_contradict_each_other(bench: Bench) -> None:
    """Both would bind on the same day, and then nothing could be decided any more."""
    slow = law({"rule": "doctrine_delay_days", "value": 30}, version=2)
    register_doctrine(bench.session, slow, actor=FIRST, clock=bench.clock)
    bench.confirm(change(bench, ActType.ADOPTION, LAW, slow.digest))
    one, other = CHARTER, doctrine("motion", {"rule": "allow", "events": ["fall"]})
    for text in (one, other):
        register_doctrine(bench.session, text, actor=FIRST, clock=bench.clock)
    first = change(bench, ActType.ADOPTION, one.doctrine.id, one.digest)
    second = change(bench, ActType.ADOPTION, other.doctrine.id, other.digest)
    bench.confirm(first)
    with pytest.raises(ContradictoryDoctrines):
        bench.confirm(second)
    with pytest.raises(ContradictoryDoctrines):
        change(bench, ActType.ADOPTION, other.doctrine.id, other.digest)
    bench.clock.advance(31 * 86_400)
    assert one.doctrine.id in adopted(bench.session, bench.clock.now())
    stack_in_force(bench.session, bench.clock.now())


def test_two_people_at_once_act_one_after_the_other(
    database: Database, clock: FrozenClock, fall: VotedText
) -> None:
    with database.write() as session:
        camera = CameraSpec("The park", "sim://park?seed=1")
        add_camera(session, "park", camera, actor=FIRST, clock=clock)
        adopt(session, clock, law())
        for use in ("one", "two"):
            draft_use(session, use, fall, Bench.spec(), actor=FIRST, clock=clock)

    errors: list[Exception] = []
    start = threading.Barrier(6)

    def stop(use: str) -> None:
        start.wait(10)
        try:
            with database.write() as session:
                record_act(
                    session,
                    use,
                    ActType.WITHDRAWAL,
                    body="council",
                    date="2026-11-23",
                    reference="1",
                    motives="m",
                    actor=FIRST,
                    clock=clock,
                )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=stop, args=(use,)) for use in ("one", "two") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [type(error) for error in errors] == [NotAuthorised] * 4
    with database.read() as session:
        acts = session.scalars(
            select(Act).where(Act.use_id.is_not(None)).order_by(Act.number)
        ).all()
        assert sorted(act.use_id or "" for act in acts) == ["one", "two"]
        assert len({act.number for act in acts}) == 2
