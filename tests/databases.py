"""Both databases, real: a SQLite file and a PostgreSQL server of our own on a free port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from beffroi.store.database import Database
from beffroi.store.migrations import upgrade

INSTALL = "PostgreSQL is not installed here: run `apt-get install -y postgresql` as root."
NEW_NAMES = count()


class Server:
    """A running PostgreSQL that makes databases on demand."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://beffroi@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "template1") -> str:
        """Make a database; returns its name."""
        name = f"test_{next(NEW_NAMES)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name

    def drop(self, name: str) -> None:
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="beffroi", dbname="postgres", autocommit=True
        )


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL server of its own, in memory-like settings, gone at the end."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(programs[-1]) if programs else shutil.which("initdb")
    if found is None:
        pytest.fail(INSTALL, pytrace=False)
    with running_server(Path(found).parent) as server:
        yield server


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """Start a server in a temporary folder."""
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="beffroi-postgresql-"))
    if user is not None:
        shutil.chown(folder, user)
    try:
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "beffroi"]
        how = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*_as(user), *initdb, *how], check=True, capture_output=True, cwd=folder)
        with _serving(programs, folder, user) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(programs: Path, folder: Path, user: str | None) -> Iterator[Server]:
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "120",
    }
    postgres = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    how = [f"--{key}={value}" for key, value in settings.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*_as(user), *postgres, *how], stdout=log, stderr=log, cwd=folder
        )
    try:
        _wait_until_it_answers(port, process)
        yield Server(port)
    finally:
        process.send_signal(2)  # its "fast" shutdown: open sessions are cut
        process.wait(30)


def _wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="beffroi", dbname="postgres").close()
        except psycopg.OperationalError:
            assert process.poll() is None, "PostgreSQL ended at once; its log says why."
            assert time.monotonic() < deadline, "PostgreSQL does not answer after 30 s."
            time.sleep(0.1)
        else:
            return


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in users)


def _as(user: str | None) -> list[str]:
    """What to put before a command so that `user` runs it, and so that it ends with us."""
    if user is None:
        return ["setpriv", "--pdeathsig", "INT"]
    group = str(pwd.getpwnam(user).pw_gid)
    return ["setpriv", "--pdeathsig", "INT", "--reuid", user, "--regid", group, "--clear-groups"]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: migrating for each test would be slow."""
    file = tmp_path_factory.mktemp("template") / "beffroi.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: Server) -> str:
    """A migrated, empty PostgreSQL database to copy."""
    name = postgresql_server.create()
    database = Database(postgresql_server.url(name))
    upgrade(database)
    database.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, on each of the two."""
    if request.param == "sqlite":
        yield from _closed_after(f"sqlite:///{tmp_path / 'beffroi.db'}")
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.create()
    yield from _closed_after(server.url(name))
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database, on each of the two."""
    if request.param == "sqlite":
        file = tmp_path / "beffroi.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield from _closed_after(f"sqlite:///{file}")
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.create(request.getfixturevalue("migrated_postgresql"))
    yield from _closed_after(server.url(name))
    server.drop(name)


def _closed_after(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
