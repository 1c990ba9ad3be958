"""A town with the use `falls`, whose text was written and not yet assessed."""

from collections.abc import Mapping
from typing import Any

import pytest

from beffroi.clock import FrozenClock
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.content import Content, draft, read_content
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.forms import Study, form
from beffroi.mandate.impact.subject import subject_of
from beffroi.store.database import Database
from tests.mandate.impact.town import add_park, write_use


@pytest.fixture
def town(database: Database, clock: FrozenClock, fall: VotedText) -> Database:
    with database.write() as session:
        add_park(session, clock)
        write_use(session, "falls", fall, clock)
    return database


@pytest.fixture
def drafts(town: Database, clock: FrozenClock) -> Mapping[Study, Content]:
    """Each study as the configuration fills it, in French."""
    with town.read() as session:
        facts = facts_of(session, subject_of(session, "falls"), "fr", now=clock.now())
    return {study: draft(study, facts, "fr", None) for study in Study}


@pytest.fixture
def answered(drafts: Mapping[Study, Content]) -> Mapping[Study, Content]:
    """Each study with an answer to everything it asks of people."""
    return {study: _answer(study, content) for study, content in drafts.items()}


def _answer(study: Study, content: Content) -> Content:
    written: dict[str, Any] = content.model_dump()
    numbers = form(study).grades()
    for field in form(study).fields():
        if field.asks == "list":
            written["lists"].setdefault(field.id, (f"Liste {field.id}",))
        else:
            written["texts"][field.id] = f"Réponse {field.id} & suite"
        if field.id in numbers:
            written["grades"][field.id] = numbers[field.id][-1]
    return read_content(study, written)
