"""The first hour: files, disks and databases that are not what they should be, said in one line."""

import gzip
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from beffroi.capture.opening import open_source
from beffroi.cli.installation import make_installation
from beffroi.clock import Clock
from beffroi.errors import BadInput, BeffroiError, NotAuthorised, Unavailable
from beffroi.evaluation.identity import read_boxes
from beffroi.evaluation.tasks.density import read_walk
from beffroi.evaluation.zones import read_zones
from beffroi.folder import DataFolder
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.mandate.rights import Role
from beffroi.store import database as store
from beffroi.store.cameras import Camera
from beffroi.store.ledger import LedgerEntry
from beffroi.web.accounts import create_account
from tests.capture.films import film, street, walk
from tests.passwords import Password

ADD = ("camera", "add", "park", "sim://park?seed=1", "--as", "tech")


@pytest.fixture
def city(folder: DataFolder, password_file: Password) -> DataFolder:
    """An installation with a technician."""
    site = make_installation(folder.path)
    with site.database.write() as session:
        account = create_account(
            session,
            login="tech",
            name="Tech",
            role=Role.TECHNICIAN,
            password=None,
            actor="system",
            clock=site.clock,
        )
        account.password_hash = password_file.hash
    site.database.close()
    return folder


def beffroi(
    folder: DataFolder, *words: str, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "beffroi.cli", *words, "--data", str(folder.path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, preexec_fn=before)


def refused(done: subprocess.CompletedProcess[str], message: str) -> None:
    """It failed with one line that says why."""
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert message in done.stderr


def rows(folder: DataFolder) -> tuple[int, int]:
    """Cameras and ledger entries."""
    with closing(sqlite3.connect(folder.database)) as file:
        (cameras,) = file.execute(f"SELECT count(*) FROM {Camera.__tablename__}").fetchone()
        (entries,) = file.execute(f"SELECT count(*) FROM {LedgerEntry.__tablename__}").fetchone()
    return cameras, entries


def absent(path: Path) -> None:
    assert not path.exists()


def truncated(path: Path) -> None:
    whole = film(path.with_suffix(".whole.mp4"), walk(street(), 50))
    path.write_bytes(whole.read_bytes()[:2000])


def noise(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))


def empty(path: Path) -> None:
    path.touch()


def written(path: Path) -> None:
    path.write_text("not a film\n" * 100)


@pytest.mark.parametrize("make", [absent, truncated, noise, empty, written, Path.mkdir, os.mkfifo])
def test_a_file_that_is_no_video_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    clip = tmp_path / "clip.mp4"
    make(clip)
    with pytest.raises((BadInput, Unavailable)) as refusal:
        see(str(clip))
    assert "clip.mp4" in refusal.value.message


ZONES = b'{"image_size": [4, 3], "area": [[0, 0], [4, 0], [4, 3]]}'
WALK = b"# framerate: 16 fps\n# id frame x/m y/m\n1 0 0.5 0.5\n1 1 0.6 0.5\n"
BOXES = b'<d><frame number="0"><object id="1"><box xc="1" yc="1" w="1" h="1"/></object></frame></d>'
ZIPPED = {text: gzip.compress(text, mtime=0) for text in (WALK, BOXES)}


@pytest.mark.parametrize(
    ("read", "whole", "broken"),
    [
        (read_zones, ZONES, b"\xff\xfe\x00"),
        (read_zones, ZONES, ZONES.replace(b"[4, 3],", b"[0, 0],")),
        *((read_walk, ZIPPED[WALK], part) for part in (b"", WALK, ZIPPED[WALK][:-9])),
        (read_walk, ZIPPED[WALK], ZIPPED[WALK][:12] + b"\xff" * 40),
        *(
            (read_walk, ZIPPED[WALK], gzip.compress(text, mtime=0))
            for text in (b"\xff", b"1 0 0.5\n", b"1 0 nan nan\n", WALK.replace(b"16", b"0"))
        ),
        *((read_boxes, ZIPPED[BOXES], part) for part in (b"", BOXES, ZIPPED[BOXES][:-9])),
        (read_boxes, ZIPPED[BOXES], ZIPPED[BOXES][:12] + b"\xff" * 40),
        *(
            (read_boxes, ZIPPED[BOXES], gzip.compress(text, mtime=0))
            for text in (b"<d><frame>", BOXES.replace(b"number", b"n"), BOXES.replace(b'"1"', b"w"))
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_of_the_laboratory_that_is_broken_is_refused_in_words(
    tmp_path: Path, read: Callable[[Path], object], whole: bytes, broken: bytes
) -> None:
    file = tmp_path / "given.file"
    file.write_bytes(whole)
    assert read(file)
    file.write_bytes(broken)
    with pytest.raises(BadInput, match=r"given\.file"):
        read(file)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("rtsp://127.0.0.1:9/live", NotAuthorised),
        ("https://192.0.2.7/clip.mp4", NotAuthorised),
        ("concat:/etc/passwd", BadInput),
        ("sim://nowhere?seed=1", BadInput),
        ("sim://park?seed=one", BadInput),
        ("", BadInput),
    ],
)
def test_a_wrong_address_is_refused_in_words(address: str, kind: type[BeffroiError]) -> None:
    with pytest.raises(kind):
        see(address)


def see(address: str) -> None:
    with open_source(laboratory_permit(address), clock=Clock(), rate_hz=5) as source:
        for _ in source.frames():
            return


def test_a_full_disk_is_said_and_leaves_nothing_half_done(city: DataFolder) -> None:
    before = rows(city)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    refused(beffroi(city, *ADD, before=no_room), "The database does not answer or refuses to write")
    assert rows(city) == before
    assert beffroi(city, *ADD).returncode == 0


def test_a_locked_database_is_said_and_leaves_nothing_half_done(
    city: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WAIT_S", 1)
    site = make_installation(city.path)
    with closing(sqlite3.connect(city.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"), site.database.write() as session:
            session.execute(text("SELECT 1"))
    with site.database.write():
        pass
    site.database.close()


@pytest.mark.parametrize("command", ["camera list", "serve"])
def test_a_database_that_is_none_is_said(folder: DataFolder, command: str) -> None:
    folder.database.write_bytes(os.urandom(8192))
    done = beffroi(folder, *command.split())
    refused(done, "file is not a database")


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.path.write_text("")
    refused(beffroi(folder, "demo", "--init-only"), "cannot be made")


def test_a_mistyped_data_folder_does_not_become_an_empty_city(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "dtaa")
    refused(beffroi(folder, "serve"), "no data folder at")
    assert not folder.path.exists()


def test_a_set_up_killed_half_way_is_taken_up_again(folder: DataFolder) -> None:
    """The first start writes tables; killed at any moment, the next one finishes the work."""
    command = [sys.executable, "-m", "beffroi.cli", "camera", "list", "--data", str(folder.path)]
    for patience in (0.6, 0.9, 1.2):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
    assert beffroi(folder, "camera", "list").returncode == 0
