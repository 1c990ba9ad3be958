"""`beffroi mandate` from outside: export, prove on another machine, take up, print."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from beffroi.cli import main
from beffroi.cli.installation import make_installation
from beffroi.clock import Clock
from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.exchange.bundle import pack, unpack
from beffroi.mandate.rights import Role
from beffroi.web.accounts import create_account
from tests.cli.office import Office, Said
from tests.enacting import adopt, measure
from tests.passwords import Password
from tests.ringing import ring

USE = (
    "use add falls --definition fall --camera park --purpose help --law fiction-minimal "
    "--legal-basis 'article 1' --until 2099-06-30 --controller 'Town of Test'"
)


@pytest.fixture
def office(office: Office, tmp_path: Path) -> Office:
    """With a use in force, by two people."""
    office.enter("park", "sim://park?seed=1")
    office.enter("garden", "sim://park?seed=2")
    with office.site.database.write() as session:
        adopt(session, office.site.clock)
    minutes = tmp_path / "minutes.txt"
    minutes.write_text("The council met.")
    office.run(USE, "clerk")
    with office.site.database.write() as session:
        measure(session, "falls", office.site.clock)
    today = office.site.clock.now().astimezone(ZoneInfo("Europe/Paris")).date().isoformat()
    said = f"--body council --date {today} --reference 2026-114 --motives debated"
    ballot = "--set members=3 --set 'votes_for=Ada; Ben' --set votes_against=Cem"
    office.run(f"act record falls vote {said} --document {minutes} {ballot}", "clerk")
    effect = f"--set url=https://town.example/acts --set effect_on={today}"
    office.run(f"act record falls publication {said} {effect}", "clerk")
    (waiting,) = json.loads(office.run("act waiting --json").out)
    office.run(f"act confirm {waiting['id']}", "secretary")
    return office


@pytest.fixture
def exported(office: Office, tmp_path: Path) -> Path:
    file = tmp_path / "mandate.zip"
    office.run(f"mandate export --out {file}")
    return file


def elsewhere(line: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> Said:
    """Run a command on a machine that has no installation."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(shlex.split(line))
    said = Said(*capsys.readouterr())
    assert (end.value.code or 0) == code, said
    return said


def test_an_export_is_proven_on_a_machine_without_an_installation(
    exported: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    said = elsewhere(f"mandate verify {exported}", capsys).out
    assert "Everything holds: 3 acts on 1 use," in said
    assert "falls: in_force" in said
    assert "Compare the key" in said
    proven = json.loads(elsewhere(f"mandate verify {exported} --json", capsys).out)
    assert proven["holds"] is True
    assert proven["alerts"] is None
    assert (
        "Compare" not in elsewhere(f"mandate verify {exported} --key {proven['key']}", capsys).out
    )
    assert list(empty.iterdir()) == []


def test_another_key_and_a_changed_file_end_with_1_and_say_what(
    exported: Path, office: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = "beffroi/5bbabf395a63e3fc+7657cfcd+AVrfZdShE7V/wUg5ms4nl2mFLfvVDwWrZshDxtu9LXmh"
    refused = elsewhere(f"mandate verify {exported} --key {other}", capsys, code=1)
    assert "signed by another key" in refused.err
    files = dict(unpack(exported.read_bytes()))
    files["acts.json"] = files["acts.json"].replace(b"debated", b"silence")
    forged = tmp_path / "forged.zip"
    forged.write_bytes(pack(files))
    refused = elsewhere(f"mandate verify {forged}", capsys, code=1)
    assert "Act 1 (adoption on fiction-minimal) is not what the ledger tells" in refused.err
    assert refused.err.count("\n") == 1
    assert "cannot be read" in elsewhere("mandate verify nowhere.zip", capsys, code=1).err


def test_alerts_travel_only_with_proof(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "proof.zip"
    office.run(f"mandate export --proof --out {file}")
    assert "Each of the 0 alerts" in elsewhere(f"mandate verify {file}", office.capsys).out
    voted, clock = next(v for v in shipped_definitions() if v.definition.event == "fall"), Clock()
    with office.site.database.write() as session:
        assert ring(session, "falls", "park", voted, clock)
    office.run(f"mandate export --proof --out {file}")
    said = elsewhere(f"mandate verify {file}", office.capsys).out
    assert "1 by falls (text " in said
    assert f"under the definition {voted.digest}: A person falls" in said


@pytest.fixture
def neighbour(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], password_file: Password
) -> Iterator[Office]:
    """Another city, with a clerk and a camera."""
    site = make_installation(tmp_path / "neighbour")
    with site.database.write() as session:
        clerk = create_account(
            session,
            login="clerk",
            name="Clerk",
            role=Role.CLERK,
            password=None,
            actor="system",
            clock=site.clock,
        )
        clerk.password_hash = password_file.hash
    office = Office(site, capsys)
    office.enter("north", "rtsp://10.0.0.7/north")
    yield office
    site.database.close()


def test_another_city_takes_up_texts_and_a_draft(exported: Path, neighbour: Office) -> None:
    mapped = "--use falls --camera park=north --until 2099-01-01 --controller Neighbour"
    taken = neighbour.run(f"mandate import {exported} {mapped}", "clerk").out
    assert "Registered 1 definition and 1 doctrine; none is in force by this" in taken
    assert "falls is a draft with nothing drawn" in taken
    (listed,) = json.loads(neighbour.run("use list --json").out)
    assert (listed["state"], listed["cameras"]) == ("draft", ["north"])


def test_a_use_that_is_there_already_is_not_taken_up(exported: Path, office: Office) -> None:
    mapped = "--use falls --camera park=garden --until 2099-01-01"
    again = office.run(f"mandate import {exported} {mapped}", "clerk", code=1)
    assert "already a use falls" in again.err


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        ("--use falls --camera park", "clerk", "is not a pair of cameras"),
        ("--use falls --until soon", "clerk", "'soon' is not a day"),
        ("--use fights", "clerk", "There is no use fights"),
        ("", "operator", "It is for: clerk, secretary."),
        ("", None, "--as LOGIN"),
    ],
)
def test_an_import_that_cannot_be_says_why_and_changes_nothing(
    exported: Path, office: Office, line: str, who: str | None, message: str
) -> None:
    before = office.entries()
    assert message in office.run(f"mandate import {exported} {line}", who, code=1).err
    assert office.entries() == before


@pytest.mark.parametrize("language", ["fr", "en"])
def test_notices_and_signs_are_printed(office: Office, tmp_path: Path, language: str) -> None:
    for line in ("notice falls", "sign park", "sign falls --url https://town.example"):
        file = tmp_path / f"{line.split()[0]}.pdf"
        office.run(f"mandate {line} --language {language} --out {file}")
        assert file.read_bytes().startswith(b"%PDF")
    refused = office.run(f"mandate sign garden --out {tmp_path / 'x.pdf'}", code=1)
    assert "nothing to announce" in refused.err
    assert "cannot be written" in office.run("mandate notice falls --out /", code=1).err
