"""The models of a host, loaded once and shared by all its cameras."""

import os
from collections.abc import Collection
from typing import Final

from beffroi.perception.finders import Need
from beffroi.perception.ground import Ground
from beffroi.perception.inference import Inference
from beffroi.perception.models import Precision, variant
from beffroi.perception.perceive import Models, Perception
from beffroi.store.cameras import CameraVersion

POSE: Final = "movenet-multipose"
OBJECTS: Final = "nanodet"
FLAMES: Final = "flames"


class Eyes:
    """Gives each camera a perception of its own over one queue of inference.

    Args:
        pose_input: Height and width read by the pose model; kept as an attribute.
        precision: In which arithmetic.

    Raises:
        Unavailable: The models are not installed.
        Tampered: A model is not the one that is pinned.
    """

    def __init__(self, pose_input: tuple[int, int], precision: Precision = "f32") -> None:
        self.pose_input = pose_input
        self._pose = variant(POSE, pose_input, precision)
        self._objects = variant(OBJECTS, (416, 416))
        threads = os.cpu_count() or 1
        self._flames = variant(FLAMES, (224, 224))
        every = [self._pose, self._objects, self._flames]
        self._inference = Inference(every, threads=threads)

    def look(self, camera: CameraVersion, needs: Collection[Need]) -> Perception:
        """A perception for one camera.

        Args:
            camera: Its record.
            needs: What the detectors of the uses in force must be shown.
        """
        models = Models(
            self._pose if Need.PEOPLE in needs else None,
            self._objects if Need.OBJECTS in needs else None,
            self._flames if Need.FIRE in needs else None,
        )
        ground = None if camera.ground is None else Ground.from_rows(camera.ground)
        return Perception(camera.camera_id, models, self._inference, ground, needs=needs)
