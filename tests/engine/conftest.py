"""A town, its supervisor in this process, or a whole server in processes of its own."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from beffroi.cli.installation import make_installation
from beffroi.engine.supervisor import Supervisor
from beffroi.folder import DataFolder
from tests.capture.films import film, street, walk
from tests.engine.town import Served, Town, serving


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of somebody walking up and down."""
    return film(tmp_path_factory.mktemp("film") / "long.mp4", walk(street(), 1500))


@pytest.fixture
def town(folder: DataFolder, migrated_sqlite: Path, models: Path) -> Iterator[Town]:
    """An empty town whose cameras have two hosts, and whose web server has a free port."""
    folder.config.write_text(
        "engine: {hosts: 2, pose_input: [224, 384]}\nweb: {port: 0}\nalerts: {per_hour: 3600}\n"
    )
    shutil.copy(migrated_sqlite, folder.database)
    made = Town(make_installation(folder.path))
    yield made
    made.site.database.close()


@pytest.fixture
def supervise(town: Town) -> Iterator[Callable[[], Supervisor]]:
    """Starts the town's supervisor, which ends with the test."""
    with ExitStack() as stack:

        def start() -> Supervisor:
            site = town.site
            running = Supervisor(site.folder, site.settings, site.database, site.clock)
            stop = threading.Event()
            thread = threading.Thread(target=running.run, args=(stop,))
            thread.start()
            stack.callback(thread.join, 30)
            stack.callback(stop.set)
            return running

        yield start


@pytest.fixture
def serve(town: Town, tmp_path: Path) -> Iterator[Callable[[], Served]]:
    """Starts `beffroi serve` on the town; it is killed after the test if it still runs."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(serving(town.site.folder.path, tmp_path / "log"))
