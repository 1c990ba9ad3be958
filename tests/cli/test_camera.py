"""`beffroi camera` from outside: a new user is led, and nothing half-done stays behind."""

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import av
import pytest
from sqlalchemy import select

from beffroi.cli.installation import os_user
from beffroi.cli.visiting import visit
from beffroi.engine import setup
from beffroi.errors import Unavailable
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.web.accounts import find_account
from tests.capture.films import film, street, walk
from tests.cli.office import Office
from tests.rtsp import Camera


def test_a_new_user_is_led_from_the_address_to_a_pixelated_still(
    office: Office, tmp_path: Path
) -> None:
    led = office.run("camera add park sim://park?seed=1 --name 'The park'", "tech")
    assert "you may set it up for one hour: both are in the ledger" in led.out
    assert "It answers with pictures of 640 by 360." in led.out
    assert "nothing is analysed before a use is voted and published" in led.out
    assert office.entries()[-3:] == ["camera.added", "camera.commissioned", "camera.looked"]
    for step in ("camera still", "camera change", "camera background", "use add"):
        assert f"beffroi {step}" in led.out

    still = tmp_path / "still.png"
    office.run(f"camera still park --out {still}", "tech")
    assert blocks_across(still) <= 80


def blocks_across(picture: Path) -> int:
    """Changes of colour along a row, at most one per block of a pixelated picture."""
    with av.open(str(picture)) as container:
        image = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert image.shape[:2] == (360, 640)
    row = image[180].astype(int)
    return int((abs(row[1:] - row[:-1]).sum(axis=1) > 0).sum())


def test_who_has_no_account_is_told_how_to_get_one(office: Office) -> None:
    refused = office.run("camera add park sim://park?seed=1", code=1)
    assert "--as LOGIN" in refused.err
    assert "beffroi account add" in refused.err
    assert office.run("camera list").out == "No camera yet: `beffroi camera add --help`.\n"


def test_the_password_of_a_camera_stays_in_its_secret_file(
    office: Office, rtsp_camera: Callable[..., Camera], tmp_path: Path
) -> None:
    source = film(tmp_path / "film.h264", walk(street(), 500), format="h264")
    camera = rtsp_camera(source, "guest:marguerite")
    address = camera.address.replace("rtsp://", "rtsp://guest:marguerite@")
    led = office.run(f"camera add gate {address}", "tech")
    assert "pictures of 320 by 180" in led.out
    (listed,) = json.loads(office.run("camera list --json").out)
    assert listed["address"] == camera.address
    folder = office.site.folder
    holders = [p for p in folder.path.rglob("*") if p.is_file() and b"marguerite" in p.read_bytes()]
    assert holders == [folder.secrets / "camera-gate"]
    assert holders[0].stat().st_mode & 0o777 == 0o600


def test_a_camera_that_does_not_answer_is_said_to_and_can_be_corrected(office: Office) -> None:
    told = office.run("camera add gate rtsp://127.0.0.1:9/live", "tech", code=1)
    assert "It could not be opened" in told.err
    assert "beffroi camera change gate --address" in told.err
    office.run("camera change gate --address sim://park?seed=1", "tech")
    assert "blind" not in office.run("camera list").out
    (listed,) = json.loads(office.run("camera list --json").out)
    assert (listed["version"], listed["address"]) == (2, "sim://park?seed=1")


@pytest.mark.parametrize(
    ("line", "who", "message"),
    [
        ("camera add there sim://park?seed=1", "operator", "It is for: technician."),
        ("camera add there http://192.0.2.7/a.mp4", "tech", "is not the address of a camera"),
        ("camera add there film.mp4", "tech", "is not the address of a camera"),
        ("camera add there sim://park?seed=abc", "tech", "seed and fps are numbers"),
        ("camera add there sim://prak?seed=1", "tech", "“prak” is not a scene"),
        ("camera change here --address sim://prak", "tech", "“prak” is not a scene"),
        ("camera add THERE sim://park?seed=1", "tech", "small letters, digits and hyphens"),
        ("camera add here sim://park?seed=1", "tech", "already a camera here"),
        ("camera add there sim://park?seed=2 --name here", "tech", "already called 'here'"),
        ("camera add there sim://park?seed=1 --masks {flat}", "tech", "covers no part"),
        ("camera add there sim://park?seed=1 --masks {outside}", "tech", "fractions of the"),
        (
            "camera add there sim://park?seed=1 --masks {missing}",
            "tech",
            "cannot be read: No such file",
        ),
        ("camera add there sim://park?seed=1 --masks {number}", "tech", "not JSON of the shape"),
        ("camera add there sim://park?seed=1 --ground {number}", "tech", "not JSON of the shape"),
        ("camera add there sim://park?seed=1 --place 1,2", "tech", "four numbers"),
        ("camera change there --name new", "tech", "There is no camera there"),
        ("camera remove there", "tech", "There is no camera there"),
        ("camera still here", None, "--as LOGIN"),
        ("camera still here", "operator", "It is for: technician."),
        ("camera still here", "tech", "may not be opened"),
        ("camera survey here", None, "--as LOGIN"),
        ("camera survey here", "tech", "may not be opened"),
        ("use propose-direction here", None, "--as LOGIN"),
        ("camera survey here --ground {missing}", None, "both --view and --height"),
        ("camera commission here --reason ' '", "tech", "Say why the camera is opened"),
        ("camera commission here --reason masks --hours 25", "tech", "at most 24 hours"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    office: Office, tmp_path: Path, line: str, who: str | None, message: str
) -> None:
    office.enter("here", "sim://park?seed=1")
    files = {
        "flat": [[[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]]],
        "outside": [[[0.1, 0.1], [1.5, 0.5], [0.9, 0.2]]],
        "number": 7,
    }
    for name, value in files.items():
        (tmp_path / name).write_text(json.dumps(value))
    before = office.entries()
    places = {name: str(tmp_path / name) for name in (*files, "missing")}
    refused = office.run(line.format(**places), who, code=1)
    assert message in refused.err
    assert refused.err.count("\n") == 1
    assert office.entries() == before


def test_a_background_shows_the_place_and_is_logged(office: Office) -> None:
    office.run("camera add park sim://park?seed=1", "tech")
    office.run("camera background park --seconds 10", "tech")
    assert office.entries()[-2:] == ["camera.looked", "camera.background"]


def test_a_camera_out_of_service_is_not_opened(office: Office) -> None:
    office.run("camera add park sim://park?seed=1", "tech")
    office.run("camera remove park", "tech")
    assert "There is no camera park" in office.run("camera still park", "tech", code=1).err


@pytest.mark.usefixtures("models")
def test_a_survey_says_what_it_saw_and_keeps_nothing(office: Office) -> None:
    office.run("camera add square sim://square?seed=1", "tech")
    before = office.entries()
    said = office.run("camera survey square --minutes 0.4", "tech").out
    assert "pictures of 640 by 360" in said
    assert "No crowd was seen" in said or "people at once" in said
    assert "Suggested: engine.pose_input" in said
    assert office.entries() == [*before, "camera.looked"]


def test_a_look_names_who_looked_from_where_and_what_for(office: Office) -> None:
    office.run("camera add park sim://park?seed=1 --reason 'first masks'", "tech")
    with office.site.database.read() as session:
        look = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "camera.looked")).one()
        told = json.loads(session.get_one(LedgerPayload, look.id).payload)
        assert look.actor == find_account(session, "tech").pseudonym
    assert told == {
        "camera": "park",
        "for": "still",
        "reason": "first masks",
        "through": "command line",
        "os_user": os_user(),
    }


def test_a_look_that_cannot_be_written_down_does_not_happen(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run("camera add park sim://park?seed=1", "tech")
    out = tmp_path / "still.png"

    def full(*_: object, **__: object) -> None:
        raise Unavailable("The database is full.")

    monkeypatch.setattr(setup, "record_look", full)
    monkeypatch.setattr(setup, "open_source", lambda *_, **__: pytest.fail("it was opened"))
    assert "is full" in office.run(f"camera still park --out {out}", "tech", code=1).err
    assert not out.exists()


def test_a_look_ends_when_the_record_changes(office: Office, tmp_path: Path) -> None:
    office.run("camera add park sim://park?seed=1", "tech")
    frames = setup._look(visit(office.site, "park", "t" * 32), "still", rate_hz=5)
    assert next(frames).image.any()
    masks = tmp_path / "masks.json"
    masks.write_text(json.dumps([[[0, 0], [1, 0], [1, 1], [0, 1]]]))
    office.run(f"camera change park --masks {masks}", "tech")
    # A permit lasts five seconds at most, at five pictures a second; some were under way.
    with pytest.raises(Unavailable):
        list(islice(frames, 100))
