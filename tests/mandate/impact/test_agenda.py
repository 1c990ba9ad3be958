"""The agenda of an installation, read off what was really decided."""

from datetime import date

import pytest
from sqlalchemy import update

from beffroi.clock import FrozenClock
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.clauses import Doctrine, write_doctrine
from beffroi.mandate.impact.agenda import agenda
from beffroi.mandate.impact.reminders import reminders
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.record import confirm_act, record_act
from beffroi.store.database import Database
from beffroi.store.mandates import StoredUseText, Use
from tests.enacting import FIRST, LAW, SECOND, adopt, enact, fiction, measure
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
            details={"url": "https://town.example", "effect_on": "2026-11-23"},
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


@pytest.mark.parametrize("jurisdiction", ["FR", "Belfort-les-Eaux (fiction)"])
def test_a_use_that_a_prefect_of_france_authorised_is_reported_on(
    town: Database, clock: FrozenClock, fall: VotedText, jurisdiction: str
) -> None:
    watched = Doctrine.model_validate(
        {
            **fiction().doctrine.model_dump(exclude={"clauses"}),
            "id": "fiction-prefect",
            "jurisdiction": jurisdiction,
            "kind": "doctrine",
            "clauses": [
                {
                    "id": "art-1",
                    "rule": "authorisation",
                    "value": ["prefect"],
                    "combine": "union",
                    "text": {"fr": "Un préfet autorise.", "en": "A prefect authorises."},
                    "source": "fiction",
                    "verified": True,
                }
            ],
        }
    )
    leave = {"by": "prefect", "granted": True, "until": "2026-12-31"}
    with town.write() as session:
        adopt(session, clock)
        adopt(session, clock, write_doctrine(watched))
        clock.advance(1)
        write_use(session, "voted", fall, clock, law=LAW)
        measure(session, "voted", clock)
        enact(session, "voted", ActType.VOTE, clock)
        enact(session, "voted", ActType.AUTHORISATION, clock, leave)
        enact(session, "voted", ActType.PUBLICATION, clock)
        found = agenda(session, clock.now())
    weekly = [duty.due for duty in found if duty.name == "weekly_report"]
    due = [date(2026, 11, 30), date(2027, 1, 4)] if jurisdiction == "FR" else []
    assert [*weekly[:1], *weekly[-1:]] == due
    assert ("authorisation_end", date(2026, 12, 31)) in [(duty.name, duty.due) for duty in found]


def test_a_text_changed_behind_the_procedure_hides_no_other_duty(
    voted: Database, clock: FrozenClock
) -> None:
    with voted.write() as session:
        enact(session, "voted", ActType.PUBLICATION, clock)
        whole = agenda(session, clock.now())
        session.execute(
            update(StoredUseText)
            .where(StoredUseText.digest == session.get_one(Use, "falls").text_digest)
            .values(canonical=b"{}")
        )
        found = agenda(session, clock.now())
    (altered,) = [duty for duty in found if duty.name == "altered"]
    assert (altered.use_id, altered.due) == ("falls", date(2026, 11, 23))
    assert [duty for duty in found if duty is not altered] == whole
    assert altered in reminders(found, frozenset(), date(2026, 11, 23))
