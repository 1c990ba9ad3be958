"""`beffroi use` from outside: from the draft to the gate, with the refusals on the way."""

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from beffroi.mandate.counting import count
from tests.cli.office import Office
from tests.enacting import adopt

ADD = (
    "use add falls --definition fall --camera park --purpose help --law fiction-minimal "
    "--legal-basis 'article 1' --until 2099-06-30"
)
SAID = "--body council --date 2026-11-03 --reference 2026-114 --motives debated"


@pytest.fixture
def office(office: Office) -> Office:
    """With a camera and a law that asks for little."""
    office.enter("park", "sim://park?seed=1")
    with office.site.database.write() as session:
        adopt(session, office.site.clock)
    return office


@pytest.fixture
def minutes(tmp_path: Path) -> Path:
    path = tmp_path / "minutes.txt"
    path.write_text("The council met.")
    return path


def in_force(office: Office, minutes: Path) -> None:
    """Carry the use `falls` through, by two people."""
    today = office.site.clock.now().astimezone(ZoneInfo("Europe/Paris")).date().isoformat()
    ballot = "--set members=3 --set 'votes_for=Ada; Ben' --set votes_against=Cem"
    office.run(ADD, "clerk")
    office.run("definition review fall figures", "secretary")
    office.run(f"act record falls vote {SAID} --document {minutes} {ballot}", "clerk")
    published = office.run(
        f"act record falls publication {SAID.replace('2026-11-03', today)} "
        f"--set url=https://town.example --set effect_on={today}",
        "clerk",
    )
    assert "a second person confirms it" in published.out
    (waiting,) = json.loads(office.run("act waiting --json").out)
    assert json.loads(office.run("use list --json").out)[0]["state"] == "vote"
    alone = office.run(f"act confirm {waiting['id']}", "clerk", code=1)
    assert "takes two people" in alone.err
    office.run(f"act confirm {waiting['id']}", "secretary")


def test_a_use_runs_once_it_is_voted_published_and_confirmed(office: Office, minutes: Path) -> None:
    in_force(office, minutes)
    explained = json.loads(office.run("use explain park fall --json").out)
    (use,) = explained["uses"]
    assert (explained["runs"], use["use"], use["why"]) == (True, "falls", "in force")
    assert {row["holds"] for row in use["rows"]} == {True}
    assert "fiction-minimal" in str(use["rows"])
    (listed,) = json.loads(office.run("use list --json").out)
    assert (listed["id"], listed["state"], len(listed["definition"])) == ("falls", "in_force", 64)
    kinds = [row["type"] for row in json.loads(office.run("act history falls --json").out)]
    assert kinds == ["vote", "publication"]


def test_any_operator_stops_a_use_and_only_a_supervisor_resumes_it(
    office: Office, minutes: Path
) -> None:
    in_force(office, minutes)
    office.run('use pause falls park --reason "too many"', "operator")
    assert "an operator has paused it" in office.run("use explain park").out
    refused = office.run("use resume falls park", "operator", code=1)
    assert "It is for: supervisor." in refused.err
    office.run("use resume falls park", "supervisor")
    assert "in force" in office.run("use explain park").out


def test_explain_tells_of_another_time_and_of_what_is_left(office: Office, minutes: Path) -> None:
    in_force(office, minutes)
    before = office.run("use explain park fall --at 2026-01-01").out
    assert "it does not run: the use is not in force: draft" in before
    nothing = office.run("use explain park gathering").out
    assert "No use names park for gathering." in nothing
    assert "Modes that doctrines and laws leave for gathering: learning, live, sh" in nothing
    lying = office.run("use explain park lying").out
    assert "✗" in lying
    assert "leave for lying: none" in lying
    assert ("Nothing that ships" in nothing, "ships looks for lying" in lying) == (False, True)


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        ("use explain park --at soon", None, "'soon' is no instant"),
        (ADD, "operator", "(operator) does not allow this. It is for: clerk, secretary."),
        (ADD, "nobody", "nobody"),
        (ADD, None, "--as LOGIN"),
        (ADD.replace("--camera park", "--camera away"), "clerk", "There is no camera away"),
        (ADD.replace("2099-06-30", "soon"), "clerk", "'soon' is not a day"),
        (ADD.replace("2099-06-30", "2020-06-30"), "clerk", "ends after it starts"),
        (ADD.replace("fall --c", "flight --c"), "clerk", "neither a file nor a shipped event"),
        (f"{ADD} --hours noon", "clerk", "does not name spans by weekday"),
        (f'{ADD} --hours \'{{"0":"08:00"}}\'', "clerk", "does not name spans by weekday"),
        (f"{ADD} --timezone Europe/Atlantis", "clerk", "not a time zone"),
        (f"act record falls worker_notice {SAID}", "clerk", "There is no use falls"),
        ("use pause falls park --reason why", "operator", "does not cover camera park"),
        ("use explain away", None, "There is no camera away; "),
        ("use explain prak", None, "There is no camera prak (did you mean park?)"),
        ("use explain park gatherin", None, "event gatherin (did you mean gathering?)"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    office: Office, line: str, who: str | None, message: str
) -> None:
    before = office.entries()
    refused = office.run(line, who, code=1)
    assert message in refused.err
    assert refused.err.count("\n") == 1
    assert office.entries() == before


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        ({"forbidden": {"track": [[0.1, 0.1], [0.9, 0.1]]}}, "covers no part of the picture"),
        ({"area": [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]]}, "covers no part of the picture"),
        ({"area": [[0.1, 0.1], [1.5, 0.5], [0.9, 0.2]]}, "fractions of the picture"),
        ({"erea": []}, "erea: is not known here"),
        ({"lines": {"edge": [[0.1, 0.1]]}}, "cannot be read"),
    ],
)
def test_zones_that_are_none_are_refused(
    office: Office, tmp_path: Path, zones: dict[str, object], message: str
) -> None:
    file = tmp_path / "zones.json"
    file.write_text(json.dumps(zones))
    before = office.entries()
    assert message in office.run(f"{ADD} --zones {file}", "clerk", code=1).err
    assert office.entries() == before


def test_acts_follow_their_order(office: Office) -> None:
    office.run(ADD, "clerk")
    refused = office.run(
        f"act record falls publication {SAID} --set url=https://u.eu --set effect_on=2026-11-03",
        "clerk",
        code=1,
    )
    assert "cannot follow from where the use stands (draft)" in refused.err
    assert "There is already a use falls" in office.run(ADD, "clerk", code=1).err


def test_a_draft_is_changed_for_a_reason_and_keeps_what_is_not_named(office: Office) -> None:
    office.run(ADD, "clerk")
    office.run("use revise falls --until 2030-03-31 --reason shorter", "clerk")
    (listed,) = json.loads(office.run("use list --json").out)
    assert listed["ends_at"] == "2030-03-31T22:00:00+00:00", "midnight in Paris, in summer time"
    assert (listed["purpose"], listed["cameras"]) == ("help", ["park"])
    assert "use.revised" in office.entries()
    refused = office.run("use revise falls --purpose other --reason ' '", "clerk", code=1)
    assert "Say why the text changes" in refused.err
    unsaid = "use revise falls --purpose other --reason better --contribution 9"
    assert "Nobody made the contribution 9" in office.run(unsaid, "clerk", code=1).err


def test_what_was_counted_is_printed_by_quarters(office: Office) -> None:
    office.run(ADD, "clerk")
    assert "counted nothing" in office.run("use counts falls").out
    now = office.site.clock.now() - timedelta(hours=1)
    with office.site.database.write() as session:
        for what, value in (("car", 2), ("car", 3), ("bus", 2)):
            count(session, "falls", "park", now, f"passed:east:{what}", value, now=now)
    bus, car = json.loads(office.run("use counts falls --json").out)
    assert (car["camera"], car["what"], car["value"]) == ("park", "passed:east:car", 5)
    assert (bus["value"], bus["fewer_than"]) == (None, 5)
    assert car["quarter"].endswith("00+00:00")
