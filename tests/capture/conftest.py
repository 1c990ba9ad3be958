"""Permits and films that the tests of capture share."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from beffroi.clock import Clock
from beffroi.mandate.permit import Basis, Permit, issue
from tests.capture.films import film, street, walk

Grant = Callable[..., Permit]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of MP4 at 25 pictures a second, 320 by 180."""
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", walk(street(), 50))


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds for cameras."""
    steps = itertools.islice(itertools.cycle(list(walk(street(), 100))), 1000)
    return film(tmp_path_factory.mktemp("clip") / "long.mp4", steps)


@pytest.fixture
def grant() -> Grant:
    """Makes permits; by default a use without end."""

    def permit(address: str, basis: Basis = Basis.USE, seconds: float = math.inf) -> Permit:
        return issue(str(address), basis, "place", (), Clock().monotonic() + seconds)

    return permit
