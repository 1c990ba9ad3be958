"""`beffroi consultation`: what is said while one is open, and the answer it is owed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.office import Office
from tests.cli.test_act import ADD, SAID
from tests.enacting import adopt


@pytest.fixture
def office(office: Office) -> Office:
    """With a consultation open on the draft `falls`."""
    office.enter("park", "sim://park?seed=1")
    with office.site.database.write() as session:
        adopt(session, office.site.clock)
    office.run(ADD, "clerk")
    opens = office.site.clock.now().date() + timedelta(days=1)
    dates = f"--set opens={opens} --set closes={opens + timedelta(days=14)} --set where=town-hall"
    office.run(f"act record falls consultation_opened {SAID} {dates}", "clerk")
    return office


def test_what_is_said_waits_for_its_answer_which_stays(office: Office) -> None:
    office.run("consultation add falls --text 'And at night?' --channel letter", "clerk")
    office.run("consultation answer 1 --text 'Not at night.'", "clerk")
    (row,) = json.loads(office.run("consultation list falls --json").out)
    assert row == {
        "number": 1,
        "channel": "letter",
        "text": "And at night?",
        "answer": "Not at night.",
    }
    again = office.run("consultation answer 1 --text 'At night too.'", "clerk", code=1)
    assert "Contribution 1 was answered already." in again.err


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        ("add falls --text Why --channel letter", "operator", "It is for: clerk, secretary."),
        ("add falls --text ' ' --channel letter", "clerk", "A contribution has a text"),
        ("add away --text Why --channel letter", "clerk", "There is no use away"),
        ("answer 7 --text Because", "clerk", "There is no contribution 7."),
    ],
)
def test_what_cannot_be_entered_says_why_and_leaves_no_trace(
    office: Office, line: str, who: str, message: str
) -> None:
    before = office.entries()
    assert message in office.run(f"consultation {line}", who, code=1).err
    assert office.entries() == before


def test_nothing_is_entered_after_the_file_was_withdrawn(office: Office) -> None:
    office.run(f"act record falls withdrawal {SAID}", "clerk")
    late = office.run("consultation add falls --text Why --channel letter", "clerk", code=1)
    assert "No consultation is open on falls." in late.err


def test_it_is_not_closed_before_its_last_day_is_over(office: Office, tmp_path: Path) -> None:
    paper = tmp_path / "summary.txt"
    paper.write_text("Nobody spoke.")
    early = office.run(
        f"act record falls consultation_closed {SAID} --document {paper}", "clerk", code=1
    )
    assert "The consultation runs until" in early.err
