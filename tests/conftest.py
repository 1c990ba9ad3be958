"""Fixtures that any test may ask for."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from beffroi.perception import models as beffroi_models
from beffroi.settings import DataFolder

ROOT = Path(__file__).parent.parent

LONGEST = (
    "test_procedure_in_browser.py",
    "test_end_to_end.py",
    "engine/test_mandate_at_work.py",
    "engine/test_server.py",
    "cli/test_camera.py",
    "engine/test_supervisor.py",
    "perception/test_pose_on_synthetic.py",
)
"""Begun first, so that no worker is left alone with one of them at the end."""

pytest_plugins = [
    name
    for name in (
        "tests.browser",
        "tests.databases",
        "tests.mail",
        "tests.passwords",
        "tests.rtsp",
    )
    if find_spec(name)
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    begins = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: begins.get(item.path, len(LONGEST)))


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: a third of the suite's time is waiting, not work."""
    return min((os.cpu_count() or 1) + 1, 4)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell reaches a test."""
    for variable in set(os.environ) - {"BEFFROI_MODELS", "BEFFROI_REAL_DATA"}:
        if variable.startswith("BEFFROI_") and not variable.startswith("BEFFROI_TEST_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder, made and empty."""
    return DataFolder(tmp_path / "data").make()


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the models, installed once in the user's cache."""
    beffroi_models.install()
    return beffroi_models.models_directory()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public clips, which is not part of the project."""
    path = Path(os.environ.get("BEFFROI_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"No public clips at {path}; name their folder in BEFFROI_REAL_DATA.")
    return path
