"""`beffroi act` from outside: who may, what is asked for, and what it says when it will not."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from beffroi.mandate.doctrine.shipped import shipped_doctrines
from tests.cli.office import Office
from tests.enacting import adopt

ADD = (
    "use add falls --definition fall --camera park --purpose help --law fiction-minimal "
    "--legal-basis 'article 1' --until 2099-06-30"
)
SAID = "--body council --date 2026-11-03 --reference 2026-114 --motives debated"
BLANK = "' '"
BALLOT = "--set members=3 --set 'votes_for=Ada; Ben' --set votes_against=Cem"


@pytest.fixture
def office(office: Office) -> Office:
    """With a camera, a law that asks for little, and the draft `falls`."""
    office.enter("park", "sim://park?seed=1")
    with office.site.database.write() as session:
        adopt(session, office.site.clock)
    office.run(ADD, "clerk")
    office.run("definition review fall figures", "secretary")
    return office


@pytest.fixture
def paper(tmp_path: Path) -> str:
    path = tmp_path / "minutes.txt"
    path.write_text("The council met.")
    return f"--document {path}"


def day_there(office: Office) -> str:
    """Today where the use applies: late in the evening, UTC is a day behind."""
    return office.site.clock.now().astimezone(ZoneInfo("Europe/Paris")).date().isoformat()


def test_what_comes_next_is_told_with_what_it_asks_for(office: Office) -> None:
    rows = {row["act"]: row for row in json.loads(office.run("act next falls --json").out)}
    assert rows["vote"]["asks_for"] == "members, votes_for, votes_against, abstained"
    assert rows["vote"]["in_the_way"] == "–"
    assert "publication" not in rows


def test_the_first_thing_to_do_is_told_with_its_command(office: Office, paper: str) -> None:
    told = office.run("act next falls").out
    assert told.startswith("State of falls: draft.\nFirst: record the vote.\n")
    assert "  beffroi act record falls vote --body BODY" in told
    assert "--document FILE --set members=… [--set votes_for=…]" in told
    office.run(f"act record falls vote {SAID} {BALLOT} {paper}", "clerk")
    assert "First: record the publication." in office.run("act next falls").out
    today = day_there(office)
    office.run(
        f"act record falls publication {SAID.replace('2026-11-03', today)} "
        f"--set url=https://town.example --set effect_on={today}",
        "clerk",
    )
    (waiting,) = json.loads(office.run("act waiting --json").out)
    assert f"  beffroi act confirm {waiting['id']} --as LOGIN" in office.run("act next falls").out
    office.run(f"act confirm {waiting['id']}", "secretary")
    assert "State of falls: in force.\nNothing has to be done" in office.run("act next falls").out


def test_a_law_that_asks_for_files_and_a_consultation_is_led_through(office: Office) -> None:
    with office.site.database.write() as session:
        adopt(session, office.site.clock, shipped_doctrines()["belfort-fiction"])
    told = office.run("act next falls").out
    assert "First: complete the impact files still missing: " in told
    assert "  beffroi impact draft falls dpia > dpia.json\n" in told
    assert "  beffroi impact record falls dpia dpia.json --as LOGIN\n" in told


def test_ids_are_whole_on_a_narrow_terminal(
    office: Office, paper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = day_there(office)
    office.run(f"act record falls vote {SAID} {BALLOT} {paper}", "clerk")
    office.run(
        f"act record falls publication {SAID.replace('2026-11-03', today)} "
        f"--set url=https://town.example --set effect_on={today}",
        "clerk",
    )
    (waiting,) = json.loads(office.run("act waiting --json").out)
    monkeypatch.setenv("COLUMNS", "30")
    assert waiting["id"] in office.run("act waiting").out
    told = office.run("act history falls").out
    assert "2026-11-03  vote " in told
    assert "some still wait for a second person: `beffroi act waiting`" in told


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        (f"vote {SAID} {BALLOT}", "clerk", "This act (vote) comes with its document: attach it."),
        (f"vote {SAID} {BALLOT}", "operator", "It is for: clerk, secretary."),
        (f"suspension {SAID} --set by=supervisor", "clerk", "It is for: supervisor."),
        (f"vote {SAID} --set seats=3", "clerk", "it asks for members, votes_for, votes_against"),
        (f"withdrawal {SAID} --set why=so", "clerk", "it asks for nothing"),
        (f"vote {SAID} {BALLOT} --document gone.pdf", "clerk", "gone.pdf cannot be read"),
        (f"adoption {SAID}", "clerk", "This act (adoption) concerns a doctrine, not a use."),
        (
            f"withdrawal {SAID.replace('2026-11-03', '2999-01-01')}",
            "clerk",
            "2999-01-01 is still to come",
        ),
        (f"withdrawal {SAID.replace('2026-11-03', 'soon')}", "clerk", "'soon' is not a day"),
        (f"withdrawal {SAID.replace('debated', BLANK)}", "clerk", "An act states its motives."),
    ],
)
def test_what_cannot_be_recorded_says_why_and_leaves_no_trace(
    office: Office, line: str, who: str, message: str
) -> None:
    before = office.entries()
    refused = office.run(f"act record falls {line}", who, code=1)
    assert message in refused.err
    assert office.entries() == before


def test_the_same_person_is_one_person_however_the_login_is_written(
    office: Office, paper: str
) -> None:
    today = day_there(office)
    office.run(f"act record falls vote {SAID} {BALLOT} {paper}", "clerk")
    office.run(
        f"act record falls publication {SAID.replace('2026-11-03', today)} "
        f"--set url=https://town.example --set effect_on={today}",
        "clerk",
    )
    (waiting,) = json.loads(office.run("act waiting --json").out)
    assert "takes two people" in office.run(f"act confirm {waiting['id']}", "clerk", code=1).err
    assert "no account CLERK" in office.run(f"act confirm {waiting['id']}", "CLERK", code=1).err
    assert (
        "It is for: clerk, secretary, dpo."
        in office.run(f"act confirm {waiting['id']}", "operator", code=1).err
    )
    office.run(f"act confirm {waiting['id']}", "secretary")
    assert office.run("act waiting").out == "No act waits for a second person.\n"
    rows = json.loads(office.run("act history falls --json").out)
    assert [(row["type"], row["confirmed"]) for row in rows] == [
        ("vote", None),
        ("publication", True),
    ]


def test_a_supervisor_stops_alone(office: Office, paper: str) -> None:
    today = day_there(office)
    office.run(f"act record falls vote {SAID} {BALLOT} {paper}", "clerk")
    dated = SAID.replace("2026-11-03", today)
    published = f"--set url=https://town.example --set effect_on={today}"
    office.run(f"act record falls publication {dated} {published}", "clerk")
    (waiting,) = json.loads(office.run("act waiting --json").out)
    office.run(f"act confirm {waiting['id']}", "secretary")
    office.run(f"act record falls suspension {dated} --set by=supervisor", "supervisor")
    (use,) = json.loads(office.run("use list --json").out)
    assert use["state"] == "suspended"
