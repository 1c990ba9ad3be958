"""Models at work: one asynchronous queue per model variant, shared by all cameras of a process.

What was voted must be what runs: a model file is hashed before it is read, and every property that
OpenVINO would choose from the machine is set.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from beffroi.closing import Closing
from beffroi.errors import BadInput, Tampered, Unavailable
from beffroi.perception.models.variants import Variant
from beffroi.perception.runtime import ov

Heads = Mapping[str, NDArray[np.float32]]
"""Outputs of a model by name, float32 [1, …]; valid only while they are being read.

Maps, [1, channels, height, width], lie in memory with the channels of a cell side by side."""

MAP_AXES: Final = 4

T = TypeVar("T")


class Inference(Closing):
    """Runs models for many cameras at once. Use it as a context manager.

    Args:
        variants: The models to load.
        threads: Processor threads for all of a model's pictures together; each picture takes one.
        waiting: Pictures that may wait in OpenVINO per thread; beyond that, submitting waits.

    Raises:
        Tampered: If a model file is not the one that its manifest pins.
        Unavailable: If a file cannot be read, or the processor lacks the precision asked.
    """

    def __init__(self, variants: Iterable[Variant], *, threads: int, waiting: int = 1) -> None:
        core = ov.Core()
        self._lanes = {
            variant.digest: _Lane(_compile(core, variant, threads), variant, threads + waiting)
            for variant in variants
        }

    def submit(
        self,
        variant: Variant,
        pictures: NDArray[np.uint8],
        read: Callable[[Heads], T],
        timeout: float | None = None,
    ) -> Future[T]:
        """Ask for one picture to be analysed; safe from any thread.

        Args:
            variant: One of the loaded models.
            pictures: uint8 [1, height, width, 3], RGB, of the size of the variant. It is copied.
            read: Turns the heads into what is wanted, on a worker thread. It must keep no view of
                them.
            timeout: Seconds to wait for room in the queue; for ever if None.

        Returns:
            What `read` returns or raises, once it is there.

        Raises:
            BadInput: If the picture has another shape or type, or the variant is not loaded.
            Unavailable: If the queue stayed full or is closed.
        """
        lane = self._lanes.get(variant.digest)
        if lane is None:
            raise BadInput(f"Model {variant.model.name} {variant.size} is not loaded.")
        if pictures.shape != (1, *variant.size, 3) or pictures.dtype != np.uint8:
            raise BadInput(
                f"{variant.model.name} reads uint8 [1, {variant.size[0]}, {variant.size[1]}, 3], "
                f"not {pictures.dtype} {list(pictures.shape)}."
            )
        return lane.submit(pictures, read, timeout)

    def close(self) -> None:
        """Refuse new pictures and wait for those under way."""
        for lane in self._lanes.values():
            lane.close()


class _Lane:
    """The queue of one variant. Starting is serialised: OpenVINO's queue is not thread-safe."""

    def __init__(self, compiled: ov.CompiledModel, variant: Variant, jobs: int) -> None:
        self._names = [output.any_name for output in compiled.outputs]
        self._label = variant.model.name
        self._queue = ov.AsyncInferQueue(compiled, jobs)
        self._queue.set_callback(self._finish)
        self._room = threading.BoundedSemaphore(jobs)
        self._starting = threading.Lock()
        self._closed = False

    def submit(
        self, pictures: NDArray[np.uint8], read: Callable[[Heads], T], timeout: float | None
    ) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # a picture under way cannot be called back
        if not self._room.acquire(timeout=timeout):
            raise Unavailable(
                f"The queue of {self._label} is full: this machine analyses fewer pictures "
                "than are asked of it."
            )
        with self._starting:
            if self._closed:
                self._room.release()
                raise Unavailable(f"The queue of {self._label} is closed.")
            self._queue.start_async({0: pictures}, (read, future))
        return future

    def _finish(
        self, request: ov.InferRequest, job: tuple[Callable[[Heads], Any], Future[Any]]
    ) -> None:
        read, future = job
        try:
            heads = {
                name: _channels_first(request.get_output_tensor(index).data)
                for index, name in enumerate(self._names)
            }
            future.set_result(read(heads))
        except BaseException as error:  # it belongs to whoever holds the future
            future.set_exception(error)
        finally:
            self._room.release()

    def close(self) -> None:
        with self._starting:
            self._closed = True
            self._queue.wait_all()


def _compile(core: ov.Core, variant: Variant, threads: int) -> ov.CompiledModel:
    try:
        content = variant.path.read_bytes()
    except OSError as error:
        raise Unavailable(
            f"Model {variant.model.name} is not installed at {variant.path} ({error.strerror}); "
            "run `beffroi models install`."
        ) from error
    if hashlib.sha256(content).hexdigest() != variant.sha256:
        raise Tampered(
            f"{variant.path} is not the model {variant.model.name} that the manifest pins; "
            "run `beffroi models install`."
        )
    if variant.precision == "bf16" and "BF16" not in core.get_property(
        "CPU", "OPTIMIZATION_CAPABILITIES"
    ):
        raise Unavailable("This processor has no bfloat16 arithmetic; choose the precision f32.")
    model = core.read_model(content)
    model.reshape([1, *variant.size, 3])
    return core.compile_model(_channels_last(model), "CPU", properties(variant, threads))


def _channels_last(model: ov.Model) -> ov.Model:
    """Leave maps as convolutions make them: turning them round costs an eighth of the model."""
    steps = ov.preprocess.PrePostProcessor(model)
    for index, output in enumerate(model.outputs):
        if output.partial_shape.rank.get_length() == MAP_AXES:
            steps.output(index).model().set_layout(ov.Layout("NCHW"))
            steps.output(index).tensor().set_layout(ov.Layout("NHWC"))
    return steps.build()


def _channels_first(head: NDArray[np.float32]) -> NDArray[np.float32]:
    """The shape that the contract of a model gives to a map; a view."""
    return head.transpose(0, 3, 1, 2) if head.ndim == MAP_AXES else head


def properties(variant: Variant, threads: int) -> dict[str, object]:
    """OpenVINO's properties for a variant: all those whose default depends on the machine."""
    return {
        # A model in 8-bit integers says itself which layers are; the others stay as they were.
        "INFERENCE_PRECISION_HINT": "bf16" if variant.precision == "bf16" else "f32",
        "EXECUTION_MODE_HINT": "ACCURACY" if variant.precision == "f32" else "PERFORMANCE",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
        "ENABLE_CPU_PINNING": False,
        "ENABLE_HYPER_THREADING": True,
        "SCHEDULING_CORE_TYPE": "ANY_CORE",
        "CPU_DENORMALS_OPTIMIZATION": False,
        "CACHE_DIR": "",
    }
