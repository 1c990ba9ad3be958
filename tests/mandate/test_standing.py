"""Where a use stands, minute by minute: midnights, delays and both changes of the clocks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate.definition import VotedText
from beffroi.mandate.hours import Hours
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import NARROWING, ActType
from beffroi.mandate.procedure.adoption import adopted, register_doctrine
from beffroi.mandate.procedure.standing import FOLLOWS, Standing, State
from beffroi.mandate.timekeeping import confirm_clock
from beffroi.mandate.uses import find_use, standing_of, state_of, text_of
from tests.enacting import FIRST
from tests.mandate.bench import LAW, NOON, Bench, law, set_up
from tests.mandate.doctrine.made import doctrine
from tests.mandate.test_two_people import change

PARIS, FORT_DE_FRANCE = "Europe/Paris", "America/Martinique"
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def bench(fall: VotedText) -> Iterator[Bench]:
    with set_up(fall) as bench:
        yield bench


def state(bench: Bench) -> State:
    return state_of(bench.session, find_use(bench.session, "falls"), bench.clock.now())


def standing(bench: Bench) -> Standing:
    return standing_of(bench.session, find_use(bench.session, "falls"), bench.clock.now())


def go_to(bench: Bench, moment: datetime) -> None:
    bench.clock.advance((moment - bench.clock.now()).total_seconds())


@pytest.mark.parametrize(
    ("timezone", "midnight"),
    [(PARIS, utc("2026-11-23T23:00")), (FORT_DE_FRANCE, utc("2026-11-24T04:00"))],
)
def test_a_consultation_lasts_until_midnight_where_the_use_is(
    bench: Bench, timezone: str, midnight: datetime
) -> None:
    bench.adopt(law())
    bench.draft(timezone=timezone)
    bench.record(ActType.CONSULTATION_OPENED)
    go_to(bench, midnight - MINUTE)
    assert bench.against(ActType.CONSULTATION_CLOSED) == [
        "The consultation runs until 2026-11-23, included."
    ]
    go_to(bench, midnight + MINUTE)
    assert bench.against(ActType.CONSULTATION_CLOSED) == []


@pytest.mark.parametrize(
    ("timezone", "effect"),
    [(PARIS, utc("2026-12-07T23:00")), (FORT_DE_FRANCE, utc("2026-12-08T04:00"))],
)
def test_a_publication_takes_effect_at_midnight_where_the_use_is(
    bench: Bench, timezone: str, effect: datetime
) -> None:
    bench.adopt(law({"rule": "publication_delay_days", "value": 15}))
    bench.draft(timezone=timezone)
    bench.record(ActType.VOTE)
    bench.enact(ActType.PUBLICATION, {"url": "https://town.example", "effect_on": "2026-12-08"})
    go_to(bench, effect - SECOND)
    assert (state(bench), bench.runs()) == (State.PUBLISHED, False)
    go_to(bench, effect)
    assert (state(bench), bench.runs()) == (State.IN_FORCE, True)


def test_the_delay_counts_from_the_day_of_recording_and_not_from_one_written_down(
    bench: Bench,
) -> None:
    bench.adopt(law({"rule": "publication_delay_days", "value": 15}))
    bench.draft()
    bench.record(ActType.VOTE, day="2026-11-01")
    made = {"url": "https://town.example", "effect_on": "2026-11-23"}
    assert bench.against(ActType.PUBLICATION, made, day="2026-11-02") == [
        "It binds 15 days after its publication at the earliest, on 2026-12-08 (loi, c-1)."
    ]


def test_what_is_confirmed_late_binds_from_then_on(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    bench.clock.advance(3 * 86_400)
    assert not bench.runs()
    bench.confirm(act)
    assert standing(bench).effect_at == bench.clock.now()
    assert bench.runs()


def test_the_delay_counts_from_the_confirmation_for_nobody_sees_it_before(bench: Bench) -> None:
    bench.adopt(law({"rule": "publication_delay_days", "value": 15}))
    bench.draft()
    bench.record(ActType.VOTE)
    made = {"url": "https://town.example", "effect_on": "2026-12-08"}
    act = bench.record(ActType.PUBLICATION, made)
    bench.clock.advance(86_400)
    with pytest.raises(NotAuthorised, match="at the earliest, on 2026-12-09"):
        bench.confirm(act)
    later = bench.record(ActType.PUBLICATION, made | {"effect_on": "2026-12-10"})
    bench.clock.advance(86_400)
    bench.confirm(later)
    assert state(bench) is State.PUBLISHED


def test_urgency_lapses_by_itself_after_its_hours(bench: Bench) -> None:
    bench.adopt(law({"rule": "publication_delay_days", "value": 15}))
    bench.draft()
    bench.record(ActType.VOTE)
    begun = bench.clock.now()
    made = {
        "url": "https://town.example",
        "effect_on": bench.today,
        "urgent": True,
        "ends_at": "2030-01-01T00:00:00Z",  # nobody sets its end by hand
    }
    bench.enact(ActType.PUBLICATION, made)
    assert bench.runs()
    go_to(bench, begun + timedelta(hours=72) - SECOND)
    assert bench.runs()
    go_to(bench, begun + timedelta(hours=72))
    assert (state(bench), bench.runs()) == (State.EXPIRED, False)


def test_urgency_confirmed_late_is_no_longer_than_if_confirmed_at_once(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    bench.record(ActType.VOTE)
    made = {"url": "https://town.example", "effect_on": bench.today, "urgent": True}
    act = bench.record(ActType.PUBLICATION, made)
    bench.clock.advance(72 * 3600)
    bench.confirm(act)
    assert (state(bench), bench.runs()) == (State.EXPIRED, False)


@pytest.mark.parametrize(
    ("timezone", "end"),
    [(PARIS, utc("2026-12-31T23:00")), (FORT_DE_FRANCE, utc("2027-01-01T04:00"))],
)
def test_an_authorisation_holds_through_its_last_day(
    bench: Bench, timezone: str, end: datetime
) -> None:
    bench.adopt(law({"rule": "authorisation", "value": ["prefect"]}))
    bench.draft(timezone=timezone)
    bench.record(ActType.VOTE)
    leave = {"by": "prefect", "granted": True, "until": "2026-12-31"}
    bench.record(ActType.AUTHORISATION, leave)
    bench.enact(ActType.PUBLICATION)
    go_to(bench, end - SECOND)
    assert bench.runs()
    go_to(bench, end)
    assert (state(bench), bench.runs()) == (State.EXPIRED, False)


def test_of_two_authorisations_the_shorter_one_ends_the_use(bench: Bench) -> None:
    bench.adopt(law({"rule": "authorisation", "value": ["prefect", "commission"]}))
    bench.draft()
    bench.record(ActType.VOTE)
    for by, until in (("commission", "2026-12-01"), ("prefect", "2026-12-31")):
        bench.record(ActType.AUTHORISATION, {"by": by, "granted": True, "until": until})
    bench.enact(ActType.PUBLICATION)
    assert standing(bench).ends_at == utc("2026-12-01T23:00")


def test_one_refusal_is_enough_whatever_others_granted(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    bench.record(ActType.VOTE)
    bench.record(ActType.AUTHORISATION)
    bench.record(ActType.AUTHORISATION, {"by": "commission", "granted": False})
    assert state(bench) is State.REFUSED


@pytest.mark.parametrize(
    ("timezone", "midnight"),
    [(PARIS, utc("2026-12-31T23:00")), (FORT_DE_FRANCE, utc("2027-01-01T04:00"))],
)
def test_a_law_lapses_at_midnight_where_the_use_is(
    bench: Bench, timezone: str, midnight: datetime
) -> None:
    bench.adopt(law(valid_until="2026-12-31"))
    bench.draft(timezone=timezone)
    bench.in_force()
    go_to(bench, midnight - SECOND)
    assert bench.runs()
    go_to(bench, midnight)
    assert not bench.runs()
    (refusal,) = bench.gate().refused
    assert f"{LAW} lapsed on 31 December 2026" in refusal.reason


def test_shadow_needs_no_law_and_outlives_one(bench: Bench) -> None:
    bench.adopt(law(valid_until="2026-12-31"))
    bench.draft(mode=Mode.SHADOW)
    bench.in_force()
    go_to(bench, utc("2027-01-15T12:00"))
    assert bench.runs()


def test_a_use_ends_at_the_second_that_was_voted(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft(ends_at=NOON + timedelta(days=2))
    bench.in_force()
    go_to(bench, NOON + timedelta(days=2) - SECOND)
    assert bench.runs()
    go_to(bench, NOON + timedelta(days=2))
    assert (state(bench), bench.runs()) == (State.EXPIRED, False)


@pytest.mark.parametrize(
    ("edge", "before", "after"),
    [
        (utc("2027-03-28T00:00"), False, True),  # Sunday 01:00, an hour before the change
        (utc("2027-03-28T01:00"), True, False),  # 02:00 is 03:00: the hours end with the night
        (utc("2027-10-30T23:00"), False, True),  # Sunday 01:00 in summer time
        (utc("2027-10-31T00:30"), True, True),  # 02:30, which comes twice
        (utc("2027-10-31T01:30"), True, True),  # 02:30 again
        (utc("2027-10-31T02:00"), True, False),  # 03:00 in winter time
    ],
)
def test_hours_begin_and_end_on_the_wall_clock_at_both_changes(
    bench: Bench, edge: datetime, before: bool, after: bool
) -> None:
    bench.adopt(law())
    hours = {str(day): [("01:00", "03:00")] for day in range(7)}
    bench.draft(hours=hours, ends_at=NOON + timedelta(days=400))
    bench.in_force()
    go_to(bench, edge - SECOND)
    assert bench.runs() is before
    go_to(bench, edge)
    assert bench.runs() is after


@pytest.mark.parametrize(
    ("day", "timezone", "start", "end"),
    [
        ("2027-03-28", PARIS, utc("2027-03-27T23:00"), utc("2027-03-28T22:00")),  # 23 hours
        ("2027-10-31", PARIS, utc("2027-10-30T22:00"), utc("2027-10-31T23:00")),  # 25 hours
        ("2027-03-28", FORT_DE_FRANCE, utc("2027-03-28T04:00"), utc("2027-03-29T04:00")),
        # Where the clocks change at midnight, the day begins at one o'clock.
        ("2027-03-28", "Asia/Beirut", utc("2027-03-27T22:00"), utc("2027-03-28T21:00")),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_whatever_its_length(
    bench: Bench, day: str, timezone: str, start: datetime, end: datetime
) -> None:
    bench.adopt(law())
    bench.draft(timezone=timezone)
    text = text_of(bench.session, find_use(bench.session, "falls")).text
    date = datetime.fromisoformat(day).date()
    assert (text.start_of(date), text.end_of(date)) == (start, end)


def test_a_term_of_whole_days_may_hold_a_change_of_the_clocks(bench: Bench) -> None:
    bench.adopt(law({"rule": "term_days", "value": 300}))
    starts, ends = utc("2027-06-30T22:00"), utc("2028-04-25T22:00")
    assert (ends - starts) == timedelta(days=300)
    bench.draft(starts_at=starts, ends_at=ends)
    assert bench.against(ActType.VOTE) == []
    autumn = utc("2028-01-25T23:00")  # 300 days to midnight in winter time, and one hour
    bench.revise(starts_at=utc("2027-03-31T22:00"), ends_at=autumn)
    assert bench.against(ActType.VOTE) == []
    bench.revise(starts_at=utc("2027-03-31T22:00"), ends_at=autumn + timedelta(days=1))
    assert bench.against(ActType.VOTE) == [
        "A use lasts at most 300 days, and this one 301 (loi, c-1)."
    ]


def test_a_law_for_certain_hours_can_be_voted_upon_at_any_other(bench: Bench) -> None:
    bench.adopt(doctrine(LAW, {"rule": "allow", "times": ("18:00-19:00",)}, kind="law"))
    bench.draft()
    bench.in_force()
    assert not bench.runs()
    go_to(bench, utc("2026-11-23T17:00"))
    assert bench.runs()
    go_to(bench, utc("2026-11-23T18:00"))
    assert not bench.runs()


def test_a_doctrine_binds_after_the_delay_that_others_ask_and_stops_what_runs(
    bench: Bench,
) -> None:
    bench.adopt(law({"rule": "doctrine_delay_days", "value": 30}))
    bench.draft()
    bench.in_force()
    bench.adopt(doctrine("charte", {"rule": "refuse", "events": ["fall"]}))
    go_to(bench, NOON + timedelta(days=30) - SECOND)
    assert bench.runs()
    go_to(bench, NOON + timedelta(days=30))
    assert not bench.runs()
    (refusal,) = bench.gate().refused
    assert refusal.reason.startswith("charte refuses `fall` in mode `live`")


@pytest.mark.parametrize("act_type", [ActType.ADOPTION, ActType.REMOVAL])
def test_a_change_of_doctrine_waits_from_its_confirmation(bench: Bench, act_type: ActType) -> None:
    bench.adopt(law({"rule": "doctrine_delay_days", "value": 30}))
    charter = doctrine("charte", {"rule": "refuse", "events": ["fall"]})
    register_doctrine(bench.session, charter, actor=FIRST, clock=bench.clock)
    if act_type is ActType.REMOVAL:
        bench.adopt(charter)
        bench.clock.advance(30 * 86_400)
    act = change(bench, act_type, "charte", charter.digest)
    bench.clock.advance(40 * 86_400)
    bench.confirm(act)
    bound = act_type is ActType.REMOVAL
    bench.clock.advance(30 * 86_400 - 1)
    assert ("charte" in adopted(bench.session, bench.clock.now())) is bound
    bench.clock.advance(1)
    assert ("charte" in adopted(bench.session, bench.clock.now())) is not bound


def test_a_change_recorded_under_a_shorter_delay_is_recorded_again(bench: Bench) -> None:
    bench.adopt(law())
    charter = doctrine("charte", {"rule": "refuse", "events": ["fall"]})
    register_doctrine(bench.session, charter, actor=FIRST, clock=bench.clock)
    act = change(bench, ActType.ADOPTION, "charte", charter.digest)
    bench.adopt(doctrine("lente", {"rule": "doctrine_delay_days", "value": 30}))
    with pytest.raises(NotAuthorised, match="waits for 30 days: record it again"):
        bench.confirm(act)


@pytest.mark.parametrize("by", ["supervisor", "automatic", "council", "commission", "judge"])
def test_a_second_stop_adds_to_the_first(bench: Bench, by: str) -> None:
    bench.adopt(law())
    bench.draft()
    bench.in_force()
    bench.record(ActType.SUSPENSION, {"by": by})
    bench.record(ActType.SUSPENSION, {"by": "judge"})
    bench.record(ActType.SUSPENSION, {"by": "supervisor"})
    assert set(standing(bench).stops) == {by, "judge", "supervisor"}
    bench.enact(ActType.RESUMPTION, {"by": "supervisor"})
    assert state(bench) is State.SUSPENDED
    bench.enact(ActType.RESUMPTION, {"by": "judge"})
    left = {by} - {"judge", "supervisor", "automatic"}
    assert set(standing(bench).stops) == left
    assert bench.runs() is (not left)


def test_an_act_that_came_before_another_counts_before_it_whatever_its_number(
    bench: Bench,
) -> None:
    """A withdrawal recorded while the clock was set back is not forgotten when it has caught up."""
    bench.adopt(law())
    bench.draft()
    bench.record(ActType.VOTE)
    bench.clock.advance(3600)
    bench.enact(ActType.PUBLICATION)
    bench.clock.step(-1800)
    assert state(bench) is State.VOTE
    bench.record(ActType.WITHDRAWAL)
    bench.clock.advance(7200)
    assert (state(bench), bench.runs()) == (State.WITHDRAWN, False)


def test_a_decision_is_stored_as_a_day_that_sorts(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    act = bench.record(ActType.VOTE, day="2026-9-5")
    assert act.date == "2026-09-05"
    assert bench.against(ActType.PUBLICATION) == []


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"7": [("08:00", "09:00")]}, "'7' is not a weekday, 0 (Monday) to 6 (Sunday)."),
        ({"0": [("08:00+05:00", "09:00")]}, "'08:00+05:00' is not an hour, e.g. 08:30."),
        ({"0": [("8:00", "09:00")]}, "'8:00' is not an hour, e.g. 08:30."),
        ({"0": [("22:00", "06:00")]}, "The hours 22:00 to 06:00 hold no minute."),
    ],
)
def test_hours_say_exactly_what_they_mean(bench: Bench, hours: Hours, message: str) -> None:
    with pytest.raises(BadInput) as refusal:
        bench.draft(hours=hours)
    assert refusal.value.message == message


def test_a_term_without_a_zone_is_none(bench: Bench) -> None:
    with pytest.raises(BadInput, match="timezone"):
        bench.draft(starts_at=datetime(2026, 1, 1), ends_at=datetime(2027, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("act", FOLLOWS)
def test_nothing_follows_the_end_of_a_use(bench: Bench, act: ActType) -> None:
    bench.adopt(law())
    bench.draft()
    bench.in_force()
    bench.record(ActType.REPEAL)
    with pytest.raises(NotAuthorised, match=r"stands .repealed"):
        bench.record(act)


def test_whose_stop_weighs_most_is_named(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    bench.in_force()
    assert standing(bench).suspended_by is None
    for by in ("automatic", "judge", "supervisor"):
        bench.record(ActType.SUSPENSION, {"by": by})
    assert standing(bench).suspended_by == "judge"


@pytest.mark.parametrize("act", sorted(set(FOLLOWS) - NARROWING))
def test_under_a_clock_set_back_nothing_is_recorded_but_what_narrows(
    bench: Bench, act: ActType
) -> None:
    bench.adopt(law())
    bench.draft()
    bench.clock.step(-3)
    with pytest.raises(NotAuthorised, match="This machine's clock was set back"):
        bench.record(act)
    with pytest.raises(NotAuthorised, match="This machine's clock was set back"):
        bench.adopt(doctrine("charte", {"rule": "refuse", "events": ["fall"]}))


def test_under_a_clock_set_back_nothing_is_confirmed(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    bench.record(ActType.VOTE)
    act = bench.record(ActType.PUBLICATION)
    bench.clock.step(-3)
    with pytest.raises(NotAuthorised, match="This machine's clock was set back"):
        bench.confirm(act)
    confirm_clock(bench.session, actor="c" * 32, clock=bench.clock)
    bench.clock.advance(4)
    bench.confirm(act)


def test_a_stop_under_a_clock_set_back_outlasts_what_was_lifted_before_it(bench: Bench) -> None:
    bench.adopt(law())
    bench.draft()
    bench.in_force()
    bench.clock.advance(60)
    bench.record(ActType.SUSPENSION)
    bench.clock.advance(60)
    bench.enact(ActType.RESUMPTION)
    bench.clock.step(-30)
    bench.record(ActType.SUSPENSION)
    bench.clock.advance(3600)
    assert (state(bench), bench.runs()) == (State.SUSPENDED, False)
