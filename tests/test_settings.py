"""Machine settings: where they come from, and what is refused."""

import pytest

from beffroi.errors import BadInput, Unavailable
from beffroi.settings import DataFolder, Settings


def test_defaults_need_no_file(folder: DataFolder) -> None:
    settings = Settings.load(folder)
    assert settings.database_url == f"sqlite:///{folder.database}"
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8765)


def test_secret_file_wins_over_environment_wins_over_file(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.config.write_text("database_url: from-file\nweb: {host: from-file, port: 1}\n")
    monkeypatch.setenv("BEFFROI_WEB__PORT", "2")
    monkeypatch.setenv("BEFFROI_DATABASE_URL", "from-environment")
    assert Settings.load(folder).database_url == "from-environment"
    secret = folder.secrets / "database_url"
    secret.write_text("from-secret\n")
    secret.chmod(0o640)
    with pytest.raises(Unavailable, match="chmod 600"):
        Settings.load(folder)
    secret.chmod(0o600)
    settings = Settings.load(folder)
    assert settings.database_url == "from-secret"
    assert (settings.web.host, settings.web.port) == ("from-file", 2)


SMTP = "{name: guard, type: smtp, host: mail, sender: a@example.org, recipients: [b@example.org]}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web: {prot: 1}", "“web.prot” is not a setting; did you mean “web.port”?"),
        ("engin: {hosts: 1}", "did you mean “engine”?"),
        (
            f"handover: {{channels: [{SMTP[:-1]}, prot: 1}}]}}",
            "did you mean “handover.channels.port”",
        ),
        (f"handover: {{channels: [{SMTP}, {SMTP}]}}", "two channels have the same name"),
        ("web: {port: 70000}", "“web.port” cannot be used: must be at most 65535"),
        ("web: {port: [", "beffroi.yaml cannot be read as YAML"),
        ("- web", "must hold `name: value` lines"),
    ],
)
def test_wrong_file_is_refused(folder: DataFolder, text: str, said: str) -> None:
    folder.config.write_text(text)
    with pytest.raises(BadInput) as refusal:
        Settings.load(folder)
    assert said in refusal.value.message


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("BEFFROI_WEB__PROT", "1", "“web.prot” is not a setting; did you mean “web.port”?"),
        ("BEFFROI_WBE__PORT", "1", "did you mean “BEFFROI_WEB”?"),
        ("BEFFROI_WEB", "not JSON", "cannot be read"),
    ],
)
def test_wrong_variable_is_refused(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadInput) as refusal:
        Settings.load(folder)
    assert said in refusal.value.message


def test_secret_that_others_can_read_is_refused(folder: DataFolder) -> None:
    assert folder.secret("handover-guard") is None
    path = folder.secrets / "handover-guard"
    path.write_text("word\n")
    path.chmod(0o600)
    assert folder.secret("handover-guard") == "word"
    path.chmod(0o640)
    with pytest.raises(Unavailable, match="chmod 600"):
        folder.secret("handover-guard")


def test_private_folders_are_for_this_user_alone(folder: DataFolder) -> None:
    folder.secrets.chmod(0o755)
    folder.make()
    for private in (folder.secrets, folder.keys, folder.run):
        assert private.stat().st_mode & 0o777 == 0o700
