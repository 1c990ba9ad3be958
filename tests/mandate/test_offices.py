"""Nobody speaks for another body."""

from dataclasses import dataclass

import pytest

from beffroi.errors import NotAuthorised
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.offices import require_own_office
from beffroi.mandate.rights import Role


@dataclass(frozen=True)
class Person:
    role: str
    active: bool = True


@pytest.mark.parametrize(
    ("role", "body", "may"),
    [
        (Role.DPO, "dpo", True),
        (Role.COMMITTEE, "dpo", False),
        (Role.COMMITTEE, "ai_committee", True),
        (Role.DPO, "ai_committee", False),
        (Role.CLERK, "dpo", False),
        (Role.CLERK, "panel", True),
    ],
)
def test_an_opinion_is_recorded_by_whoever_holds_the_office(
    role: Role, body: str, may: bool
) -> None:
    def file() -> None:
        require_own_office(Person(role.value), ActType.OPINION, {"by": body})

    if may:
        file()
    else:
        with pytest.raises(NotAuthorised, match="holds that office"):
            file()
