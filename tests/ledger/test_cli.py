"""`beffroi ledger` from outside: what it prints and how it exits."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from beffroi.cli import main
from beffroi.clock import Clock
from beffroi.folder import DataFolder
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.ledger.erase import erase_payload
from beffroi.ledger.keys import FILE_NAME, load_or_create, published
from beffroi.ledger.sequencer import Sequencer
from beffroi.mandate.rights import Role
from beffroi.settings import Settings
from beffroi.store.database import Database
from beffroi.store.migrations import upgrade
from beffroi.web.accounts import create_account
from tests.passwords import Password


class Command:
    """Runs `beffroi ledger` on a data folder."""

    def __init__(self, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.witness = folder.path / "witness.txt"
        self.database = Database(Settings.load(folder).database_url)
        self._capsys = capsys
        upgrade(self.database)

    def record(self, count: int) -> None:
        with self.database.write() as session:
            for number in range(count):
                append(session, Kind.ACT, actor=SYSTEM, payload={"n": number}, clock=Clock())
        self.seal()

    def seal(self) -> None:
        key = load_or_create(self.folder.secrets / FILE_NAME)
        Sequencer(self.database, key, [self.witness], Clock()).finish()

    def sql(self, *statements: str) -> None:
        with self.database.write() as session:
            for statement in statements:
                session.execute(text(statement))

    def run(self, *arguments: str, data: bool = True) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        place = ["--data", str(self.folder.path)] if data else []
        with pytest.raises(SystemExit) as end:
            main(["ledger", *arguments, *place])
        said = self._capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    def json(self, *arguments: str) -> Any:
        code, out, _ = self.run(*arguments)
        assert code == 0
        return json.loads(out)


@pytest.fixture
def command(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(folder, capsys)


def test_a_ledger_that_holds(command: Command) -> None:
    command.record(3)
    code, out, _ = command.run("verify", "--checkpoint", str(command.witness))
    assert code == 0
    assert "Witnesses have seen every entry." in out
    assert out.endswith("The ledger holds.\n")


def test_a_ledger_that_does_not_exits_with_1_and_names_the_entry(command: Command) -> None:
    command.record(3)
    command.sql("UPDATE ledger_entry SET actor = 'mallory' WHERE position = 1")
    code, out, _ = command.run("verify")
    assert code == 1
    assert "Position 1 (id 2, act): this entry is not what was signed." in out
    code, out, _ = command.run("verify", "--json")
    report = json.loads(out)
    assert (code, report["holds"], report["unprotected"]) == (1, False, 3)
    assert report["failures"][0] | {"reason": ""} == {
        "position": 1,
        "entry_id": 2,
        "kind": "act",
        "reason": "",
    }


def test_the_witnesses_of_the_settings_are_read(command: Command) -> None:
    command.folder.config.write_text("ledger: {witnesses: [witness.txt, unplugged.txt]}\n")
    command.record(3)
    code, out, err = command.run("verify")
    assert "seen every entry" in out
    assert "unplugged.txt is not there" in err
    assert code == 1, "a witness that cannot be asked is no witness"
    command.folder.config.write_text("ledger: {witnesses: [witness.txt]}\n")
    assert command.run("verify")[0] == 0


def test_a_page_for_the_safe_finds_a_cut_tail(command: Command, tmp_path: Path) -> None:
    command.record(3)
    page = tmp_path / "page.txt"
    assert command.run("witness", "--out", str(page))[0] == 0
    assert command.run("witness")[1] == page.read_text()
    assert command.run("verify", "--checkpoint", str(page))[0] == 0
    command.sql(
        *(
            f"DELETE FROM {table}"
            for table in ("ledger_payload", "ledger_entry", "ledger_node", "ledger_checkpoint")
        )
    )
    code, out, _ = command.run("verify", "--checkpoint", str(page))
    assert code == 1
    assert "Position 0: cut off or rolled back: a witness saw 3 entries" in out


def test_an_auditor_needs_the_published_key_alone(command: Command) -> None:
    command.record(1)
    secret = command.folder.secrets / FILE_NAME
    word = published(load_or_create(secret).public_key())
    secret.unlink()
    assert command.run("verify", "--key", word)[0] == 0
    code, _, err = command.run("verify")
    assert code == 1
    assert "--key" in err


def test_list_and_show(command: Command) -> None:
    assert command.json("list", "--json") == []
    assert "empty" in command.run("list")[1]
    command.record(3)
    with command.database.write() as session:
        erase_payload(session, 2, SYSTEM, "over", Clock())
    command.seal()
    rows = command.json("list", "--json")
    assert [(row["position"], row["id"], row["payload"]) for row in rows[:3]] == [
        (0, 1, {"n": 0}),
        (1, 2, None),
        (2, 3, {"n": 2}),
    ]
    assert command.json("list", "--json", "--after", "1", "--limit", "1") == [rows[2]]
    assert command.json("show", "3") == rows[3]
    assert "act" in command.run("list")[1]
    code, _, err = command.run("show", "9")
    assert (code, "no entry at position 9" in err) == (1, True)


def test_a_proof_is_checked_offline(command: Command, tmp_path: Path) -> None:
    command.record(5)
    file = tmp_path / "proof.json"
    file.write_text(command.run("prove", "2")[1])
    code, out, _ = command.run("check-proof", str(file), data=False)
    assert code == 0
    assert "position 2 of the 5 entries" in out
    assert "Compare the key" in out
    key = json.loads(file.read_text())["key"]
    code, out, _ = command.run("check-proof", str(file), "--key", key, data=False)
    assert (code, "Compare" in out) == (0, False)
    other = published(load_or_create(tmp_path / "other.pem").public_key())
    assert command.run("check-proof", str(file), "--key", other, data=False)[0] == 1
    file.write_text(file.read_text().replace('"act"', '"use.paused"'))
    code, _, err = command.run("check-proof", str(file), data=False)
    assert (code, "does not hold" in err) == (1, True)


def test_who_kept_a_signed_page_can_check_that_the_ledger_only_grew(
    command: Command, tmp_path: Path
) -> None:
    command.record(5)
    page, file = tmp_path / "page.txt", tmp_path / "growth.json"
    page.write_text(command.run("witness")[1])
    command.record(4)
    code, out, _ = command.run("prove-growth", str(page))
    file.write_text(out)
    assert code == 0
    code, out, _ = command.run("check-proof", str(file), data=False)
    assert (code, "The 9 entries" in out, "begin with the 5 signed" in out) == (0, True, True)
    proof = json.loads(file.read_text())
    for forged in (
        proof | {"path": proof["path"][1:]},
        proof | {"path": [*proof["path"][::-1]]},
        proof | {"before": proof["checkpoint"], "checkpoint": proof["before"]},
        proof | {"before": proof["before"].replace("\n5\n", "\n4\n")},
        proof | {"before": proof["before"] + proof["checkpoint"]},
    ):
        file.write_text(json.dumps(forged))
        code, _, err = command.run("check-proof", str(file), data=False)
        assert (code, err.count("\n")) == (1, 1), forged
    page.write_text("Nothing was signed.")
    assert command.run("prove-growth", str(page))[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [("check-proof", "/nowhere"), ("prove", "0"), ("witness",), ("verify", "--checkpoint", "/no")],
)
def test_what_cannot_be_done_is_one_line_without_traceback(
    command: Command, arguments: tuple[str, ...]
) -> None:
    load_or_create(command.folder.secrets / FILE_NAME)
    code, _, err = command.run(*arguments, data=arguments[0] != "check-proof")
    assert code == 1
    assert err.startswith("beffroi: ")
    assert err.count("\n") == 1


def enter(command: Command, login: str, role: Role, password: Password) -> None:
    """Somebody who may act on the command line."""
    with command.database.write() as session:
        account = create_account(
            session,
            login=login,
            name=login,
            role=role,
            password=None,
            actor=SYSTEM,
            clock=Clock(),
        )
        account.password_hash = password.hash


def test_erase_takes_the_content_of_one_entry_and_says_so(
    command: Command, password_file: Password
) -> None:
    command.record(3)
    enter(command, "admin", Role.ADMINISTRATOR, password_file)
    enter(command, "sam", Role.SUPERVISOR, password_file)
    erase = ("erase", "1", "--reason", "request 12")
    assert command.run(*erase)[0] == 1
    code, _, said = command.run(*erase, "--as", "sam")
    assert (code, "It is for: administrator." in said) == (1, True)
    assert command.run("erase", "1", "--reason", " ", "--as", "admin")[0] == 1
    assert command.json("show", "1")["payload"] == {"n": 1}

    assert command.run(*erase, "--as", "admin")[0] == 0
    command.seal()
    assert command.json("show", "1")["payload"] is None
    *_, record = command.json("list", "--json")
    assert record["kind"] == "ledger.payload_erased"
    assert record["payload"]["reason"] == "request 12"
    assert record["payload"]["os_user"]
    assert command.run("verify")[0] == 0
    assert "no payload to erase" in command.run(*erase, "--as", "admin")[2]
    assert "no entry at position 99" in command.run("erase", "99", *erase[2:], "--as", "admin")[2]
