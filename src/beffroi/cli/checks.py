"""What `beffroi doctor` looks at: each check says what it found and, if need be, what to do."""

import ctypes
import fcntl
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import distributions
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from beffroi.alerts.erasure import overdue
from beffroi.engine import equipment as engine
from beffroi.errors import BeffroiError
from beffroi.folder import DataFolder
from beffroi.perception import models
from beffroi.settings import Settings
from beffroi.store import migrations
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry

GIB = 2**30
CALLS_HOME = frozenset({"openvino-telemetry", "onnxruntime", "opentelemetry-sdk", "sentry-sdk"})
"""Packages that send usage data by themselves, or exist to send."""

PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that shows less can be right: this program did not exist then."""


UNWITNESSED = (
    "No witness keeps what the ledger signs: whoever holds this machine could rewrite it unseen. "
    "Name a file on another disk under ledger.witnesses in beffroi.yaml of the data folder."
)


class Grade(StrEnum):
    """How a check came out."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Args:
        check: What was looked at.
        grade: How it came out.
        found: What is there, in a few words.
        remedy: What to do about it; empty if all is well.
    """

    check: str
    grade: Grade
    found: str
    remedy: str = ""


def machine() -> Finding:
    """Cores, memory and the processor's vector instructions."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    found = f"{platform.machine()}, {cores} cores, {memory:.0f} GiB of memory"
    if platform.machine() == "x86_64" and "avx2" not in _processor_flags():
        remedy = "This processor lacks AVX2: inference will be several times slower."
        return Finding("machine", Grade.DOUBTFUL, found, remedy)
    if cores < 2 or memory < 3.5:
        remedy = "Two cores and 4 GiB are the least for a few cameras."
        return Finding("machine", Grade.DOUBTFUL, found, remedy)
    return Finding("machine", Grade.GOOD, found)


def python() -> Finding:
    """The interpreter: one of those that the requirements are locked for."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if not (3, 11) <= sys.version_info < (3, 14):
        remedy = "Beffroi is tested on Python 3.11 to 3.13: make setup PYTHON=python3.12"
        return Finding("python", Grade.DOUBTFUL, found, remedy)
    return Finding("python", Grade.GOOD, found)


def installed_models() -> Finding:
    """Every model there and untouched, and no other file beside them."""
    statuses = models.list_models()
    wrong = [f"{one.model.name} {one.state}" for one in statuses if one.state != "installed"]
    if wrong:
        return Finding("models", Grade.BAD, ", ".join(wrong), "Run `beffroi models install`.")
    directory = models.models_directory()
    known = {file.name for one in statuses for file in one.files} | {"lock"}
    strangers = sorted(path.name for path in directory.iterdir() if path.name not in known)
    if strangers:
        remedy = f"Remove it from {directory}: only the models of the manifest belong there."
        return Finding("models", Grade.BAD, f"unknown: {', '.join(strangers)}", remedy)
    return Finding("models", Grade.GOOD, f"{len(statuses)} verified")


def telemetry() -> Finding:
    """Nothing installed that calls home."""
    names = {distribution.name.lower().replace("_", "-") for distribution in distributions()}
    if present := sorted(names & CALLS_HOME):
        remedy = f"Run `{sys.executable} -m pip uninstall {' '.join(present)}`."
        return Finding("telemetry", Grade.BAD, f"{', '.join(present)} installed", remedy)
    return Finding("telemetry", Grade.GOOD, "off: nothing installed that calls home")


def clock() -> Finding:
    """The wall clock: not in the past, and kept by a time server."""
    now = datetime.now(UTC)
    found = now.isoformat(timespec="seconds")
    if now < PUBLISHED:
        return Finding("clock", Grade.BAD, found, "Set the clock: it is in the past.")
    if not _clock_is_kept():
        remedy = "No time server keeps this clock; use chrony or systemd-timesyncd."
        return Finding("clock", Grade.DOUBTFUL, f"{found}, not synchronised", remedy)
    return Finding("clock", Grade.GOOD, f"{found}, synchronised")


def data(folder: DataFolder) -> Finding:
    """The data folder itself: a name typed wrong looks like a city that has not begun."""
    if folder.path.is_dir():
        return Finding("data", Grade.GOOD, str(folder.path.absolute()))
    if folder.path.exists():
        remedy = "Name a folder with --data DIR or BEFFROI_DATA."
        return Finding("data", Grade.BAD, f"{folder.path} is no folder", remedy)
    remedy = (
        "`beffroi account add` makes it for a city of your own, `beffroi demo` for an invented "
        "one; if it is there already, name it with --data DIR or BEFFROI_DATA."
    )
    return Finding("data", Grade.DOUBTFUL, f"no folder at {folder.path.absolute()}", remedy)


def disk(folder: DataFolder) -> Finding:
    """Room for the database and the evidence."""
    place = folder.path.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIB
    grade = Grade.BAD if free < 1 else Grade.DOUBTFUL if free < 5 else Grade.GOOD
    remedy = "" if grade is Grade.GOOD else "Make room: 5 GiB free are the least to work with."
    return Finding("disk", grade, f"{free:.1f} GiB free", remedy)


def settings(folder: DataFolder) -> Finding:
    """The machine settings can be read."""
    try:
        Settings.load(folder)
    except BeffroiError as error:
        return Finding("settings", Grade.BAD, error.message, f"Correct {folder.config}.")
    there = folder.config.name if folder.config.exists() else "defaults"
    return Finding("settings", Grade.GOOD, there)


def models_at_work(folder: DataFolder) -> Finding:
    """Whether each model, of Beffroi or the city's own, can look as this machine is set."""
    try:
        at_work = engine.models_at_work(folder, Settings.load(folder).engine)
    except BeffroiError as error:
        return Finding("at work", Grade.BAD, error.message, f"Correct {folder.config}.")
    _, wrong = models.checked_models(folder.models)
    faults = [wrong.get(name, f"{name}: {why}") for name, why in at_work.faults.items()]
    looking = ", ".join(f"{task} {one.model.name}" for task, one in at_work.variants.items())
    if faults:
        remedy = "What was voted with it is off until then: docs/models/own.md says how it must be."
        return Finding("at work", Grade.BAD, "; ".join(faults), remedy)
    return Finding("at work", Grade.GOOD, looking)


def secrets(folder: DataFolder) -> Finding:
    """Secrets and keys that only this user can read."""
    private = (folder.secrets, folder.keys, folder.run)
    paths = [path for root in private if root.exists() for path in (root, *root.rglob("*"))]
    open_ = [path for path in paths if path.stat().st_mode & 0o077 and not path.is_socket()]
    if open_:
        remedy = f"Run `chmod -R go= {' '.join(str(root) for root in private if root.exists())}`."
        return Finding("secrets", Grade.BAD, f"others can read {open_[0]}", remedy)
    return Finding("secrets", Grade.GOOD, "for this user alone")


def database(folder: DataFolder) -> Finding:
    """The database answers, has today's tables, and is not ahead of the clock."""
    try:
        with closing(Database(Settings.load(folder).database_url)) as door:
            if door.is_sqlite and not folder.database.exists():
                return Finding("database", Grade.GOOD, "none yet; the first start makes it")
            return _tables(door)
    except BeffroiError as error:
        return Finding("database", Grade.BAD, error.message, "Check its address and its server.")


def evidence(folder: DataFolder) -> Finding:
    """Whether evidence is kept beyond its date: only a server at work erases it."""
    try:
        with closing(Database(Settings.load(folder).database_url)) as door:
            if door.is_sqlite and not folder.database.exists():
                return Finding("evidence", Grade.GOOD, "none yet")
            with door.read() as session:
                number, since = overdue(session, datetime.now(UTC) - timedelta(minutes=5))
    except (BeffroiError, SQLAlchemyError):
        return Finding("evidence", Grade.DOUBTFUL, "cannot be asked", "Mend the database first.")
    if not number or since is None:
        return Finding("evidence", Grade.GOOD, "none beyond its date")
    found = f"{number} kept beyond their date, the oldest since {since:%Y-%m-%d %H:%M} UTC"
    remedy = (
        "Start the server, which erases them; if it runs, its log says what keeps it from that."
    )
    return Finding("evidence", Grade.BAD, found, remedy)


def server(folder: DataFolder) -> Finding:
    """Whether a server holds the folder; either answer is well."""
    try:
        with folder.lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        pass
    except BlockingIOError:
        return Finding("server", Grade.GOOD, f"running, process {folder.lock.read_text().strip()}")
    return Finding("server", Grade.GOOD, "not running")


def witnesses(folder: DataFolder) -> Finding:
    """Whether somebody else keeps what is signed, so that a ledger rewritten whole is noticed."""
    try:
        settings = Settings.load(folder)
    except BeffroiError as error:
        return Finding("witnesses", Grade.BAD, error.message, f"Correct {folder.config}.")
    files = [folder.path / file for file in settings.ledger.witnesses]
    if not files:
        return Finding("witnesses", Grade.DOUBTFUL, "none", UNWITNESSED)
    if missing := [str(file) for file in files if not file.exists()]:
        remedy = "Mount its disk; if it was never written, start the server once."
        return Finding("witnesses", Grade.DOUBTFUL, f"absent: {', '.join(missing)}", remedy)
    return Finding("witnesses", Grade.GOOD, ", ".join(map(str, files)))


ON_MACHINE: tuple[Callable[[], Finding], ...] = (
    machine,
    python,
    installed_models,
    telemetry,
    clock,
)
OF_FOLDER: tuple[Callable[[DataFolder], Finding], ...] = (
    data,
    disk,
)
IN_FOLDER: tuple[Callable[[DataFolder], Finding], ...] = (
    settings,
    models_at_work,
    secrets,
    database,
    evidence,
    witnesses,
    server,
)


def examine(folder: DataFolder) -> Iterator[Finding]:
    """All checks, in the order in which their remedies should be followed."""
    yield from (check() for check in ON_MACHINE)
    yield from (check(folder) for check in OF_FOLDER)
    if folder.path.is_dir():
        yield from (check(folder) for check in IN_FOLDER)


def _tables(database: Database) -> Finding:
    with database.read() as session:
        has = MigrationContext.configure(session.connection()).get_current_revision()
        if has != (wants := _newest_schema()):
            remedy = (
                "The next `beffroi` command on this folder migrates it; use the newest version."
            )
            return Finding("database", Grade.BAD, f"schema {has}, not {wants}", remedy)
        entries = session.scalar(select(func.count(LedgerEntry.id)))
        last = session.scalar(select(func.max(LedgerEntry.at)))
    if last is not None and last > datetime.now(UTC) + timedelta(seconds=5):
        remedy = "The clock was set back, or was ahead: set it right before going on."
        return Finding("database", Grade.BAD, f"the last entry is of {last.isoformat()}", remedy)
    return Finding("database", Grade.GOOD, f"{entries} ledger entries, tables up to date")


def _newest_schema() -> str | None:
    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


def _processor_flags() -> set[str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((set(line.split()) for line in lines if line.startswith("flags")), set())


def _clock_is_kept() -> bool:
    """Whether the kernel was told by a time daemon that its clock is right (see adjtimex(2))."""
    unsynchronised = 5  # TIME_ERROR
    untouched = ctypes.create_string_buffer(512)  # struct timex, modes = 0: read only
    return bool(ctypes.CDLL(None).adjtimex(untouched) != unsynchronised)
