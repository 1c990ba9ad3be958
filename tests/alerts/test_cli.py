"""`beffroi alert` on a real folder."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from beffroi.alerts.vault import PIXELATED, Vault
from beffroi.cli import main
from beffroi.cli.installation import os_user
from beffroi.errors import Unavailable
from beffroi.folder import DataFolder
from beffroi.store.accounts import Account
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.migrations import upgrade
from tests.alerts.conftest import Town
from tests.passwords import Password


@pytest.fixture
def database(folder: DataFolder) -> Iterator[Database]:
    """The folder's own database: the command opens it by itself."""
    database = Database(f"sqlite:///{folder.database}")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def alert_id(town: Town, password_file: Password) -> str:
    """An alert, in a town whose people can prove who they are."""
    with town.database.write() as session:
        session.execute(update(Account).values(password_hash=password_file.hash))
    return town.raise_alert().id


def run(folder: DataFolder, *arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["alert", *arguments, "--data", str(folder.path)])
    code = end.value.code
    assert isinstance(code, int)
    return code


def test_list_prints_one_array(
    alert_id: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "list", "--json") == 0
    (alert,) = json.loads(capsys.readouterr().out)
    assert alert["id"] == alert_id
    expected = {"event": "fall", "camera": "belfry-square", "state": "raised", "verdict": None}
    assert expected.items() <= alert.items()
    assert len(alert["definition"]) == 64
    assert alert["score"] is None, "hidden until the verdict"

    assert run(folder, "list", "--state", "closed", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(folder, "list", "--state", "closed") == 0
    assert capsys.readouterr().out == "No alert.\n"


def test_a_judgement_names_the_account_and_the_user_of_the_machine(
    town: Town, alert_id: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("judge", alert_id, "lifted", "--reason", "A shoe.", "--as", "ada")
    assert run(folder, *arguments) == 0
    assert run(folder, *arguments) == 1
    assert "already marked: lifted" in capsys.readouterr().err
    assert run(folder, "show", alert_id) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["reason"], shown["score"]) == ("lifted", "A shoe.", 0.8)
    assert shown["handed_over"] == []

    with town.database.read() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
        assert [entry.kind for entry in entries[-2:]] == ["alert.shown", "alert.judged"]
        assert entries[-1].actor == town.operator.pseudonym
        for entry in entries[-2:]:
            payload = json.loads(session.get_one(LedgerPayload, entry.id).payload)
            origin = {"through": "command line", "os_user": os_user()}
            assert origin.items() <= payload.items()


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("confirmed", "--reason", "fall"), "--as"),
        (("confirmed", "--reason", "fall", "--as", "nobody"), "nobody"),
        (("confirmed", "--reason", "fall", "--as", "tom"), "technician"),
        (("confirmed", "--reason", "fall", "--as", "zoe"), "operator"),
        (("confirmed", "--reason", " ", "--as", "ada"), "reason"),
    ],
)
def test_nobody_judges_without_a_name_a_right_and_a_reason(
    town: Town,
    alert_id: str,
    folder: DataFolder,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    cause: str,
) -> None:
    assert run(folder, "judge", alert_id, *arguments) == 1
    assert cause in capsys.readouterr().err
    assert run(folder, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["state"] == "raised"


def test_erasing_destroys_the_evidence_and_keeps_the_alert(
    town: Town, alert_id: str, folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = Vault(folder)
    vault.seal(alert_id, PIXELATED, b"sequence")
    erase = ("erase", alert_id, "--reason", "asked for", "--as")
    assert run(folder, *erase, "ada") == 1
    assert vault.open(alert_id, PIXELATED)
    assert run(folder, *erase, "sam") == 0
    with pytest.raises(Unavailable):
        vault.open(alert_id, PIXELATED)
    capsys.readouterr()
    assert run(folder, "show", alert_id) == 0
    assert json.loads(capsys.readouterr().out)["evidence"] == "erased"


def test_an_unknown_alert_is_said(
    town: Town, folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "show", "nothing") == 1
    assert "There is no alert nothing." in capsys.readouterr().err
