"""`beffroi definition` from outside: read, compare, check, annex, review."""

import hashlib
import json
import shlex
from pathlib import Path

import pytest
import yaml

from beffroi.cli import main
from beffroi.events.registry import shipped_annexes, shipped_definitions
from beffroi.mandate.annexes import record_annex
from beffroi.mandate.rights import Role
from beffroi.mandate.uses import register_definition
from beffroi.web.accounts import create_account, find_account
from tests.cli.office import Office

FALL = next(voted for voted in shipped_definitions() if voted.definition.event == "fall")
DRAFT = FALL.definition.model_dump(mode="json")


@pytest.fixture
def office(office: Office) -> Office:
    """With the fall registered and its confusions recorded, and a second clerk to review."""
    clock, somebody = office.site.clock, "c" * 32
    with office.site.database.write() as session:
        register_definition(session, FALL, actor=somebody, clock=clock)
        for annex in shipped_annexes("fall"):
            if annex.content.kind == "confusions":
                record_annex(session, FALL.digest, annex, actor=somebody, clock=clock)
        colleague = create_account(
            session,
            login="colleague",
            name="Colleague",
            role=Role.CLERK,
            password=None,
            actor="system",
            clock=clock,
        )
        colleague.password_hash = find_account(session, "clerk").password_hash
    return office


def written(path: Path, content: object) -> Path:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def run(line: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> tuple[str, str]:
    """Run a command that needs no installation."""
    with pytest.raises(SystemExit) as end:
        main(shlex.split(line))
    said = capsys.readouterr()
    assert (end.value.code or 0) == code, said
    return said.out, said.err


def test_list_says_what_ships_what_is_registered_and_what_was_measured(office: Office) -> None:
    rows = {row["event"]: row for row in json.loads(office.run("definition list --json").out)}
    assert rows["gathering"]["figures"] == "measured on synthetic scenes only"
    assert rows["gathering"]["origin"] == "shipped"
    assert rows["fall"]["origin"] == "registered"
    assert rows["fall"]["figures"] == "not measured", "nobody has recorded figures here"
    assert rows["fall"]["languages"] == "en, fr"
    assert rows["fall"]["digest"].startswith(rows["fall"]["short"])
    assert "Chute" in office.run("definition list --language fr").out


@pytest.mark.parametrize(
    ("settings", "title"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "Chute d’une personne"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "Sturz einer Person"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_GB.UTF-8"}, FALL.definition.title["en"]),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "Chute d’une personne"),
        ({"LANG": "C.UTF-8"}, FALL.definition.title["en"]),
        ({"LANG": "pl_PL.UTF-8"}, FALL.definition.title["en"]),
        ({}, FALL.definition.title["en"]),
    ],
)
def test_the_terminal_says_in_which_language_it_is_read(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    title: str,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    out, _ = run(f"definition list --json --data {tmp_path}", capsys)
    assert next(row["title"] for row in json.loads(out) if row["event"] == "fall") == title


@pytest.mark.parametrize("which", ["fall", FALL.digest, FALL.digest[:8]])
def test_show_reads_a_definition_out_however_it_is_named(office: Office, which: str) -> None:
    shown = office.run(f"definition show {which} --language en").out
    assert "staying on the ground: 5 s\n" in shown
    assert "known confusion: Kneeling quickly" in shown
    assert "measured on film" not in shown, "nobody has recorded figures here"
    assert FALL.digest in shown
    assert "temps passé au sol: 5 s\n" in office.run(f"definition show {which} --language fr").out


def test_the_printed_bytes_are_those_of_the_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = f"--data {tmp_path}"
    out, _ = run(f"definition show fall --canonical {away}", capsys)
    assert hashlib.sha256(out.encode()).hexdigest() == FALL.digest
    out, _ = run(f"definition show fall --json {away}", capsys)
    shown = json.loads(out)
    assert (shown["digest"], shown["definition"]) == (FALL.digest, DRAFT)
    kinds = {annex["kind"] for annex in shown["annexes"]}
    assert kinds == {"confusions", "figures", "translation"}
    assert list(tmp_path.iterdir()) == [], "reading what ships makes no installation"


def test_diff_says_what_changes_and_whether_figures_still_hold(
    office: Office, tmp_path: Path
) -> None:
    slower = DRAFT | {"version": 2, "parameters": DRAFT["parameters"] | {"stay_ms": 8000}}
    file = written(tmp_path / "slower.yaml", slower)
    said = office.run(f"definition diff fall {file} --language en").out
    assert said.splitlines() == [
        "version: 1 → 2",
        "staying on the ground: 5 s → 8 s",
        "Other events will be found: figures measured on one say nothing of the other.",
    ]
    rows = json.loads(office.run(f"definition diff fall {file} --json").out)
    assert [(row["field"], row["decides"]) for row in rows] == [
        ("version", False),
        ("parameters.stay_ms", True),
    ]
    assert office.run(f"definition diff fall {FALL.digest}").out == "They say the same.\n"


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, []),
        ({"mood": "angry", "version": 0}, ["version: ", "mood: is no field"]),
        ({"title": {"fr": "Individu agressif", "en": "x"}}, ["title.fr: “agressif” is a word of"]),
        ({"behaviour": 99}, ["behaviour 99"]),
        ({"detector": "aura"}, ["no detector named 'aura'"]),
    ],
)
def test_check_gives_a_line_for_each_problem(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, object],
    lines: list[str],
) -> None:
    file = written(tmp_path / "draft.yaml", DRAFT | changes)
    out, err = run(f"definition check {file}", capsys, code=1 if lines else 0)
    said = err.splitlines()
    assert len(said) == len(lines)
    assert all(expected in line for expected, line in zip(lines, said, strict=True))
    assert (f"SHA-256 is {FALL.digest}" in out) is (not lines)


def test_check_says_which_languages_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    criterion = DRAFT["criterion"] | {"pl": "Osoba upada."}
    file = written(tmp_path / "draft.yaml", DRAFT | {"criterion": criterion})
    assert "No list of words for pl" in run(f"definition check {file}", capsys)[0]


def test_an_annex_is_recorded_by_one_and_reviewed_by_another(
    office: Office, tmp_path: Path
) -> None:
    file = written(tmp_path / "c.yaml", {"kind": "confusions", "confusions": []})
    before = office.entries()
    refused = office.run(f"definition annex fall {file}", "operator", code=1)
    assert "It is for: clerk, secretary." in refused.err
    said = office.run(f"definition annex fall {file}", "clerk").out
    assert "Nobody has reviewed it yet" in said
    refused = office.run("definition review fall confusions", "clerk", code=1)
    assert "somebody other than its author" in refused.err
    office.run("definition review fall confusions", "colleague")
    assert office.entries() == [*before, "annex.recorded", "annex.reviewed"]
    assert "known confusion" not in office.run("definition show fall --language en").out


def test_a_translation_is_read_and_marked_until_somebody_reviews_it(
    office: Office, tmp_path: Path
) -> None:
    prose = ("title", "criterion", "not_detected", "alternative", "told")
    german = {
        "kind": "translation",
        "language": "de",
        **dict.fromkeys(prose, "Sturz."),
        "labels": dict.fromkeys(DRAFT["labels"], "Dauer"),
    }
    file = written(tmp_path / "fall-de.yaml", german)
    office.run(f"definition annex fall {file}", "clerk")
    shown = office.run("definition show fall --language de").out
    assert shown.startswith("Übersetzung: noch nicht geprüft\n")
    assert "Kriterium: Sturz.\n" in shown
    assert "; not reviewed: de" in office.run("definition list --json").out
    office.run("definition review fall translation --language de", "colleague")
    assert "noch nicht geprüft" not in office.run("definition show fall --language de").out
    assert '"languages": "de, en, fr"' in office.run("definition list --json").out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("definition show flight", "'flight' is no shipped event ("),
        ("definition show 00000000", "not the beginning of one registered digest"),
        ("definition annex strike {file}", "No definition"),
        ("definition review fall contacts", "has no such annex (contacts"),
        ("definition annex fall {file}.bak", "cannot be read"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    office: Office, tmp_path: Path, line: str, message: str
) -> None:
    file = written(tmp_path / "c.yaml", {"kind": "confusions", "confusions": []})
    before = office.entries()
    refused = office.run(line.format(file=file), "clerk" if "show" not in line else None, code=1)
    assert message in refused.err
    assert refused.err.count("\n") == 1
    assert office.entries() == before
