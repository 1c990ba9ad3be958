"""The fire station of the demo city: what is handed over arrives there, and nothing else does."""

from datetime import UTC, datetime

import httpx
import pytest

from beffroi.alerts.channels import open_channels
from beffroi.alerts.message import Message
from beffroi.cli.station import NAME, fire_station
from beffroi.folder import DataFolder
from beffroi.settings import Settings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOLD = {"fr": "Pompiers", "en": "Fire brigade"}
MESSAGE = Message(
    version=1,
    delivery="d-1",
    alert="a-1",
    event="fall",
    title={"fr": "Personne <au sol>", "en": "Person on the ground"},
    definition="0" * 64,
    told=TOLD,
    camera="park",
    camera_name="Le parc",
    place={},
    detected_at=NOON,
    verdict="confirmed",
    verdict_id="v-1",
    judged_by="ada",
    judged_at=NOON,
    handed_over_by="ben",
)


def test_what_is_handed_over_arrives_and_what_is_not_signed_does_not(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEFFROI_HANDOVER__CHANNELS", raising=False)
    with fire_station(folder) as address:
        (channel,) = open_channels(Settings.load(folder).handover, folder)
        assert (channel.name, "<li>" in httpx.get(address).text) == (NAME, False)
        forged = httpx.post(address, content=MESSAGE.to_json())
        assert (forged.status_code, "<li>" in httpx.get(address).text) == (403, False)
        assert channel.send(MESSAGE) == channel.send(MESSAGE) == "received"
        page = httpx.get(address).text
    monkeypatch.delenv("BEFFROI_HANDOVER__CHANNELS")
    assert page.count("<li>") == 1
    assert "22/11/2026 à 12:00:00" in page
    assert "Personne &lt;au sol&gt;" in page
    assert "transmis par la personne ben" in page
