"""The compass: seven criteria, the first of which decides alone."""

from collections.abc import Mapping

import pytest

from beffroi.clock import FrozenClock
from beffroi.mandate import annex_text
from beffroi.mandate.annex_text import AnnexText, Measure, MeasuredShare
from beffroi.mandate.annexes import record_annex
from beffroi.mandate.canonical import canonical
from beffroi.mandate.definition import VotedText
from beffroi.mandate.energy import Energy
from beffroi.mandate.impact import compass, facts
from beffroi.mandate.impact.assessment import record
from beffroi.mandate.impact.content import Content, missing
from beffroi.mandate.impact.figures import Figures
from beffroi.mandate.impact.forms import Study, form
from beffroi.mandate.impact.subject import subject_of
from beffroi.perception.models import builtin_models
from beffroi.store.database import Database
from tests.mandate.impact.town import CLERK

Contents = Mapping[Study, Content]


def test_the_seven_criteria_each_want_a_score_and_evidence(drafts: Contents) -> None:
    asked = missing(Study.COMPASS, drafts[Study.COMPASS])
    assert [field.id for field in asked] == list("1234567")
    assert all(field.facts for field in form(Study.COMPASS).fields())


@pytest.mark.parametrize("score", [0, 1, 2])
def test_only_the_first_criterion_decides(
    town: Database, clock: FrozenClock, answered: Contents, score: int
) -> None:
    with town.write() as session:
        assert compass.failed(session, "falls") == []
        low = {**dict.fromkeys("234567", 0), "1": score}
        content = answered[Study.COMPASS].model_copy(update={"grades": low})
        record(session, "falls", Study.COMPASS, content, actor=CLERK, clock=clock)
        reasons = compass.failed(session, "falls")
    assert len(reasons) == (score == 0)
    assert all("criterion 1 of the compass is not met (version 1)" in one for one in reasons)


def test_an_unknown_model_waits_for_a_person(
    town: Database, clock: FrozenClock, answered: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "known_models", lambda: {"movenet-multipose": "0" * 64})
    content = answered[Study.COMPASS]
    for score, expected in ((1, 1), (2, 0)):
        graded = content.model_copy(update={"grades": {**content.grades, "1": score}})
        with town.write() as session:
            record(session, "falls", Study.COMPASS, graded, actor=CLERK, clock=clock)
            reasons = compass.failed(session, "falls")
        assert len(reasons) == expected
        assert all("movenet-multipose" in one for one in reasons)


def test_every_shipped_model_is_known() -> None:
    shipped = {model.name: model.sha256 for model in builtin_models()}
    assert shipped == facts.known_models(), "say in data/models.yaml that it is not biometric"


def test_what_was_measured_is_said_with_its_interval() -> None:
    counted = Figures(
        alerts=50,
        verdicts={"confirmed": 30, "lifted": 10, "unsure": 5},
        lapsed=5,
        handed_over=20,
        operator_hours=9,
        delays_s=(20.0, 60.0),
        pauses=0,
        incidents=0,
        contributions=3,
        answered=2,
    )
    told = facts.measured(counted, "fr", Energy(12_500, estimated=False))
    assert told["precision"].startswith("30 alertes confirmées sur 40")
    assert "75 % (intervalle à 95 % : 59 à 86 %)" in told["precision"]
    assert told["workload"].startswith("5,0 alertes jugées par heure d’opérateur (45 verdicts")
    assert told["energy"] == "12,5 Wh par heure de caméra"
    told_so = facts.measured(counted, "en", Energy(12_500, estimated=True))["energy"]
    assert told_so == "12.5 Wh per camera hour (estimated from computing time)"
    assert told["consultation"] == "3 contributions reçues, 2 répondues"


def test_what_was_not_measured_says_so(drafts: Contents) -> None:
    told = drafts[Study.COMPASS].facts
    assert told["4"] == "Charge : non mesuré."
    assert told["5"].startswith("Énergie : non mesuré.")


def test_figures_on_data_sets_stand_beside_those_measured_here(
    town: Database, clock: FrozenClock, fall: VotedText
) -> None:
    share = MeasuredShare(permille=912, low=850, high=960)
    measure = Measure(
        data={"fr": "Clips publics.", "en": "Public clips."},
        synthetic=False,
        conduct=fall.definition.conduct,
        configuration={},
        scenes=5,
        positives=70,
        negatives=70,
        recall=share,
        precision=share,
        source=None,
    )
    recorded = annex_text.Figures(kind="figures", measures=(measure,))
    annex = AnnexText(recorded, canonical(recorded.model_dump(mode="json")))
    with town.write() as session:
        subject = subject_of(session, "falls")
        before = facts.facts_of(session, subject, "fr", now=clock.now())["dataset"]
        record_annex(session, fall.digest, annex, actor=CLERK, clock=clock)
        after = facts.facts_of(session, subject, "fr", now=clock.now())["dataset"]
    assert before == "non mesuré"
    assert "91,2" in after
    assert after.endswith("Clips publics.")
