"""The models of a host, loaded once and shared by all its cameras."""

import os

from beffroi.perception.ground import Ground
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant
from beffroi.perception.perceive import Perception
from beffroi.store.cameras import CameraVersion


class Eyes:
    """Gives each camera a perception of its own over one queue of inference.

    Args:
        pose_input: Height and width read by the pose model.

    Raises:
        Unavailable: The models are not installed.
        Tampered: A model is not the one that is pinned.
    """

    def __init__(self, pose_input: tuple[int, int]) -> None:
        self._pose = variant("movenet-multipose", pose_input)
        self._inference = Inference([self._pose], threads=os.cpu_count() or 1)

    def look(self, camera: CameraVersion) -> Perception:
        """A perception for one camera."""
        ground = None if camera.ground is None else Ground.from_rows(camera.ground)
        return Perception(camera.camera_id, self._pose, self._inference, ground)
