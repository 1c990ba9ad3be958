"""What a model is learnt from, and that it comes back from its file as it was learnt."""

import hashlib
import json

import numpy as np
import pytest

from beffroi.errors import Tampered
from beffroi.events.trees import Trees
from beffroi.simulation import Scene
from beffroi.training.forest import learn
from beffroi.training.scenes import DOINGS, playground

STUMP = {
    "features": ["speed"],
    "depth": 1,
    "trees": [
        {
            "feature": [0, -1, -1],
            "threshold": [1.5, 0, 0],
            "children": [[1, 2], [1, 1], [2, 2]],
            "value": [0, 0.1, 0.9],
        }
    ],
}


def test_a_tree_asks_and_answers() -> None:
    content = json.dumps(STUMP).encode()
    trees = Trees.read(content, hashlib.sha256(content).hexdigest(), ["speed"])
    scores = trees.scores(np.array([[1.0], [1.5], [2.0], [np.nan]]))
    assert scores == pytest.approx([0.1, 0.1, 0.9, 0.1])
    assert trees.scores(np.zeros((0, 1))).shape == (0,)


def test_another_file_or_other_questions_are_refused() -> None:
    content = json.dumps(STUMP).encode()
    with pytest.raises(Tampered):
        Trees.read(content, "0" * 64, ["speed"])
    with pytest.raises(Tampered):
        Trees.read(content, hashlib.sha256(content).hexdigest(), ["colour"])


def test_playgrounds_are_the_same_for_a_seed_and_differ_between_seeds() -> None:
    one, again, other = (Scene.stage(playground(seed), seed) for seed in (3, 3, 4))
    assert one.camera == again.camera != other.camera
    assert [e.start_s for e in one.events(75)] == [e.start_s for e in again.events(75)]
    assert len(set(DOINGS)) == len(DOINGS)
    assert one.state(20.0).people


def test_what_was_learnt_comes_back_from_its_file() -> None:
    pytest.importorskip("sklearn", reason="Training is an extra: pip install 'beffroi[train]'.")
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(400, 3))
    fight = rows[:, 1] + 0.3 * chance.normal(size=400) > 0
    rows[::7, 2] = np.nan
    content = learn(rows, fight, np.ones(400), ["a", "b", "c"])
    assert content == learn(rows, fight, np.ones(400), ["a", "b", "c"])
    scores = Trees.parse(content, ["a", "b", "c"]).scores(rows)
    assert ((scores > 0.5) == fight).mean() > 0.9
