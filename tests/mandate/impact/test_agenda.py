"""The agenda of an installation, read off what was really decided."""

from datetime import date

import pytest

from beffroi.clock import FrozenClock
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.agenda import agenda
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.record import confirm_act, record_act
from beffroi.store.database import Database
from tests.enacting import FIRST, LAW, SECOND, adopt, enact, measure
from tests.mandate.impact.town import write_use


@pytest.fixture
def voted(town: Database, clock: FrozenClock, fall: VotedText) -> Database:
    """Beside the draft `falls`, the use `voted`, voted and not yet published."""
    with town.write() as session:
        adopt(session, clock)
        write_use(session, "voted", fall, clock, law=LAW)
        measure(session, "voted", clock)
        enact(session, "voted", ActType.VOTE, clock)
    return town


def test_duties_begin_once_two_people_have_published(voted: Database, clock: FrozenClock) -> None:
    with voted.write() as session:
        published = record_act(
            session,
            "voted",
            ActType.PUBLICATION,
            body="mairie",
            date="2026-11-23",
            reference="2026-115",
            motives="as voted",
            details={"url": "town.example", "effect_on": "2026-11-23"},
            document=None,
            actor=FIRST,
            clock=clock,
        )
        assert agenda(session, clock.now()) == []
        confirm_act(session, published.id, actor=SECOND, clock=clock)
        found = agenda(session, clock.now())
    assert [(duty.use_id, duty.name, duty.due) for duty in found] == [
        ("voted", "effect", date(2026, 11, 23)),
        ("voted", "processing_record", date(2026, 11, 23)),
        ("voted", "contest_until", date(2027, 1, 23)),
        ("voted", "renewal", date(2027, 8, 25)),
        ("voted", "term_end", date(2027, 11, 23)),
    ]
