"""The models of a host, loaded once and shared by all its cameras."""

import os
from collections.abc import Collection, Mapping

import structlog

from beffroi.errors import Tampered, Unavailable
from beffroi.mandate.definition import Definition
from beffroi.perception.finders import Need, tasks_of
from beffroi.perception.ground import Ground
from beffroi.perception.inference import Inference
from beffroi.perception.models import Variant, builtin_models
from beffroi.perception.perceive import Models, Perception
from beffroi.store.cameras import CameraVersion

log = structlog.get_logger()


class Eyes:
    """Gives each camera a perception of its own over one queue of inference.

    Args:
        pose_input: Height and width read by the pose model; kept as an attribute.
        variants: A model for each task; none is loaded for those that are left out.

    Raises:
        Unavailable: A model is not where it was found.
        Tampered: A model is not the one that is pinned.
    """

    def __init__(self, pose_input: tuple[int, int], variants: Mapping[str, Variant]) -> None:
        self.pose_input = pose_input
        self._variants = {task: one for task, one in variants.items() if _loads(one)}
        self._inference = Inference(self._variants.values(), threads=os.cpu_count() or 1)

    def require(self, definition: Definition, needs: Collection[Need]) -> None:
        """Refuse what was voted with other models than those that would look here.

        The gate has asked, but of what was installed when the server began.

        Raises:
            Tampered: Another model has taken the place of one since.
            Unavailable: One cannot be loaded.
        """
        for task in tasks_of(needs):
            loaded = self._variants.get(task)
            if loaded is None:
                raise Unavailable(
                    f"The model of {task} cannot be loaded on this machine; the log says why."
                )
            if definition.models.get(loaded.model.name) != loaded.sha256:
                raise Tampered(
                    f"The model of {task} was changed while the server ran, and is not the one "
                    f"that was voted for {definition.event}: start the server again."
                )

    def look(self, camera: CameraVersion, needs: Collection[Need]) -> Perception:
        """A perception for one camera.

        Args:
            camera: Its record.
            needs: What the detectors of the uses in force must be shown.
        """
        models = Models(**{task: self._variants[task] for task in tasks_of(needs)})
        ground = None if camera.ground is None else Ground.from_rows(camera.ground)
        return Perception(camera.camera_id, models, self._inference, ground, needs=needs)


def _loads(variant: Variant) -> bool:
    """Whether a city's own model can be computed here: if not, others still look."""
    if variant.model in builtin_models():
        return True
    try:
        Inference([variant], threads=1).close()
    except RuntimeError as error:  # of OpenVINO, which has no errors of its own
        log.error("a model cannot be loaded", model=variant.model.name, cause=str(error))
        return False
    return True
