"""A small city at work: the cameras of the demo city, each in a host of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beffroi.cli.city import SPOTS, build_city
from beffroi.cli.installation import Installation, make_installation
from beffroi.engine.supervisor import Supervisor
from beffroi.folder import DataFolder


@pytest.fixture
def city(folder: DataFolder, models: Path) -> Installation:
    """The demo city, with a host per camera and a web server on a free port."""
    folder.config.write_text(f"engine: {{hosts: {len(SPOTS)}}}\nweb: {{port: 0}}\n")
    site = make_installation(folder.path)
    build_city(site)
    return site


@pytest.fixture
def supervisor(city: Installation) -> Iterator[Supervisor]:
    """The city under supervision, until the end of the test."""
    running = Supervisor(city.folder, city.settings, city.database, city.clock)
    stop = threading.Event()
    thread = threading.Thread(target=running.run, args=(stop,))
    thread.start()
    yield running
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def within() -> Callable[[float, Callable[[], bool]], float]:
    """Wait until something is so; gives the seconds it took, or fails."""

    def wait(limit_s: float, condition: Callable[[], bool]) -> float:
        begin = time.monotonic()
        while not condition():
            assert time.monotonic() < begin + limit_s, "it did not happen in time"
            time.sleep(0.05)
        return time.monotonic() - begin

    return wait
