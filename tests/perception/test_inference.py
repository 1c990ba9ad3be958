"""The shared queue under many threads, bad input and closing."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from beffroi.errors import BadInput, Tampered, Unavailable
from beffroi.perception.inference import Heads, Inference, properties
from beffroi.perception.models import Variant, builtin_models
from beffroi.perception.runtime import ov

SIZE = (16, 32)


@pytest.fixture
def variant(tmp_path: Path) -> Variant:
    """A model that gives back the greatest value of its picture."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMax", ["pixels"], ["most"], keepdims=1),
        ],
        "most",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", *SIZE, 3])],
        [helper.make_tensor_value_info("most", TensorProto.FLOAT, [1, 1, 1, 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    content = model.SerializeToString()
    path = tmp_path / "most.onnx"
    path.write_bytes(content)
    entry = builtin_models()[0].model_copy(
        update={"name": "most", "sizes": (SIZE,), "sha256": hashlib.sha256(content).hexdigest()}
    )
    return Variant(entry, path, SIZE)


@pytest.fixture
def inference(variant: Variant) -> Iterator[Inference]:
    with Inference([variant], threads=2) as opened:
        yield opened


def picture(value: int) -> NDArray[np.uint8]:
    return np.full((1, *SIZE, 3), value, np.uint8)


def most(heads: Heads) -> int:
    return int(heads["most"].item())


def test_many_cameras_each_get_their_own_answers(inference: Inference, variant: Variant) -> None:
    def camera(value: int) -> list[int]:
        futures = [inference.submit(variant, picture(value), most) for _ in range(50)]
        return [future.result(10) for future in futures]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(camera, range(100, 116)))
    assert answers == [[value] * 50 for value in range(100, 116)]


def test_the_picture_may_be_reused_at_once(inference: Inference, variant: Variant) -> None:
    shared = picture(7)
    future = inference.submit(variant, shared, most)
    shared[:] = 9
    assert future.result(10) == 7


def test_an_error_while_reading_reaches_its_owner_only(
    inference: Inference, variant: Variant
) -> None:
    def fail(_heads: Heads) -> int:
        raise ZeroDivisionError

    bad = inference.submit(variant, picture(1), fail)
    good = inference.submit(variant, picture(2), most)
    assert isinstance(bad.exception(10), ZeroDivisionError)
    assert good.result(10) == 2


def test_a_full_queue_is_said_and_recovers(variant: Variant) -> None:
    gate = threading.Event()

    def wait(heads: Heads) -> int:
        gate.wait(10)
        return most(heads)

    with Inference([variant], threads=1, waiting=1) as inference:
        held: list[Future[int]] = [inference.submit(variant, picture(5), wait) for _ in range(2)]
        with pytest.raises(Unavailable, match="queue of most is full"):
            inference.submit(variant, picture(6), most, timeout=0.05)
        gate.set()
        assert [future.result(10) for future in held] == [5, 5]
        assert inference.submit(variant, picture(6), most, timeout=5).result(10) == 6


def test_closing_finishes_what_is_under_way_and_refuses_the_rest(variant: Variant) -> None:
    inference = Inference([variant], threads=2)
    futures = [inference.submit(variant, picture(3), most) for _ in range(4)]
    inference.close()
    inference.close()
    assert all(future.done() and future.result() == 3 for future in futures)
    with pytest.raises(Unavailable, match="closed"):
        inference.submit(variant, picture(3), most)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((1, 32, 16, 3), np.uint8),
        np.zeros((16, 32, 3), np.uint8),
        np.zeros((1, 16, 32, 3), np.float32),
    ],
)
def test_a_wrong_picture_is_refused(
    inference: Inference, variant: Variant, wrong: NDArray[np.uint8]
) -> None:
    with pytest.raises(BadInput, match=r"most reads uint8 \[1, 16, 32, 3\]"):
        inference.submit(variant, wrong, most)


def test_another_variant_is_refused(inference: Inference, variant: Variant) -> None:
    with pytest.raises(BadInput, match="not loaded"):
        inference.submit(Variant(variant.model, variant.path, SIZE, "bf16"), picture(1), most)


def test_only_the_pinned_file_is_loaded(variant: Variant) -> None:
    variant.path.write_bytes(variant.path.read_bytes() + b"\0")
    with pytest.raises(Tampered, match="not the model most"):
        Inference([variant], threads=1)
    variant.path.unlink()
    with pytest.raises(Unavailable, match="beffroi models install"):
        Inference([variant], threads=1)


@pytest.mark.parametrize(("index", "size"), [(0, (224, 384)), (1, (416, 416))])
def test_nothing_is_left_to_the_machine(models: Path, index: int, size: tuple[int, int]) -> None:
    model = builtin_models()[index]
    variant = Variant(model, models / f"{model.name}-{model.sha256[:12]}.onnx", size)
    wanted = properties(variant, threads=2)
    core = ov.Core()
    network = core.read_model(variant.path)
    network.reshape([1, *size, 3])
    compiled = core.compile_model(network, "CPU", wanted)
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == ov.Type.f32
    assert compiled.get_property("EXECUTION_MODE_HINT").name == "ACCURACY"
    for name in ("INFERENCE_NUM_THREADS", "NUM_STREAMS", "DYNAMIC_QUANTIZATION_GROUP_SIZE"):
        assert compiled.get_property(name) == wanted[name]
    assert compiled.get_property("ENABLE_CPU_PINNING") is False


def test_telemetry_cannot_be_imported() -> None:
    script = (
        "import beffroi.perception.inference\n"
        "try:\n    import openvino_telemetry\n"
        "except ImportError:\n    print('absent')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "absent\n"


def test_openvino_has_one_way_in() -> None:
    source = Path(__file__).parents[2] / "src"
    importers = {
        path.name
        for path in source.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith(("import openvino", "from openvino"))
    }
    assert importers == {"runtime.py"}
