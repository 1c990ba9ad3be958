"""What a machine's monitoring may read, and that nobody else does."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from beffroi.clock import FrozenClock
from beffroi.store.cameras import CameraState
from beffroi.web.routes.metrics import SECRET
from tests.web.town import Town

TOKEN = "a long and secret word"


def read(client: httpx.Client, token: str) -> httpx.Response:
    return client.get("/metrics", headers={b"Authorization": f"Bearer {token}".encode()})


def let_in(town: Town) -> None:
    secret = town.folder.secrets / SECRET
    secret.touch(0o600)
    secret.write_text(f"{TOKEN}\n")


def test_without_a_token_there_is_no_such_page(client: httpx.Client, town: Town) -> None:
    assert read(client, TOKEN).status_code == 404
    let_in(town)
    for guess in ("a long", "é"):
        refused = read(client, guess)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "beffroi_" not in refused.text
    assert client.get("/metrics").status_code == 401
    assert read(client, TOKEN).status_code == 200
    (town.folder.secrets / SECRET).chmod(0o644)
    closed = read(client, TOKEN)
    assert closed.status_code == 404
    assert str(town.folder.path) not in closed.text


def test_it_tells_how_cameras_alerts_and_ledger_keep_up(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    let_in(town)
    town.raise_alert()
    with town.database.write() as session:
        session.merge(
            CameraState(
                camera_id="square",
                state="watching",
                detail="",
                since=clock.now(),
                heard_at=clock.now(),
                analysed=40,
                skipped=2,
                spared=0,
                energy_mwh=2430,
                energy_estimated=True,
            )
        )
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(read(client, TOKEN).text)
        for sample in family.samples
    }
    assert found["beffroi_camera_state", "square", "watching"] == 1
    assert found["beffroi_camera_pictures_total", "square", "skipped"] == 2
    assert found["beffroi_camera_energy_watt_hours_per_hour", "square", "true"] == 2.43
    assert found["beffroi_alerts_waiting",] == 1
    assert found["beffroi_ledger_overdue_entries",] == 0
    clock.advance(6)
    assert "beffroi_ledger_overdue_entries 0.0" not in read(client, TOKEN).text
