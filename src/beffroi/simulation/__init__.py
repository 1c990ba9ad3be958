"""The synthetic city: cameras that film no one, with the exact truth about every frame.

Scenes of articulated mannequins on a true ground plane drive demonstrations, tests and
figures. Everything is a function of the scene's name, the seed and the time.
"""

from beffroi.simulation.address import Address, parse_address
from beffroi.simulation.camera import Camera
from beffroi.simulation.clip import write_clip
from beffroi.simulation.scene import Scene, Zone, scene_names
from beffroi.simulation.truth import Event, PersonTruth, Truth, Twin

__all__ = [
    "Address",
    "Camera",
    "Event",
    "PersonTruth",
    "Scene",
    "Truth",
    "Twin",
    "Zone",
    "parse_address",
    "scene_names",
    "write_clip",
]
