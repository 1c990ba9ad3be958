"""What several doctrines say together, and the words in which they refuse."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from beffroi.errors import BadInput
from beffroi.mandate.doctrine.clauses import DoctrineText, Kind, read_doctrine
from beffroi.mandate.doctrine.shipped import BASE, shipped_doctrines
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.modes import Mode
from tests.mandate.doctrine.made import doctrine

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)
MINIMAL = Path(__file__).parent / "fiction-minimal.yaml"
UNALERTED = {Mode.STATISTICS, Mode.SHADOW}


def shipped(*names: str) -> list[DoctrineText]:
    return [shipped_doctrines()[name] for name in names]


def test_base_is_in_every_stack() -> None:
    assert [doctrine.id for doctrine in Stack().doctrines] == [BASE]
    assert Stack(shipped(BASE)) == Stack()


def test_without_a_law_nothing_rings() -> None:
    assert Stack().modes_left("fall", AT) == UNALERTED
    (objection,) = Stack().objections("fall", Mode.LIVE, AT)
    assert objection.message().startswith("No law in force covers `fall` for `live`")


@pytest.mark.parametrize("text", [*shipped("belfort-fiction"), read_doctrine(MINIMAL)])
def test_law_covers_everything_but_lying(text: DoctrineText) -> None:
    stack = Stack([text])
    assert stack.modes_left("strike", AT) == set(Mode)
    assert [law.id for law, _ in stack.laws("strike", Mode.LIVE, AT)] == [text.doctrine.id]
    assert stack.modes_left("lying", AT) == set()


def test_procedure_quotes_its_clauses() -> None:
    procedure = Stack(shipped("belfort-fiction")).procedure("fall", Mode.LIVE, AT)
    assert procedure.consultation_days == 15
    assert procedure.opinions == {"dpo", "ai_committee", "panel", "staff_representatives"}
    assert procedure.urgency_hours == 72
    assert procedure.because["urgency_hours"][0] == BASE
    whose, clause = procedure.because["opinions.panel"]
    assert (whose, clause.id) == ("belfort-fiction", "art-4")


def test_minimal_law_asks_for_nothing() -> None:
    procedure = Stack([read_doctrine(MINIMAL)]).procedure("fall", Mode.LIVE, AT)
    assert procedure.consultation_days == procedure.publication_delay_days == 0
    assert procedure.opinions == procedure.authorisation == frozenset()
    assert not procedure.dpia
    assert not procedure.fria


@pytest.mark.parametrize("kind", Kind)
def test_two_texts_of_one_doctrine_are_refused(kind: Kind) -> None:
    others = [doctrine("a-law", kind=Kind.LAW), doctrine("z-doctrine"), doctrine("same")]
    again = doctrine("same", {"rule": "dpia"}, kind=kind)
    with pytest.raises(BadInput, match="Two texts of same cannot hold at once"):
        Stack([*others, again])


def test_there_is_no_other_base() -> None:
    with pytest.raises(BadInput, match="The base of every stack is eu-ai-act"):
        Stack([doctrine("mine", kind=Kind.BASE)])


LAST_DAY = "2026-11-03"


@pytest.mark.parametrize(("day", "holds"), [(LAST_DAY, True), ("2026-11-04", False)])
def test_doctrine_holds_until_the_end_of_its_last_day(day: str, holds: bool) -> None:
    at = datetime.fromisoformat(f"{day}T23:59+01:00")
    city = doctrine("city", {"rule": "refuse"}, {"rule": "dpia"}, valid_until=LAST_DAY)
    law = doctrine("law", {"rule": "allow"}, kind=Kind.LAW, valid_until=LAST_DAY)
    assert bool(Stack([city]).objections("fall", Mode.SHADOW, at)) is holds
    assert Stack([city]).procedure("fall", Mode.LIVE, at).dpia is holds
    assert bool(Stack([law]).laws("fall", Mode.LIVE, at)) is holds
    assert bool(Stack([law]).objections("fall", Mode.LIVE, at)) is not holds


def test_no_hour_of_urgency_is_no_urgency() -> None:
    city = doctrine("city", {"rule": "urgency_hours", "value": 0})
    procedure = Stack([city]).procedure("fall", Mode.LIVE, AT)
    assert procedure.urgency_hours is None
    assert procedure.because["urgency_hours"][0] == "city"
