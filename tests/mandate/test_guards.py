"""Every rule of the procedure, with a step that it refuses, its sentence, and one that it lets by.

The table is complete: a rule without a row fails, and so does one that no longer stands before
the acts that its rows name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from beffroi.events.registry import shipped_definitions
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import DOCUMENTED, ActType
from beffroi.mandate.procedure.case import Rule
from beffroi.mandate.procedure.consultation import answer, contribute
from beffroi.mandate.procedure.guards import GUARDS
from beffroi.mandate.procedure.outlook import next_acts
from beffroi.mandate.procedure.rules import ballot as voting
from beffroi.mandate.procedure.rules import entry, files, general, hearing, stopping
from beffroi.mandate.uses import find_use
from tests.enacting import measure
from tests.mandate.bench import DRAWN, NOON, REAL, Bench, law, set_up
from tests.mandate.doctrine.made import doctrine

Do = Callable[[Bench], object]

KEPT = next(
    voted.definition.retention_days
    for voted in shipped_definitions()
    if voted.definition.event == "fall"
)
EVENINGS = {"0": [("18:00", "22:00")]}
OPENED, CLOSED = ActType.CONSULTATION_OPENED, ActType.CONSULTATION_CLOSED
VOTE, PUBLICATION, LEAVE = ActType.VOTE, ActType.PUBLICATION, ActType.AUTHORISATION


@dataclass(frozen=True)
class Row:
    """One way in which a rule refuses, and how the same step passes.

    Args:
        rule: The rule.
        act: The act proposed.
        says: The sentence that it refuses with, and the only one.
        asks: What the law asks for.
        before: What happened before the step; it is refused then.
        step: What the act says: `details`, `day`, `document`.
        remedy: What happens further, so that the step passes.
        instead: What the act says instead, so that it passes.
    """

    rule: Rule
    act: ActType
    says: str
    asks: tuple[dict[str, Any], ...] = ()
    before: tuple[Do, ...] = (Bench.draft,)
    step: Mapping[str, Any] | None = None
    remedy: tuple[Do, ...] = ()
    instead: Mapping[str, Any] | None = None


def asks(rule: str, value: Any = None, **fields: Any) -> tuple[dict[str, Any], ...]:
    """The one clause of the law, `loi, c-1`."""
    clause = {"rule": rule, "value": value} if value is not None else {"rule": rule}
    return (clause | fields,)


def draft(**changes: Any) -> Do:
    return lambda bench: bench.draft(**changes)


def record(act: ActType, **details: Any) -> Do:
    return lambda bench: bench.record(act, details or None)


def enact(act: ActType, **details: Any) -> Do:
    return lambda bench: bench.enact(act, details or None)


def wait(days: float) -> Do:
    return lambda bench: bench.clock.advance(days * 86_400)


def voted(bench: Bench) -> None:
    bench.draft()
    bench.record(VOTE)


def consultation(opens: str, closes: str) -> Mapping[str, Any]:
    return {"details": {"opens": opens, "closes": closes, "where": "town hall"}}


def ballot(members: int = 5, **votes: list[str]) -> Mapping[str, Any]:
    return {"details": {"members": members, **votes}}


def published(effect_on: str, **details: Any) -> Mapping[str, Any]:
    return {"details": {"url": "https://town.example", "effect_on": effect_on, **details}}


def leave(**details: Any) -> Mapping[str, Any]:
    return {"details": {"by": "prefect", "granted": True, **details}}


def motion(signatures: int) -> Mapping[str, Any]:
    return {"details": {"by": "petition", "signatures": signatures}}


def somebody_speaks(bench: Bench) -> None:
    contribute(bench.session, "falls", "Why?", "letter", actor="a" * 32, clock=bench.clock)


def somebody_answers(bench: Bench) -> None:
    answer(bench.session, 1, "Because.", actor="a" * 32, clock=bench.clock)


def assess(study: Study, **grades: int) -> Do:
    return lambda bench: bench.assess(study, **grades)


def figures(**said: Any) -> Do:
    return lambda bench: measure(bench.session, "falls", bench.clock, **said)


def adopt_refusal(bench: Bench) -> None:
    bench.adopt(doctrine("charte", {"rule": "refuse", "events": ["fall"]}))


def opinion(by: str, outcome: str = "favourable", interests: str = "none") -> Do:
    return record(ActType.OPINION, by=by, outcome=outcome, interests=interests)


def changed(**changes: Any) -> Do:
    return lambda bench: bench.revise(**changes)


ROWS = [
    Row(
        general.order,
        PUBLICATION,
        "This act (publication) cannot follow from where the use stands (draft); it follows "
        "from: authorised / vote.",
        remedy=(record(VOTE),),
    ),
    Row(
        general.documented,
        VOTE,
        "This act (vote) comes with its document: attach it.",
        step={"document": None},
        instead={},
    ),
    Row(
        general.doctrine,
        OPENED,
        "charte refuses `fall` in mode `live`: “A clause.” (Made up, article 1; charte, c-0).",
        before=(Bench.draft, adopt_refusal),
    ),
    Row(
        general.law,
        VOTE,
        "The use rests on “autre”, which is not a law in force for “A person falls”; there is: "
        "loi.",
        before=(draft(law="autre"),),
        remedy=(changed(law="loi"),),
    ),
    Row(
        general.law,
        VOTE,
        "loi is a law of fiction: it opens synthetic cameras only.",
        before=(lambda bench: bench.turn_camera(REAL), draft(mode=Mode.SHADOW)),
        remedy=(lambda bench: bench.turn_camera(DRAWN), changed(mode=Mode.SHADOW)),
    ),
    Row(
        general.chronology,
        VOTE,
        "This act (vote) of 2026-11-23 cannot follow a decision of 2026-11-24.",
        before=(Bench.draft, Bench.consult),
        step={"day": "2026-11-23"},
        instead={"day": "2026-11-24"},
    ),
    Row(
        hearing.consultation_dates,
        OPENED,
        "A consultation opens today or later, not on 2026-11-22.",
        step=consultation("2026-11-22", "2026-12-22"),
        instead=consultation("2026-11-23", "2026-11-23"),
    ),
    Row(
        hearing.consultation_dates,
        OPENED,
        "A consultation lasts at least 15 days, and this one 14 (loi, c-1).",
        asks("consultation_days", 15),
        step=consultation("2026-11-24", "2026-12-07"),
        instead=consultation("2026-11-24", "2026-12-08"),
    ),
    Row(
        hearing.consultation_over,
        CLOSED,
        "The consultation runs until 2026-11-23, included.",
        before=(Bench.draft, record(OPENED)),
        remedy=(wait(1),),
    ),
    Row(
        hearing.consultation_over,
        CLOSED,
        "The consultation runs until 2026-11-23, included.",
        before=(Bench.draft, record(OPENED), wait(1)),
        step={"day": "2026-11-23"},
        instead={"day": "2026-11-24"},
    ),
    Row(
        hearing.everybody_answered,
        CLOSED,
        "These contributions wait for an answer: 1.",
        before=(Bench.draft, record(OPENED), somebody_speaks, wait(1)),
        remedy=(somebody_answers,),
    ),
    Row(
        hearing.consultation_held,
        VOTE,
        "The vote comes after a consultation that was held and closed (loi, c-1).",
        asks("consultation_days", 1),
        remedy=(Bench.consult,),
    ),
    Row(
        hearing.consultation_held,
        VOTE,
        "The vote comes after a consultation that was held and closed (–).",
        before=(Bench.draft, record(OPENED), wait(1)),
        remedy=(record(CLOSED),),
    ),
    Row(
        hearing.consultation_held,
        VOTE,
        "The vote comes after a consultation that was held and closed (–).",
        before=(draft(use="before"), draft(renews="before")),
        remedy=(Bench.consult,),
    ),
    Row(
        hearing.interests_declared,
        ActType.OPINION,
        "An opinion of the AI committee comes with a declaration of interests.",
        step={"details": {"by": "ai_committee", "outcome": "reserved", "interests": " "}},
        instead={"details": {"by": "ai_committee", "outcome": "reserved", "interests": "none"}},
    ),
    Row(
        hearing.not_widened,
        VOTE,
        "Since the consultation this was widened: mode shadow → live, hours. Take it back, or "
        "consult again.",
        before=(
            draft(mode=Mode.SHADOW, hours=EVENINGS),
            Bench.consult,
            changed(mode=Mode.LIVE),
        ),
        remedy=(changed(mode=Mode.STATISTICS, hours=EVENINGS),),
    ),
    Row(
        hearing.not_widened,
        VOTE,
        "Since the consultation this was widened: hours. Take it back, or consult again.",
        before=(draft(hours=EVENINGS), record(OPENED), changed(), wait(1), record(CLOSED)),
        remedy=(Bench.consult,),
    ),
    Row(
        hearing.opinions_given,
        VOTE,
        "These opinions are missing: ai_committee, dpo (loi, c-1).",
        asks("opinions", ["dpo", "ai_committee"]),
        remedy=(opinion("dpo"), opinion("ai_committee")),
    ),
    Row(
        hearing.opinions_given,
        VOTE,
        "These opinions are missing: dpo (loi, c-1).",
        asks("opinions", ["dpo"]),
        before=(Bench.draft, opinion("dpo"), changed(purpose="something else")),
        remedy=(opinion("dpo"),),
    ),
    Row(
        hearing.adverse_answered,
        VOTE,
        "An opinion is adverse: going against it needs a written override.",
        before=(Bench.draft, record(ActType.OVERRIDE), opinion("dpo", "adverse")),
        remedy=(record(ActType.OVERRIDE),),
    ),
    Row(
        hearing.workers_told,
        VOTE,
        "The staff has not been given notice (loi, c-1).",
        asks("worker_notice"),
        remedy=(record(ActType.WORKER_NOTICE),),
    ),
    Row(
        files.files_complete,
        VOTE,
        "These impact files are not complete for this text: dpia, fria (loi, c-1).",
        (*asks("dpia"), *asks("fria")),
        remedy=(assess(Study.DPIA), assess(Study.FRIA)),
    ),
    Row(
        files.files_complete,
        VOTE,
        "These impact files are not complete for this text: dpia (loi, c-1).",
        asks("dpia"),
        before=(Bench.draft, assess(Study.DPIA), changed(purpose="something else")),
        remedy=(assess(Study.DPIA),),
    ),
    Row(
        files.compass_passed,
        VOTE,
        "The compass is not filled in (loi, c-1).",
        asks("compass"),
        remedy=(assess(Study.COMPASS),),
    ),
    Row(
        files.compass_passed,
        VOTE,
        "The compass says no: criterion 1 of the compass is not met (version 1): something "
        "biometric or sensitive.",
        before=(Bench.draft, assess(Study.COMPASS, _1=0)),
        remedy=(assess(Study.COMPASS),),
    ),
    Row(
        files.renewal_evaluated,
        VOTE,
        "A renewal needs an evaluation of before.",
        asks("evaluation_on_renewal"),
        before=(draft(use="before"), draft(renews="before"), Bench.consult),
        remedy=(record(ActType.EVALUATION),),
    ),
    Row(
        files.within_limits,
        VOTE,
        "A use lasts at most 200 days, and this one 201 (loi, c-1).",
        asks("term_days", 200),
        remedy=(changed(starts_at=NOON),),
    ),
    Row(
        files.within_limits,
        VOTE,
        f"Evidence is kept at most {KEPT - 1} days, and here {KEPT} (loi, c-1).",
        asks("evidence_days", KEPT - 1),
    ),
    Row(
        voting.roll_called,
        VOTE,
        "Somebody is named twice in the roll call.",
        step=ballot(votes_for=["Zoé  Élan", "Ben"], votes_against=["ZOE\u0301 e\u0301lan "]),
        instead=ballot(votes_for=["Zoé Élan", "Ben"], votes_against=["Zoé Elan"]),
    ),
    Row(
        voting.roll_called,
        VOTE,
        "More people voted than the body has members.",
        step=ballot(2, votes_for=["Ada", "Ben"], abstained=["Cem"]),
        instead=ballot(3, votes_for=["Ada", "Ben"], abstained=["Cem"]),
    ),
    Row(
        voting.quorum,
        VOTE,
        "The quorum is 50 % of 5 members, and 2 were present (loi, c-1).",
        asks("quorum_percent", 50),
        step=ballot(5, votes_for=["Ada", "Ben"]),
        instead=ballot(4, votes_for=["Ada", "Ben"]),
    ),
    Row(
        entry.authorisation_bounded,
        LEAVE,
        "An authorisation says until when it holds.",
        before=(voted,),
        step=leave(),
        instead=leave(until="2026-12-24"),
    ),
    Row(
        entry.authorisation_bounded,
        LEAVE,
        "This authorisation holds for at most 30 days (loi, c-1).",
        asks("authorisation_days", 30),
        before=(voted,),
        step=leave(until="2026-12-24"),
        instead=leave(until="2026-12-23"),
    ),
    Row(
        entry.masked,
        PUBLICATION,
        "These cameras have no mask, and dwellings are never seen: park (loi, c-1).",
        asks("masks"),
        before=(voted,),
        remedy=(Bench.mask_camera,),
    ),
    Row(
        entry.authorised,
        PUBLICATION,
        "This authorisation is missing: commission, prefect (loi, c-1).",
        asks("authorisation", ["prefect", "commission"]),
        before=(voted,),
        remedy=(
            record(LEAVE, by="prefect", granted=True, until="2027-01-01"),
            record(LEAVE, by="commission", granted=True, until="2027-01-01"),
        ),
    ),
    Row(
        entry.effect_delayed,
        PUBLICATION,
        "It binds 15 days after its publication at the earliest, on 2026-12-08 (loi, c-1).",
        asks("publication_delay_days", 15),
        before=(voted,),
        step=published("2026-12-07"),
        instead=published("2026-12-08"),
    ),
    Row(
        entry.effect_delayed,
        PUBLICATION,
        "It binds 0 days after its publication at the earliest, on 2026-11-23 (–).",
        before=(voted,),
        step=published("2026-11-22"),
        instead=published("2026-11-23"),
    ),
    Row(
        entry.effect_delayed,
        PUBLICATION,
        "No doctrine in force lets a use begin in urgency.",
        asks("urgency_hours", 0),
        before=(voted,),
        step=published("2026-11-23", urgent=True),
        instead=published("2026-11-23"),
    ),
    Row(
        entry.figures_known,
        PUBLICATION,
        "The figures of this definition are not measured: it can run in shadow mode only.",
        before=(draft(figures=False), record(VOTE)),
        remedy=(draft(use="another"),),  # which notes figures of the same definition
    ),
    Row(
        entry.figures_known,
        PUBLICATION,
        "Nobody but whoever recorded them has read the figures of this definition: until somebody "
        "else reviews them it can run in shadow mode only.",
        before=(draft(figures=False), figures(review=False), record(VOTE)),
        remedy=(figures(),),
    ),
    Row(
        entry.gap_bounded,
        PUBLICATION,
        "How unequally it finds people of different groups is not measured, and at most 50 ‰ is "
        "admitted: it can run in shadow mode only (loi, c-1).",
        asks("bias_gap_permille", 50),
        before=(voted,),
        remedy=(figures(gap=50),),
    ),
    Row(
        entry.gap_bounded,
        PUBLICATION,
        "It may find people of one group 51 ‰ less often than those of another, and at most 50 ‰ "
        "is admitted: it can run in shadow mode only (loi, c-1).",
        asks("bias_gap_permille", 50),
        before=(voted, figures(gap=51)),
        remedy=(figures(gap=50),),
    ),
    Row(
        entry.shadowed,
        PUBLICATION,
        "Camera park ran 6 days in shadow mode, and 7 are asked (loi, c-1).",
        asks("shadow_days", 7),
        before=(
            draft(use="trial", mode=Mode.SHADOW),
            voted,
            lambda bench: bench.ran_in_shadow(6),
            lambda bench: bench.ran_in_shadow(7, watched_s=0),
        ),
        remedy=(lambda bench: bench.ran_in_shadow(7),),
    ),
    Row(
        stopping.lifted_by_whom,
        ActType.RESUMPTION,
        "A suspension by judge is lifted by judge, not by council.",
        before=(Bench.draft, Bench.in_force, record(ActType.SUSPENSION, by="judge")),
        step={"details": {"by": "council"}},
        instead={"details": {"by": "judge"}},
    ),
    Row(
        stopping.camera_named,
        ActType.REVALIDATION,
        "The use does not cover camera quay.",
        before=(Bench.draft, Bench.in_force, lambda bench: bench.add_camera("quay")),
        step={"details": {"camera": "quay"}},
        instead={"details": {"camera": "park"}},
    ),
    Row(
        stopping.as_synthetic,
        ActType.REVALIDATION,
        "The use was voted for synthetic cameras, and park is real.",
        before=(Bench.draft, Bench.in_force, lambda bench: bench.turn_camera(REAL)),
        remedy=(lambda bench: bench.turn_camera("sim://street?seed=2"),),
    ),
    Row(
        stopping.petition_large_enough,
        ActType.MOTION,
        "A petition needs 100 signatures, and this one has 99 (loi, c-1).",
        asks("motion_signatures", 100),
        before=(Bench.draft, Bench.in_force),
        step=motion(99),
        instead=motion(100),
    ),
    Row(
        stopping.petition_large_enough,
        ActType.MOTION,
        "No doctrine in force says how many signatures a petition needs.",
        before=(Bench.draft, Bench.in_force),
        step=motion(1_000_000),
        instead={"details": {"by": "member"}},
    ),
]

STANDS_BEFORE: Mapping[Rule, frozenset[ActType]] = {
    general.order: frozenset(ActType) - {ActType.ADOPTION, ActType.REMOVAL},
    general.documented: DOCUMENTED,
    general.doctrine: frozenset({OPENED, LEAVE}),
    general.law: frozenset({VOTE, PUBLICATION, ActType.RESUMPTION}),
    general.chronology: frozenset({OPENED, CLOSED, VOTE, LEAVE, PUBLICATION}),
    hearing.consultation_dates: frozenset({OPENED}),
    hearing.consultation_over: frozenset({CLOSED}),
    hearing.everybody_answered: frozenset({CLOSED}),
    hearing.consultation_held: frozenset({VOTE}),
    hearing.not_widened: frozenset({VOTE}),
    hearing.interests_declared: frozenset({ActType.OPINION}),
    hearing.opinions_given: frozenset({VOTE}),
    hearing.adverse_answered: frozenset({VOTE}),
    hearing.workers_told: frozenset({VOTE, PUBLICATION}),
    files.files_complete: frozenset({VOTE}),
    files.compass_passed: frozenset({VOTE, PUBLICATION, ActType.RESUMPTION}),
    files.renewal_evaluated: frozenset({VOTE}),
    files.within_limits: frozenset({VOTE, PUBLICATION, ActType.RESUMPTION}),
    voting.roll_called: frozenset({VOTE}),
    voting.quorum: frozenset({VOTE}),
    entry.authorisation_bounded: frozenset({LEAVE}),
    entry.authorised: frozenset({PUBLICATION}),
    entry.effect_delayed: frozenset({PUBLICATION}),
    entry.masked: frozenset({PUBLICATION}),
    entry.figures_known: frozenset({PUBLICATION}),
    entry.gap_bounded: frozenset({PUBLICATION, ActType.RESUMPTION}),
    entry.shadowed: frozenset({PUBLICATION}),
    stopping.lifted_by_whom: frozenset({ActType.RESUMPTION}),
    stopping.camera_named: frozenset({ActType.REVALIDATION}),
    stopping.as_synthetic: frozenset({ActType.REVALIDATION}),
    stopping.petition_large_enough: frozenset({ActType.MOTION}),
}
"""Before which acts each rule stands."""


@pytest.fixture
def bench(fall: VotedText) -> Iterator[Bench]:
    with set_up(fall) as bench:
        yield bench


def name(row: Row) -> str:
    return f"{row.rule.__name__}-{row.act}"


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_rule_refuses_with_its_sentence_and_no_other(bench: Bench, row: Row) -> None:
    bench.adopt(law(*row.asks))
    for do in row.before:
        do(bench)
    assert bench.against(row.act, **row.step or {}) == [row.says]


@pytest.mark.parametrize("row", [row for row in ROWS if row.remedy or row.instead], ids=name)
def test_it_lets_by_what_has_been_mended(bench: Bench, row: Row) -> None:
    bench.adopt(law(*row.asks))
    for do in (*row.before, *row.remedy):
        do(bench)
    step = row.step if row.instead is None else row.instead
    assert bench.against(row.act, **step or {}) == []


@pytest.mark.parametrize("act", [OPENED, VOTE])
def test_where_nobody_asks_nothing_is_in_the_way(bench: Bench, act: ActType) -> None:
    bench.adopt(law())
    bench.draft()
    assert bench.against(act) == []


def test_every_rule_has_a_row() -> None:
    assert {row.rule for row in ROWS} == set(STANDS_BEFORE)


def test_every_rule_stands_where_the_table_says() -> None:
    in_code = {
        rule: frozenset(act for act, rules in GUARDS.items() if rule in rules)
        for rules in GUARDS.values()
        for rule in rules
    }
    in_table = dict(STANDS_BEFORE)
    del in_table[general.order], in_table[general.documented]
    assert in_code == in_table
    assert all(row.act in STANDS_BEFORE[row.rule] for row in ROWS)


def test_every_function_that_takes_a_case_and_a_step_is_a_rule() -> None:
    rules = {
        value
        for module in (voting, entry, files, general, hearing, stopping)
        for value in vars(module).values()
        if callable(value)
        and list(getattr(value, "__annotations__", {})) == ["case", "step", "return"]
    }
    assert rules == set(STANDS_BEFORE)


def test_several_refusals_are_all_told(bench: Bench) -> None:
    bench.adopt(law({"rule": "worker_notice"}, {"rule": "quorum_percent", "value": 100}))
    bench.draft()
    assert bench.against(VOTE, {"members": 4, "votes_for": ["Ada"]}, document=None) == [
        "This act (vote) comes with its document: attach it.",
        "The staff has not been given notice (loi, c-1).",
        "The quorum is 100 % of 4 members, and 1 were present (loi, c-2).",
    ]


def test_what_is_in_the_way_is_known_before_the_act_is_written(bench: Bench) -> None:
    bench.adopt(law({"rule": "worker_notice"}))
    bench.draft()
    steps = {
        step.type: step.against
        for step in next_acts(bench.session, find_use(bench.session, "falls"), bench.clock.now())
    }
    assert steps[VOTE] == ("The staff has not been given notice (loi, c-1).",)
    assert steps[OPENED] == ()
    assert ActType.PUBLICATION not in steps
