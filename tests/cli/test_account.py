"""`beffroi account` on an empty installation."""

import json
import os
import pwd
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from beffroi.cli import application
from beffroi.cli.installation import open_installation
from beffroi.errors import BadInput, BeffroiError, NotAuthorised, Unavailable
from beffroi.mandate.rights import Role
from beffroi.store.ledger import LedgerPayload
from tests.passwords import WORDS, Password


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"  # the first account makes it


def run(data: Path, *arguments: str, typed: str | None = None) -> Result:
    command = ["account", *arguments, "--data", str(data)]
    result = CliRunner().invoke(application(["account"]), command, input=typed)
    if isinstance(result.exception, BeffroiError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def add(data: Path, login: str, role: str, *more: str, typed: str | None = None) -> Result:
    return run(data, "add", login, "--role", role, "--name", login.title(), *more, typed=typed)


@pytest.fixture
def admin(data: Path, password_file: Password) -> Path:
    """An installation with an administrator who has a password; gives the file that holds it."""
    add(data, "admin", "administrator", "--new-password-file", str(password_file.file))
    return password_file.file


def test_the_first_administrator_enters_the_others(data: Path, password_file: Password) -> None:
    printed = add(data, "admin", "administrator", "--link").output
    assert printed.startswith("http://127.0.0.1:8765/login/")
    assert "It opens once `beffroi serve` runs" in printed
    with pytest.raises(BadInput, match="--as LOGIN"):
        add(data, "ada", "operator", "--link")
    with pytest.raises(NotAuthorised, match="beffroi account password admin"):
        add(data, "ada", "operator", "--as", "admin", "--link")
    run(data, "password", "admin", "--new-password-file", str(password_file.file))
    add(data, "ada", "operator", "--as", "admin", typed=f"{WORDS}\n{WORDS}\n")
    with pytest.raises(NotAuthorised):
        add(data, "eve", "administrator", "--as", "ada", "--link")
    rows = json.loads(run(data, "list", "--json").output)
    assert [(row["login"], row["password"]) for row in rows] == [("ada", True), ("admin", True)]
    assert "password_hash" not in rows[0]


def test_a_link_and_the_end_of_an_account(data: Path, admin: Path) -> None:
    add(data, "ada", "operator", "--as", "admin", "--link")
    assert "/login/" in run(data, "link", "ada", "--as", "admin").output
    run(data, "disable", "ada", "--as", "admin")
    with pytest.raises(BadInput, match="closed"):
        run(data, "link", "ada", "--as", "admin")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_the_first_account_is_an_administrators(data: Path, role: Role) -> None:
    with pytest.raises(BadInput, match="first account must be an administrator's"):
        add(data, "ada", role, "--link")
    assert json.loads(run(data, "list", "--json").output) == []


def test_a_link_is_given_by_an_administrator_only(data: Path, admin: Path) -> None:
    add(data, "ada", "operator", "--as", "admin", "--new-password-file", str(admin))
    with pytest.raises(BadInput, match="--as LOGIN"):
        run(data, "link", "admin")
    with pytest.raises(NotAuthorised):
        run(data, "link", "admin", "--as", "ada")


def test_the_link_leads_to_the_port_that_the_running_server_was_told(
    data: Path, admin: Path
) -> None:
    (data / "run" / "address").write_text("http://127.0.0.1:9000")
    printed = run(data, "link", "admin", "--as", "admin").output
    assert printed.startswith("http://127.0.0.1:9000/login/")


def test_the_last_administrator_stays(data: Path, admin: Path) -> None:
    with pytest.raises(BadInput, match="last administrator"):
        run(data, "disable", "admin", "--as", "admin")
    add(data, "deputy", "administrator", "--as", "admin", "--new-password-file", str(admin))
    run(data, "disable", "admin", "--as", "deputy")
    with pytest.raises(BadInput, match="last administrator"):
        run(data, "disable", "deputy", "--as", "deputy")


def test_whoever_acts_proves_who_they_are(data: Path, admin: Path, tmp_path: Path) -> None:
    admin.write_text("the bells of another belfry")
    with pytest.raises(NotAuthorised, match="do not go together"):
        run(data, "link", "admin", "--as", "admin")
    admin.chmod(0o644)
    with pytest.raises(Unavailable, match="Others can read"):
        run(data, "link", "admin", "--as", "admin")


def test_without_a_terminal_or_a_file_nobody_acts(
    data: Path, admin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEFFROI_PASSWORD_FILE")
    with pytest.raises(BadInput, match="BEFFROI_PASSWORD_FILE"):
        run(data, "link", "admin", "--as", "admin", typed=f"{WORDS}\n")


def test_guesses_on_the_command_line_are_slowed_down_too(data: Path, admin: Path) -> None:
    admin.write_text("a guess")
    for _ in range(5):
        with pytest.raises(NotAuthorised, match="do not go together"):
            run(data, "link", "admin", "--as", "admin")
    admin.write_text(WORDS)
    with pytest.raises(NotAuthorised, match="Too many"):
        run(data, "link", "admin", "--as", "admin")


def test_a_password_is_ones_own_or_an_administrators_to_set(
    data: Path, admin: Path, tmp_path: Path
) -> None:
    add(data, "ada", "operator", "--as", "admin", "--link")
    new = ("--new-password-file", str(admin))
    with pytest.raises(BadInput, match="--as LOGIN"):
        run(data, "password", "ada", *new)
    run(data, "password", "ada", *new, "--as", "admin")
    with pytest.raises(NotAuthorised, match=r"It is for: administrator\."):
        run(data, "password", "admin", *new, "--as", "ada")
    run(data, "password", "ada", *new, "--as", "ada")
    run(data, "disable", "ada", "--as", "admin")
    with pytest.raises(BadInput, match="closed"):
        run(data, "password", "ada", *new, "--as", "admin")


def test_what_is_done_on_the_command_line_says_so(
    data: Path, admin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "mayor")
    monkeypatch.setenv("USER", "mayor")
    add(data, "ada", "operator", "--as", "admin", "--link")
    run(data, "disable", "ada", "--as", "admin")
    site = open_installation(data)
    with site.database.read() as session:
        payloads = [json.loads(text) for text in session.scalars(select(LedgerPayload.payload))]
    site.database.close()
    assert len(payloads) == 4
    assert {payload["os_user"] for payload in payloads} == {pwd.getpwuid(os.getuid()).pw_name}


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [("ada", "short", "at least 12"), ("A b", WORDS, "cannot be a login")],
)
def test_what_cannot_be_used_is_said(data: Path, login: str, password: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        add(data, login, "administrator", typed=f"{password}\n{password}\n")
