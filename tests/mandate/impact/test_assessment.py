"""Impact files: filled, completed, versioned, and good for one text only."""

import string
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.assessment import complete, record, versions
from beffroi.mandate.impact.comparison import changes, compare
from beffroi.mandate.impact.content import Content, draft, missing, read_content
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.forms import Study, form
from beffroi.mandate.impact.subject import subject_of
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry
from beffroi.store.procedure import Contribution
from beffroi.words import LANGUAGES, Language
from tests.mandate.impact.town import CLERK, write_text, write_use

Contents = Mapping[Study, Content]


@pytest.mark.parametrize("language", LANGUAGES)
def test_configuration_fills_every_blank(
    town: Database, clock: FrozenClock, language: Language
) -> None:
    with town.read() as session:
        facts = facts_of(session, subject_of(session, "falls"), language, now=clock.now())
    for study in Study:
        content = draft(study, facts, language, None)
        told = [field for field in form(study).fields() if field.facts is not None]
        assert told
        for field in told:
            assert "{" not in content.facts[field.id]
            assert content.facts[field.id].strip()


def test_facts_are_those_of_the_use(drafts: Contents) -> None:
    told = drafts[Study.DPIA].facts
    assert "Chute d’une personne" in told["111"]
    assert "Le parc" in told["111"]
    assert "tous les jours, jour et nuit" in told["111"]
    assert told["112"].startswith("Responsable de traitement : Ville de Belfort-sur-Beffroi")
    assert "Régie informatique" in told["226"]
    assert "non mesuré" in told["214"]


@pytest.mark.parametrize("study", Study)
def test_a_file_is_complete_once_people_have_answered(
    drafts: Contents, answered: Contents, study: Study
) -> None:
    asked = {field.id for field in missing(study, drafts[study])}
    assert asked
    assert missing(study, answered[study]) == []
    for field in missing(study, drafts[study]):
        emptied = answered[study].model_dump()
        for part in ("texts", "lists", "grades"):
            emptied[part].pop(field.id, None)
        assert [one.id for one in missing(study, Content(**emptied))] == [field.id]


def test_a_file_is_good_for_its_text_only(
    town: Database, clock: FrozenClock, fall: VotedText, answered: Contents
) -> None:
    with town.write() as session:
        first = subject_of(session, "falls").text_digest
        assert not complete(session, "falls", "dpia", first)
        record(session, "falls", Study.DPIA, answered[Study.DPIA], actor=CLERK, clock=clock)
        assert complete(session, "falls", "dpia", first)
        assert not complete(session, "falls", "fria", first)
        clock.advance(1)
        second = write_text(session, "falls", fall, clock, purpose="Autre chose.")
        assert not complete(session, "falls", "dpia", second)
        record(session, "falls", Study.DPIA, answered[Study.DPIA], actor=CLERK, clock=clock)
        assert complete(session, "falls", "dpia", second)
        assert complete(session, "falls", "dpia", first), "what was voted keeps its file"


def test_a_later_version_that_lacks_an_answer_is_the_one_that_counts(
    town: Database, clock: FrozenClock, drafts: Contents, answered: Contents
) -> None:
    with town.write() as session:
        digest = subject_of(session, "falls").text_digest
        for content in (answered, drafts):
            record(session, "falls", Study.FRIA, content[Study.FRIA], actor=CLERK, clock=clock)
        assert not complete(session, "falls", "fria", digest)
        assert [v.number for v in versions(session, "falls", Study.FRIA)] == [1, 2]
        kinds = session.scalars(select(LedgerEntry.kind)).all()
        assert kinds.count("impact.assessed") == 2


def test_a_renewal_needs_a_study_of_its_own(
    town: Database, clock: FrozenClock, fall: VotedText, answered: Contents
) -> None:
    with town.write() as session:
        record(session, "falls", Study.DPIA, answered[Study.DPIA], actor=CLERK, clock=clock)
        clock.advance(1)
        renewed = write_use(session, "falls-2", fall, clock, renews="falls")
        assert not complete(session, "falls-2", "dpia", renewed)
        with pytest.raises(BadInput, match="word for word the dpia of falls"):
            record(session, "falls-2", Study.DPIA, answered[Study.DPIA], actor=CLERK, clock=clock)
        texts = {**answered[Study.DPIA].texts, "214": "Un an plus tard : 40 alertes, 31 justes."}
        new = answered[Study.DPIA].model_copy(update={"texts": texts})
        record(session, "falls-2", Study.DPIA, new, actor=CLERK, clock=clock)
        assert complete(session, "falls-2", "dpia", renewed)


def test_a_comparison_names_what_changed_and_the_contribution(
    town: Database, clock: FrozenClock, answered: Contents
) -> None:
    before = answered[Study.DPIA]
    after = before.model_copy(
        update={
            "texts": {**before.texts, "221": "Panneaux en six langues."},
            "grades": {**before.grades, "325": 2},
        }
    )
    with town.write() as session:
        said = Contribution(
            use_id="falls",
            channel="registre papier",
            text="Les panneaux sont illisibles.",
            received_at=datetime(2026, 11, 1, tzinfo=UTC),
            entered_by=CLERK,
            answer=None,
            answered_by=None,
            answered_at=None,
        )
        session.add(said)
        session.flush()
        record(session, "falls", Study.DPIA, before, actor=CLERK, clock=clock)
        record(
            session,
            "falls",
            Study.DPIA,
            after,
            actor=CLERK,
            clock=clock,
            contribution_id=said.id,
        )
        found = compare(session, "falls", Study.DPIA, 1, 2, "fr")
        assert [(c.field, c.part, c.before, c.after) for c in found.changes] == [
            ("221", "text", "Réponse 221 & suite", "Panneaux en six langues."),
            ("325", "grade", "4", "2"),
        ]
        assert found.changes[0].title == "Comment les personnes sont-elles informées ?"
        assert [cause.text for cause in found.causes] == ["Les panneaux sont illisibles."]
        with pytest.raises(BadInput, match="no version 3 of the dpia of falls"):
            compare(session, "falls", Study.DPIA, 1, 3, "fr")
        with pytest.raises(BadInput, match="received no contribution 99"):
            record(
                session,
                "falls",
                Study.DPIA,
                after,
                actor=CLERK,
                clock=clock,
                contribution_id=99,
            )


def test_a_new_draft_keeps_peoples_words_and_renews_the_facts(
    drafts: Contents, answered: Contents
) -> None:
    facts = dict.fromkeys(_names(), "neuf")
    again = draft(Study.FRIA, facts, "en", answered[Study.FRIA])
    assert again.texts == answered[Study.FRIA].texts
    changed = {c.part for c in changes(Study.FRIA, answered[Study.FRIA], again, "en")}
    assert changed == {"facts"}


def _names() -> list[str]:
    """Every blank of the forms."""
    told = [t for s in Study for f in form(s).fields() if f.facts for t in f.facts.values()]
    return [name for text in told for _, name, _, _ in string.Formatter().parse(text) if name]


@pytest.mark.parametrize(
    ("study", "content", "message"),
    [
        (Study.DPIA, {"language": "fr", "texts": {"999": "x"}}, "asks nothing called '999'"),
        (Study.DPIA, {"language": "fr", "grades": {"325": 5}}, "one of 1, 2, 3, 4, not 5"),
        (Study.DPIA, {"language": "fr", "grades": {"111": 1}}, "one of nothing, not 1"),
        (Study.DPIA, {"language": "fr", "grades": {"dpo": 2}}, "one of 0, 1, not 2"),
        (Study.COMPASS, {"language": "fr", "grades": {"1": 3}}, "one of 0, 1, 2, not 3"),
        (Study.FRIA, {"language": "pt"}, "language cannot be used"),
        (Study.FRIA, {"language": "fr", "note": "x"}, "note cannot be used"),
        (Study.FRIA, [], "the file cannot be used"),
    ],
)
def test_what_the_form_does_not_ask_is_refused(study: Study, content: object, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_content(study, content)


def test_a_use_without_a_text_has_no_files(town: Database) -> None:
    with town.read() as session, pytest.raises(BadInput, match="no use strikes"):
        subject_of(session, "strikes")
