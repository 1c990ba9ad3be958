"""`beffroi account` on an empty installation."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from beffroi.cli import application
from beffroi.errors import BadInput, BeffroiError, NotAuthorised

PASSWORD = "the bells of the belfry"


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


def test_the_first_administrator_enters_the_others(data: Path) -> None:
    printed = add(data, "admin", "administrator", "--link").output
    assert printed.startswith("http://127.0.0.1:8765/login/")
    with pytest.raises(BadInput, match="--as LOGIN"):
        add(data, "ada", "operator", "--link")
    add(data, "ada", "operator", "--as", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n")
    with pytest.raises(NotAuthorised):
        add(data, "eve", "administrator", "--as", "ada", "--link")
    rows = json.loads(run(data, "list", "--json").output)
    assert [(row["login"], row["password"]) for row in rows] == [("ada", True), ("admin", False)]
    assert "password_hash" not in rows[0]


def test_a_link_and_the_end_of_an_account(data: Path) -> None:
    add(data, "admin", "administrator", "--link")
    add(data, "ada", "operator", "--as", "admin", "--link")
    assert "/login/" in run(data, "link", "ada", "--as", "admin").output
    run(data, "disable", "ada", "--as", "admin")
    with pytest.raises(BadInput, match="closed"):
        run(data, "link", "ada", "--as", "admin")


def test_a_link_is_given_by_an_administrator_only(data: Path) -> None:
    add(data, "ada", "operator", "--link")
    assert "/login/" in run(data, "link", "ada").output
    add(data, "admin", "administrator", "--link")
    with pytest.raises(BadInput, match="--as LOGIN"):
        run(data, "link", "admin")
    with pytest.raises(NotAuthorised):
        run(data, "link", "admin", "--as", "ada")


def test_the_last_administrator_stays(data: Path) -> None:
    add(data, "admin", "administrator", "--link")
    with pytest.raises(BadInput, match="last administrator"):
        run(data, "disable", "admin", "--as", "admin")
    add(data, "deputy", "administrator", "--link", "--as", "admin")
    run(data, "disable", "admin", "--as", "deputy")
    with pytest.raises(BadInput, match="last administrator"):
        run(data, "disable", "deputy", "--as", "deputy")


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [("ada", "short", "at least 12"), ("A b", PASSWORD, "cannot be a login")],
)
def test_what_cannot_be_used_is_said(data: Path, login: str, password: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        add(data, login, "operator", typed=f"{password}\n{password}\n")
