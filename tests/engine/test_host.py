"""A host holds the cameras that it was told to watch, and none besides."""

from contextlib import closing
from pathlib import Path

from beffroi.alerts.vault import Vault
from beffroi.engine.camera import Station
from beffroi.engine.desk import AlertDesk
from beffroi.engine.evidence import EvidenceDesk
from beffroi.engine.eyes import Eyes
from beffroi.engine.host import Host
from beffroi.engine.live import LiveLink
from beffroi.engine.messages import Order
from beffroi.mandate.permit import Basis, issue
from tests.engine.town import Town


def test_a_camera_that_has_ended_and_is_named_no_more_is_let_go_of(
    town: Town, tmp_path: Path
) -> None:
    site = town.site
    nothing = issue("rtsp://gate/live", Basis.USE, "gate", (), site.clock.monotonic() + 5)
    evidence = EvidenceDesk(site.database, Vault(site.folder), site.clock)
    with (
        closing(AlertDesk(site.database, evidence, 3600, site.clock)) as desk,
        closing(LiveLink(tmp_path / "wall")) as live,
    ):
        eyes = Eyes((224, 384), {})
        host = Host(Station(site.folder, site.database, site.clock, eyes, desk, live))
        host.obey([Order("gate", 1, nothing)])
        host._watches["gate"].join(5)
        host.obey([Order("gate", 1, nothing)])
        assert host._watches
        host.obey([])
        assert not host._watches
