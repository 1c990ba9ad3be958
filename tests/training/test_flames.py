"""The file of the flames model says what was learnt."""

import numpy as np
import pytest

from beffroi.perception.fire import SIDE
from beffroi.perception.models import variant
from beffroi.perception.runtime import ov
from beffroi.training.flames import MEASURES, STEEPNESS, Border, Measuring, flames_model


def test_the_file_draws_the_border_that_was_learnt() -> None:
    chance = np.random.default_rng(3)
    nanodet = variant("nanodet", (416, 416)).path
    measuring = Measuring(nanodet)
    windows = [chance.integers(0, 256, (1, SIDE, SIDE, 3), np.uint8) for _ in range(4)]
    rows = np.stack([measuring.measure(window) for window in windows])
    assert rows.shape == (4, MEASURES)
    scale = (rows.std(axis=0) + 0.1).astype(np.float32)
    scaled = (rows - rows.mean(axis=0)) / scale
    border = Border(
        rows.mean(axis=0), scale, scaled[:3], np.array([1, -1, 0.5], np.float32), 0.2, 1e-3
    )
    core = ov.Core()
    model = core.read_model(flames_model(nanodet, border))
    model.reshape([1, SIDE, SIDE, 3])
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for window, row in zip(windows, scaled, strict=True):
        near = np.exp(-border.gamma * ((border.windows - row) ** 2).sum(axis=1))
        expected = 1 / (1 + np.exp(-STEEPNESS * (near @ border.weights + border.offset)))
        (score,) = compiled({0: window}).values()
        assert score.item() == pytest.approx(expected, abs=1e-3)
