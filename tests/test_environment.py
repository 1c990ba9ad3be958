"""Setting up says plainly what is in the way, and goes on where it was interrupted."""

import sys
from pathlib import Path

import pytest

from scripts import environment


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose only requirement nobody has, on a machine without network."""
    (tmp_path / "requirements").mkdir()
    listed = tmp_path / "requirements" / "runtime.txt"
    listed.write_text(f"absent==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return tmp_path


def test_missing_venv_is_explained(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        environment.make_environment(project / "venv")


def test_old_python_is_explained(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; .* is Python 3\.9"):
        environment.main()


def test_failed_download_says_what_to_do_and_is_tried_again(project: Path) -> None:
    place = project / "venv"
    environment.make_environment(place)
    for _ in range(2):
        with pytest.raises(SystemExit, match="Then run the same `make` command again") as leaving:
            environment.install(place, "runtime", "nothing")
        assert "No matching distribution found for absent==1.0" in str(leaving.value)
    (project / "requirements" / "runtime.txt").write_text("")
    environment.install(place, "runtime", "nothing")
    assert environment.Stamp(place, "runtime", b"").fresh()


def test_broken_environment_is_made_anew(project: Path) -> None:
    place = project / "venv"
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").write_text("half made")
    environment.make_environment(place)
    made = (place / "pyvenv.cfg").stat().st_mtime_ns
    environment.make_environment(place)
    assert (place / "pyvenv.cfg").stat().st_mtime_ns == made


def test_stamp_is_for_one_content_in_one_place(project: Path, tmp_path: Path) -> None:
    environment.Stamp(tmp_path, "runtime", b"one").set()
    assert environment.Stamp(tmp_path, "runtime", b"one").fresh()
    assert not environment.Stamp(tmp_path, "runtime", b"two").fresh()


def test_progress_is_shown_on_a_screen_and_pips_own_words_are_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = project / "venv"
    (place / "bin").mkdir(parents=True)
    pip = place / "bin" / "python"
    pip.write_text("#!/bin/sh\necho 'Collecting one==1 (from -r x)'\necho WARNING: two\n")
    pip.chmod(0o700)
    environment.pip(place, 3)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    environment.pip(place, 3)
    assert "\r\x1b[K1 of 3: Collecting one==1" in capsys.readouterr().out
    assert "two" in (place / "pip.log").read_text()
