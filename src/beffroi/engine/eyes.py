"""The models of a host, loaded once and shared by all its cameras."""

import os
from collections.abc import Collection, Iterable

from beffroi.errors import Tampered
from beffroi.mandate.definition import Definition
from beffroi.perception.finders import TASKS, Need
from beffroi.perception.ground import Ground
from beffroi.perception.inference import Inference
from beffroi.perception.models import Model, Precision, Variant, builtin_models, variant
from beffroi.perception.perceive import Models, Perception
from beffroi.store.cameras import CameraVersion


class Eyes:
    """Gives each camera a perception of its own over one queue of inference.

    Args:
        pose_input: Height and width read by the pose model; kept as an attribute.
        precision: Of the pose model, the only one that comes in several.
        models: One for each task; those that Beffroi installs unless given.

    Raises:
        Unavailable: The models are not installed.
        BadInput: The pose model does not come in this size or precision.
        Tampered: A model is not the one that is pinned.
    """

    def __init__(
        self,
        pose_input: tuple[int, int],
        precision: Precision = "f32",
        models: Iterable[Model] | None = None,
    ) -> None:
        self.pose_input = pose_input
        chosen = tuple(models or builtin_models())
        self._variants: dict[str, Variant] = {
            model.task: variant(model.name, pose_input, precision, models=chosen)
            if model.task == "pose"
            else variant(model.name, model.sizes[0], models=chosen)
            for model in chosen
        }
        self._inference = Inference(self._variants.values(), threads=os.cpu_count() or 1)

    def require(self, definition: Definition, needs: Collection[Need]) -> None:
        """Refuse what was voted with other models than those that would look here.

        The gate has asked, but of what was installed when the server began.

        Raises:
            Tampered: Another model has taken the place of one since.
        """
        for task in _tasks(needs):
            loaded = self._variants.get(task)
            if loaded is None or definition.models.get(loaded.model.name) != loaded.sha256:
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
        models = Models(**{task: self._variants[task] for task in _tasks(needs)})
        ground = None if camera.ground is None else Ground.from_rows(camera.ground)
        return Perception(camera.camera_id, models, self._inference, ground, needs=needs)


def _tasks(needs: Collection[Need]) -> set[str]:
    return {TASKS[need] for need in needs if need in TASKS}
