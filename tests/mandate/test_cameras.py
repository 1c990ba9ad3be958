from pathlib import Path
from typing import Any

import pytest

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, Unavailable
from beffroi.mandate.backgrounds import set_background
from beffroi.mandate.cameras import (
    CameraSpec,
    add_camera,
    change_camera,
    credentials_file,
    load_credentials,
    split_credentials,
    store_credentials,
)
from beffroi.store.cameras import CameraBackground
from beffroi.store.database import Database
from tests.mandate.conftest import MAYOR

CORNER = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://192.0.2.7/stream", "not the address of a camera"),
        ("/dev/video0", "not the address of a camera"),
        ("rtsp://admin:hunter2@192.0.2.7/live", "apart from its address"),
        ("rtsp://192.0.2.7/live?user=admin&password=hunter2", "password or a token"),
        ("rtsp://192.0.2.7/pwd=hunter2/live", "password or a token"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(
    city: Database, clock: FrozenClock, address: str, message: str
) -> None:
    with city.write() as session, pytest.raises(BadInput, match=message):
        add_camera(session, "gate", CameraSpec("Gate", address), actor=MAYOR, clock=clock)


def test_credentials_are_taken_out_of_an_address() -> None:
    address, credentials = split_credentials("rtsp://admin:p%40ss@192.0.2.7:554/live")
    assert (address, credentials) == ("rtsp://192.0.2.7:554/live", "admin:p@ss")
    assert split_credentials("rtsp://192.0.2.7/live")[1] is None


def test_credentials_are_read_from_a_file_of_this_user_alone(tmp_path: Path) -> None:
    assert load_credentials(tmp_path, "gate") is None
    file = credentials_file(tmp_path, "gate")
    file.touch()
    file.chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        load_credentials(tmp_path, "gate")
    store_credentials(tmp_path, "gate", "admin:word")
    assert load_credentials(tmp_path, "gate") == "admin:word"


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"name": "Old park"}, True),
        ({"masks": [CORNER]}, False),
        ({"address": "sim://street?seed=1"}, False),
    ],
)
def test_a_background_does_not_outlive_the_view_or_the_masks_it_was_taken_with(
    city: Database, clock: FrozenClock, changes: dict[str, Any], kept: bool
) -> None:
    fields: dict[str, Any] = {"name": "The park", "address": "sim://park?seed=1"} | changes
    with city.write() as session:
        set_background(session, "park", b"picture", actor=MAYOR, clock=clock)
        change_camera(session, "park", CameraSpec(**fields), actor=MAYOR, clock=clock)
    with city.read() as session:
        assert (session.get(CameraBackground, "park") is not None) is kept
