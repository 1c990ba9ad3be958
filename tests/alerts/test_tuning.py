"""A threshold weighed against verdicts: what is proposed, what it costs, what is not said."""

import pytest
import rfc8785

from beffroi.alerts import life
from beffroi.alerts.life import Judgement
from beffroi.alerts.tuning import propose
from beffroi.errors import BadInput
from beffroi.events.detector import Detection
from beffroi.events.registry import DETECTORS
from beffroi.events.thresholds import THRESHOLDS
from beffroi.mandate.definition import VotedText
from beffroi.mandate.impact.figures import Share
from tests.alerts.conftest import Town, add_use, definition

YES, NO, UNSURE = Judgement.CONFIRMED, Judgement.LIFTED, Judgement.UNSURE


@pytest.fixture
def blows(town: Town) -> VotedText:
    """A use of a definition whose threshold is a score of 50 %."""
    changes = {"detector": "strike", "parameters": {"score_percent": 50}}
    fields = definition().definition.model_copy(update=changes)
    voted = VotedText(fields, rfc8785.dumps(fields.model_dump(mode="json")))
    with town.database.write() as session:
        add_use(session, voted, "blows", town.clock)
    return voted


def judge(town: Town, voted: VotedText, score: float, verdict: Judgement) -> None:
    detection = Detection("fall", 3.0, 5.5, score, (), 2)
    with town.database.write() as session:
        alert = town.raise_alert(
            session=session, use_id="blows", voted=voted, detection=detection, per_hour=1000
        )
        life.show(session, alert.id, town.operator, town.clock)
        life.judge(session, alert.id, verdict, "Seen.", town.operator, town.clock)


def test_a_higher_threshold_is_proposed_with_what_it_costs(town: Town, blows: VotedText) -> None:
    for score, verdict, times in ((0.55, NO, 10), (0.6, YES, 1), (0.7, NO, 2), (0.8, YES, 19)):
        for _ in range(times):
            judge(town, blows, score, verdict)
    judge(town, blows, 0.9, UNSURE)
    with town.database.read() as session:
        loose = propose(session, "blows", blows, keep=1.0)
        found = propose(session, "blows", blows, keep=0.9)
    assert loose.now.precision == Share(20, 32)
    assert [candidate.value for candidate in found.candidates] == [55, 60, 70, 80]
    assert loose.proposed is not None
    assert loose.proposed.value == 60
    assert found.proposed is not None
    assert (found.proposed.value, found.proposed.precision) == (80, Share(19, 19))
    assert found.proposed.kept == Share(19, 20)
    assert found.unsure == 1


def test_few_verdicts_propose_nothing(town: Town, blows: VotedText) -> None:
    for _ in range(19):
        judge(town, blows, 0.6, NO)
    with town.database.read() as session, pytest.raises(BadInput, match="19 alerts"):
        propose(session, "blows", blows, keep=0.9)


def test_nothing_is_proposed_where_nothing_is_better(town: Town, blows: VotedText) -> None:
    for score in (0.6, 0.7):
        for verdict in (YES, NO):
            for _ in range(6):
                judge(town, blows, score, verdict)
    with town.database.read() as session:
        assert propose(session, "blows", blows, keep=0.9).proposed is None


def test_a_detector_without_such_a_threshold_is_refused(town: Town) -> None:
    with town.database.read() as session, pytest.raises(BadInput, match="no threshold"):
        propose(session, "use-none", definition(), keep=0.9)


def test_thresholds_are_parameters_of_their_detectors() -> None:
    for detector, threshold in THRESHOLDS.items():
        assert threshold.parameter in DETECTORS[detector].parameters.model_fields
