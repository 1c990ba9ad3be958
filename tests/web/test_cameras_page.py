"""The page of the cameras: what runs on each, what does not and why, what has ended."""

from datetime import timedelta

import httpx

from beffroi.clock import FrozenClock
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.cameras import CameraState
from beffroi.web.camera_uses import read_camera_uses
from beffroi.web.live import shown_state
from tests.enacting import enact
from tests.web.test_mandate import draft
from tests.web.town import Town, signed_in

__all__ = ["draft"]


def test_uses_are_told_by_what_becomes_of_them(
    client: httpx.Client, town: Town, clock: FrozenClock, draft: str
) -> None:
    with town.database.write() as session:
        enact(session, "use-clear", ActType.REPEAL, clock)
    with town.database.read() as session:
        own = read_camera_uses(session, clock)["square"]
        assert [use for use, _ in own.running] == [
            "use-counts", "use-none", "use-pixelated", "use-skeleton",
        ]  # fmt: skip
        assert own.held == [(draft, "the use is not in force: draft")]
        assert own.ended == [("use-clear", "the use is not in force: repealed")]
    with signed_in(client, town, "operator"):
        page = client.get("/console/cameras?lang=fr").text
    assert page.index("use-skeleton") < page.index(draft) < page.index("use-clear")
    assert "<summary>1 qui a pris fin</summary>" in page
    assert "l’usage n’est pas en vigueur : abrogé" in page


def test_what_was_too_slow_says_when_it_is_tried_again(
    client: httpx.Client, town: Town, clock: FrozenClock
) -> None:
    with town.database.write() as session:
        row = CameraState(
            camera_id="square", state="off", detail="", since=clock.now(), heard_at=clock.now(),
            analysed=0, skipped=0, rate_hz=1.0, measured_at=clock.now(), measured_version=1,
        )  # fmt: skip
        session.add(row)
        assert shown_state(row, True, clock.now()) == "slow"
        assert shown_state(row, False, clock.now()) == "off"
        assert shown_state(row, True, clock.now() + timedelta(minutes=6)) == "off"
    with signed_in(client, town, "operator"):
        page = client.get("/console/cameras").text
        assert "it is tried again within 5 minutes" in page
        assert "May run now" not in page
        assert 'class="badge slow"' in client.get("/console").text
