"""`beffroi doctrine` from outside: list, read out, check, ask what several allow."""

import hashlib
import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from beffroi.cli import main
from beffroi.mandate.doctrine.clauses import read_doctrine
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.procedure.adoption import adopted
from beffroi.store.procedure import StoredDoctrine
from tests.cli.office import Office

MINIMAL = Path(__file__).parent.parent / "mandate" / "doctrine" / "fiction-minimal.yaml"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Run":
    return Run(tmp_path / "nowhere", capsys)


class Run:
    """Runs commands that need no installation."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._data, self._capsys = data, capsys

    def __call__(self, line: str, code: int = 0) -> tuple[str, str]:
        words = ["doctrine", *shlex.split(line)]
        with pytest.raises(SystemExit) as end:
            main(words if words[1] == "check" else [*words, "--data", str(self._data)])
        said = self._capsys.readouterr()
        assert (end.value.code or 0) == code, said
        return said.out, said.err


def test_list_says_what_ships_and_what_lapsed(run: Run) -> None:
    rows = {row["id"]: row for row in json.loads(run("list --json")[0])}
    assert rows.keys() == shipped_doctrines().keys()
    assert rows["fr-2023-828"]["valid_until"] == "2025-03-31"
    assert not rows["fr-2023-828"]["valid"]
    assert rows["belfort-fiction"]["fictional"]
    assert rows["fr-jop-2030"]["unverified"] > 0


def test_registered_doctrine_is_listed_and_found_by_its_digest(office: Office) -> None:
    text = read_doctrine(MINIMAL)
    with office.site.database.write() as session:
        session.add(
            StoredDoctrine(
                digest=text.digest,
                doctrine_id=text.doctrine.id,
                version=1,
                canonical=text.canonical,
                registered_at=office.site.clock.now(),
            )
        )
    rows = {row["id"]: row for row in json.loads(office.run("doctrine list --json").out)}
    assert rows["fiction-minimal"]["origin"] == "registered"
    shown = office.run(f"doctrine show {text.digest[:8]} --language en").out
    assert "Fictional law of the tests" in shown


def test_show_reads_out_every_clause_with_its_source(run: Run) -> None:
    said, _ = run("show nantes-2024 --language fr")
    for clause in shipped_doctrines()["nantes-2024"].doctrine.clauses:
        assert clause.text["fr"] in said
        assert clause.source in said
    assert "energy_mwh_per_camera_hour: 20000 mWh (min)" in said
    assert "[not verified]" in said


def test_canonical_bytes_have_the_digest(run: Run) -> None:
    said, _ = run("show empty --canonical")
    digest = hashlib.sha256(said.encode()).hexdigest()
    assert digest == shipped_doctrines()["empty"].digest
    assert json.loads(run("show empty --json")[0])["digest"] == digest


def test_check_tells_what_is_not_verified(run: Run, tmp_path: Path) -> None:
    fields = yaml.safe_load(MINIMAL.read_text())
    fields["clauses"][0]["verified"] = False
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml.safe_dump(fields, allow_unicode=True))
    said, _ = run(f"check {mine} --language en")
    assert "opens nothing: art-1, “(Fiction) Everything may be looked for.”" in said


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"kind": "decree"}, "is not a doctrine: kind"),
        ({"kind": "base"}, "the base allows nothing"),
        ({"id": "eu-ai-act"}, "Two texts of eu-ai-act cannot hold at once"),
    ],
)
def test_check_fails_on_what_cannot_be_adopted(
    run: Run, tmp_path: Path, changed: dict[str, str], complaint: str
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml.safe_dump(yaml.safe_load(MINIMAL.read_text()) | changed))
    assert complaint in run(f"check {mine}", code=1)[1]


def test_stack_answers_for_the_day_and_the_place(run: Run) -> None:
    asked = "stack fr-2023-828 nantes-2024 --at 2024-07-26T20:00+02:00 --place event-venue"
    assert run(f"{asked} --event density")[0].endswith(
        "density, live: yes. Modes left: live, shadow, statistics\n"
    )
    told = json.loads(run(f"{asked} --event fall --json --language en")[0])
    assert not told["allowed"]
    assert told["modes_left"] == []
    assert "refuses `fall` in mode `live`" in told["objections"][0]
    outcomes = {row["clause"]: row["outcome"] for row in told["clauses"]}
    assert outcomes["art-3-5"] == "covers"
    assert outcomes["criterion-1-behaviour"] == "refuses"


def test_today_no_french_law_covers_a_fall(run: Run) -> None:
    said, _ = run("stack fr-2023-828 --event fall --language fr")
    assert "fr-2023-828 a expiré le 31 mars 2025" in said
    assert said.endswith("fall, live: no. Modes left: shadow, statistics\n")


def test_stack_without_a_question_lists_its_members(run: Run) -> None:
    rows = json.loads(run("stack strasbourg --json")[0])
    assert [row["id"] for row in rows] == ["strasbourg", "eu-ai-act"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("stack mannheim nantes-2024", "mannheim (blows) says “Hitting or kicking"),
        ("stack nothing", "'nothing' is no shipped doctrine (barcelona, "),
        ("stack empty --event fall --at yesterday", "'yesterday' is no instant"),
        ("show 12345678", "not the beginning of one registered digest"),
    ],
)
def test_what_cannot_be_answered_is_one_line(run: Run, line: str, complaint: str) -> None:
    said = run(line, code=1)[1]
    assert complaint in said
    assert said.count("\n") == 1


SAID = "--body council --date 2026-11-03 --reference 2026-1 --motives debated"


def binding(office: Office) -> set[str]:
    with office.site.database.read() as session:
        return set(adopted(session, office.site.clock.now()))


def decided(office: Office, line: str) -> None:
    """Record a change of doctrine as the clerk; the secretary confirms it."""
    said = office.run(f"doctrine {line} {SAID}", "clerk").out
    act = re.search(r"`beffroi act confirm (\S+) --as", said)
    assert act is not None
    assert "takes two people" in office.run(f"act confirm {act[1]}", "clerk", code=1).err
    office.run(f"act confirm {act[1]}", "secretary")


def test_a_doctrine_is_adopted_amended_and_removed_by_two_people(
    office: Office, tmp_path: Path
) -> None:
    minutes = tmp_path / "minutes.txt"
    minutes.write_text("The council met.")
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    law = MINIMAL.read_text()
    first.write_text(law)
    second.write_text(law.replace("version: 1", "version: 2"))

    assert "doctrine adopt" in office.run(f"doctrine amend {first} {SAID}", "clerk", code=1).err
    decided(office, f"adopt {first} --document {minutes}")
    assert binding(office) == {"fiction-minimal"}
    assert "is in force here" in office.run(f"doctrine adopt {first} {SAID}", "clerk", code=1).err
    assert "doctrine amend" in office.run(f"doctrine adopt {second} {SAID}", "clerk", code=1).err
    decided(office, f"amend {second}")
    decided(office, "remove fiction-minimal")
    assert binding(office) == set()
    kinds = office.entries()
    assert (kinds.count("act"), kinds.count("act.confirmed")) == (3, 3)


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        ("adopt mannheim", "operator", "It is for: clerk, secretary."),
        ("adopt eu-ai-act", "clerk", "always binds"),
        ("adopt atlantis", "clerk", "no shipped doctrine"),
        ("adopt mannheim --document nowhere.pdf", "clerk", "cannot be read"),
        ("remove mannheim", "clerk", "is not in force here"),
    ],
)
def test_a_change_of_doctrine_that_cannot_be_says_why(
    office: Office, line: str, who: str, message: str
) -> None:
    before = office.entries()
    assert message in office.run(f"doctrine {line} {SAID}", who, code=1).err
    assert office.entries() == before
