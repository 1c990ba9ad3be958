"""Paired pictures: what changes nothing has no gap, what hides people has the whole one."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from beffroi.cli.bias import app
from beffroi.errors import BadInput
from beffroi.evaluation.bias import FACTORS, Gap, Trait, gaps
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant

SEEN, HIDDEN = Trait("seen"), Trait("hidden", picture=lambda picture: np.zeros_like(picture))


@pytest.fixture(scope="module")
def found(models: Path) -> dict[str, Gap]:
    pose = variant("movenet-multipose", (288, 512), directory=models)
    with Inference([pose], threads=2) as inference:
        factors = {"nothing": (SEEN, SEEN), "everything": (SEEN, HIDDEN)}
        compared = gaps(pose, inference, [61], factors, times=[12.0, 30.0])
        return {gap.factor: gap for gap in compared}


def test_the_same_pictures_have_no_gap(found: dict[str, Gap]) -> None:
    gap = found["nothing"]
    assert gap.pairs > 15
    assert gap.found[0] > 0.8
    assert gap.found_gap == gap.error_gap == (0, 0, 0)


def test_who_cannot_be_seen_is_not_found(found: dict[str, Gap]) -> None:
    gap = found["everything"]
    assert gap.found[1] == 0
    assert gap.found_gap[0] == -gap.found[0]
    assert gap.found_gap[2] < -0.5


def test_one_trait_changes_and_the_motion_does_not(models: Path) -> None:
    pose = variant("movenet-multipose", (288, 512), directory=models)
    with Inference([pose], threads=2) as inference:
        factors = {"skin tone": FACTORS["skin tone"]}
        (gap,) = gaps(pose, inference, [61], factors, times=[12.0])
    assert gap.found[0] > 0.8
    assert gap.error is not None
    assert gap.error[0] != gap.error[1], "the pictures differ"


@pytest.mark.usefixtures("models")
def test_an_unknown_factor_is_refused() -> None:
    result = CliRunner().invoke(app, ["--factor", "shoe size"])
    assert isinstance(result.exception, BadInput)


@pytest.mark.usefixtures("models")
def test_the_command_says_that_it_is_synthetic(tmp_path: Path) -> None:
    page = tmp_path / "bias.html"
    arguments = ["--seeds", "1", "--factor", "clothes", "--json", "--report", str(page)]
    shown = json.loads(CliRunner().invoke(app, [*arguments, "--size", "224x384"]).stdout)
    assert shown["synthetic"] is True
    assert shown["gaps"][0]["pairs"] > 50
    assert "<strong>Synthetic</strong>" in page.read_text(encoding="utf-8")
