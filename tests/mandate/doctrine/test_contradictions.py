"""Which doctrines cannot hold together."""

from typing import Any

import pytest

from beffroi.mandate.doctrine.contradictions import ContradictoryDoctrines
from beffroi.mandate.doctrine.stack import Stack
from tests.mandate.doctrine.made import doctrine

Fields = dict[str, Any]
CAP, FLOOR = {"rule": "ledger_cap_days"}, {"rule": "ledger_retention_days"}
ADMIT, REFUSE = {"rule": "allow", "events": ["fall"]}, {"rule": "refuse", "events": ["fall"]}


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (CAP | {"value": 300}, FLOOR | {"value": 301}, "A floor lies above a cap"),
        (CAP | {"value": 300}, FLOOR | {"value": 300}, None),
        (
            CAP | {"value": 300, "modes": ["shadow"]},
            FLOOR | {"value": 400, "modes": ["live"]},
            "A floor lies above a cap",
        ),
        (ADMIT, REFUSE, "One admits what the other refuses"),
        (ADMIT, REFUSE | {"events": "*"}, "One admits what the other refuses"),
        (ADMIT | {"rule": "conditional", "value": ["dpo"]}, REFUSE, "One admits"),
        (ADMIT | {"events": ["lying"]}, {"rule": "dpia"}, "One admits what the other refuses"),
        (ADMIT | {"events": "*"}, REFUSE, None),
        (ADMIT, REFUSE | {"events": ["strike"]}, None),
        (ADMIT, REFUSE | {"modes": ["statistics"]}, "One admits"),
        (ADMIT | {"modes": ["live"]}, REFUSE | {"modes": ["statistics"]}, None),
        (ADMIT, REFUSE | {"places": ["school"]}, None),
        (ADMIT, REFUSE | {"times": ["22:00-06:00"]}, None),
    ],
)
def test_two_clauses(one: Fields, other: Fields, message: str | None) -> None:
    texts = [doctrine("one", one), doctrine("other", other)]
    if message is None:
        assert len(Stack(texts).doctrines) == 3
        return
    with pytest.raises(ContradictoryDoctrines, match=message) as refused:
        Stack(texts)
    assert refused.value.message.count("“A clause.”") >= 1
    assert "one (c-0)" in refused.value.message


def test_one_doctrine_may_contradict_itself() -> None:
    with pytest.raises(ContradictoryDoctrines, match=r"one \(c-0\).*one \(c-1\)"):
        Stack([doctrine("one", ADMIT, REFUSE)])


def test_what_never_holds_on_one_day_does_not_contradict() -> None:
    before = doctrine("one", ADMIT, valid_until="2025-12-31")
    after = doctrine("other", REFUSE, valid_from="2026-01-01")
    assert len(Stack([before, after]).doctrines) == 3


def test_nobody_must_do_all_that_is_lawful() -> None:
    law = doctrine("law", {"rule": "allow", "events": ["fall"]}, kind="law")
    assert len(Stack([law, doctrine("city", REFUSE)]).doctrines) == 3
