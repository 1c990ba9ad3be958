"""The wall shows nobody outside the area that was voted."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

from beffroi.alerts.vault import Vault
from beffroi.engine.camera import CameraWatch, Station
from beffroi.engine.desk import AlertDesk
from beffroi.engine.equipment import models_at_work
from beffroi.engine.evidence import EvidenceDesk
from beffroi.engine.eyes import Eyes
from beffroi.engine.live import LiveLink
from beffroi.engine.messages import Order
from beffroi.events.place import inside
from beffroi.events.registry import behaviours
from beffroi.mandate.equipment import Equipment
from beffroi.mandate.gate import Gate
from beffroi.perception.forms import from_json
from beffroi.perception.ground import feet
from beffroi.perception.observation import Observation
from beffroi.settings import EngineSettings
from tests.engine.town import EVERYWHERE, Town

ENGINE = EngineSettings(pose_input=(224, 384))
RIGHT = [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]


def order(town: Town, camera: str) -> Order:
    site = town.site
    gate = Gate(Equipment(behaviours()), site.clock)
    with site.database.read() as session:
        decision = next(each for each in gate.decide(session) if each.camera.camera_id == camera)
    assert decision.permit is not None
    return Order(camera, decision.camera.number, decision.permit)


@contextmanager
def watching(town: Town, camera: str, wall: Path) -> Iterator[None]:
    """A camera at work in this process, its permit renewed until the end of the block."""
    site, done = town.site, Event()
    evidence = EvidenceDesk(site.database, Vault(site.folder), site.clock)
    with closing(AlertDesk(site.database, evidence, 3600, site.clock)) as desk:
        models = models_at_work(site.folder, ENGINE)
        eyes, live = Eyes(ENGINE.pose_input, models.variants), LiveLink(wall)
        station = Station(site.folder, site.database, site.clock, eyes, desk, live)
        watch = CameraWatch(order(town, camera), station)

        def renew() -> None:
            while not done.wait(1):
                watch.renew(order(town, camera).permit)

        renewal = Thread(target=renew)
        watch.start()
        renewal.start()
        try:
            yield
        finally:
            done.set()
            renewal.join()
            watch.join(10)
            assert watch._source is None
            live.close()


def spots(observation: Observation) -> list[tuple[float, float]]:
    """Where everybody stands, in fractions of the picture."""
    width, height = observation.size
    where = [feet(track.box, track.keypoints) for track in observation.tracks]
    return [(x / width, y / height) for x, y in where]


def test_live_figures_stay_inside_the_area(town: Town, tmp_path: Path) -> None:
    town.camera("square", "sim://square?seed=1")
    town.use("square", zones=EVERYWHERE | {"area": RIGHT})
    with socket.socket(socket.AF_UNIX) as wall:
        wall.bind(str(tmp_path / "wall"))
        wall.listen(1)
        wall.settimeout(30)
        with watching(town, "square", tmp_path / "wall"):
            link, _ = wall.accept()
            with link, link.makefile() as lines:
                observations = [from_json(next(lines).partition(" ")[2]) for _ in range(20)]
    seen = [spot for each in observations for spot in spots(each)]
    assert seen
    assert [spot for spot in seen if not inside([(x, y) for x, y in RIGHT], spot)] == []
