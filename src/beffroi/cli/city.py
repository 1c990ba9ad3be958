"""The demo city: Belfort-les-Eaux, which does not exist, under a law that does not exist.

Its cameras and its people are here, what it decided in :mod:`beffroi.cli.stories`, all as data.
It is marked as fictional wherever a text is shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from beffroi.alerts.life import lapse_overdue
from beffroi.capture.picture import to_jpeg
from beffroi.cli.chronicle import BEGINNING, LAW, Chronicle
from beffroi.cli.installation import Installation
from beffroi.cli.stories import OTHERS, lived
from beffroi.clock import FrozenClock
from beffroi.engine.setup import blur
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.backgrounds import set_background
from beffroi.mandate.cameras import CameraSpec, add_camera, list_cameras
from beffroi.mandate.procedure.adoption import adopted
from beffroi.mandate.rights import Role
from beffroi.simulation.scene import Scene
from beffroi.web.accounts import create_account


@dataclass(frozen=True, slots=True)
class Spot:
    """A camera of the demo city and the use that was voted for it.

    Args:
        camera: Id of the camera.
        name: What people call it.
        scene: Scene of the synthetic city that it looks at.
        place: Position on the plan in fractions, heading and view angle in degrees.
        event: Which shipped definition was voted there.
        purpose: Why, as the council put it.
        forbidden: What nobody may enter: its name for people, and the scene's zone.
        tag: What kind of place it is, for the doctrines.
    """

    camera: str
    name: str
    scene: str
    place: dict[str, float]
    event: str
    purpose: str
    forbidden: tuple[tuple[str, str], ...] = ()
    tag: str = "street"


SPOTS: Final = (
    Spot(
        "place",
        "Place du Beffroi",
        "square",
        {"x": 0.46, "y": 0.42, "heading": 150, "view": 62},
        "gathering",
        "Prévenir les mouvements de foule les jours de marché.",
        tag="square",
    ),
    Spot(
        "rue",
        "Rue des Tanneurs",
        "street",
        {"x": 0.80, "y": 0.16, "heading": 215, "view": 58},
        "strike",
        "Porter secours plus vite aux personnes agressées la nuit.",
    ),
    Spot(
        "parc",
        "Parc de la Citadelle",
        "park",
        {"x": 0.14, "y": 0.74, "heading": 60, "view": 64},
        "fall",
        "Porter secours aux personnes qui tombent et ne se relèvent pas.",
        tag="park",
    ),
    Spot(
        "quai",
        "Gare, quai 2",
        "platform",
        {"x": 0.86, "y": 0.92, "heading": 285, "view": 55},
        "intrusion",
        "Arrêter les trains quand une personne descend sur les voies.",
        (("voies", "track"),),
        tag="station",
    ),
)

PEOPLE: Final = (
    ("operateur", "Camille Aubry (démo)", Role.OPERATOR),
    ("superviseur", "Dominique Ferrand (démo)", Role.SUPERVISOR),
    ("technicien", "Sacha Meunier (démo)", Role.TECHNICIAN),
    ("service-des-actes", "Alix Charron (démo)", Role.CLERK),
    ("secretariat-du-conseil", "Charlie Vasseur (démo)", Role.SECRETARY),
    ("dpo", "Lou Perrin (démo)", Role.DPO),
    ("comite", "Eden Marchal (démo)", Role.COMMITTEE),
    ("inspection", "Noa Tissier (démo)", Role.INSPECTOR),
    ("admin", "Robin Lemaire (démo)", Role.ADMINISTRATOR),
)


def build_city(site: Installation) -> None:
    """Fill an empty installation with the demo city; one that has cameras is left as it is."""
    with site.database.read() as session:
        if list_cameras(session):
            return
    with site.database.write() as session:
        clock = FrozenClock(site.clock.now() - BEGINNING)
        people = {
            role: create_account(
                session,
                login=login,
                name=name,
                role=role,
                password=None,
                actor=SYSTEM,
                clock=clock,
            ).pseudonym
            for login, name, role in PEOPLE
        }
        technician = people[Role.TECHNICIAN]
        drawn = {}
        for seed, spot in enumerate(SPOTS, start=1):
            scene = Scene.create(spot.scene, seed)
            add_camera(session, spot.camera, _camera(spot, scene), actor=technician, clock=clock)
            set_background(session, spot.camera, _background(scene), actor=technician, clock=clock)
            drawn[spot.camera] = {
                "forbidden": {name: _ring(scene, zone) for name, zone in spot.forbidden}
            }
        stories = [
            story
            for spot in SPOTS
            for story in lived(spot.event, spot.camera, spot.purpose, spot.tag)
        ]
        Chronicle(session, clock, people, drawn).tell([*stories, *OTHERS])


def clear_desk(site: Installation, since: datetime) -> None:
    """Let lapse what earlier runs of the demo city left unjudged; a real city's is left alone."""
    now = site.clock.now()
    with site.writing() as session:
        if LAW in adopted(session, now):
            lapse_overdue(session, (now - since).total_seconds(), site.clock)


def _camera(spot: Spot, scene: Scene) -> CameraSpec:
    width, height = scene.size
    to_pixels = np.diag([width, height, 1.0])
    ground = scene.camera.ground_homography() @ to_pixels
    return CameraSpec(
        name=spot.name,
        address=f"sim://{spot.scene}?seed={scene.seed}",
        ground=(ground / ground[2, 2]).tolist(),
        place=spot.place,
    )


def _ring(scene: Scene, zone: str) -> list[list[float]]:
    """A zone of the scene in fractions of the picture, cut to it."""
    fractions = scene.zones[zone].pixels / np.array(scene.size)
    return [[float(x), float(y)] for x, y in np.clip(fractions, 0, 1)]


def _background(scene: Scene) -> bytes:
    empty = scene.empty().astype(np.float32)
    return to_jpeg(blur(empty, max(2, scene.size[0] // 160)))
