"""What a model is learnt from, and that it comes back from its file as it was learnt."""

import hashlib
import json

import numpy as np
import pytest

from beffroi.errors import Tampered
from beffroi.events.trees import Trees
from beffroi.simulation import Scene
from beffroi.training.examples import drawn_as
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


def grown(chance: np.random.Generator, leaves: int) -> dict[str, list[object]]:
    """A tree that asks about one of three inputs at each of its forks; any shape."""
    tree: dict[str, list[object]] = {
        "feature": [-1],
        "threshold": [0],
        "children": [[0, 0]],
        "value": [float(chance.random())],
    }
    for _ in range(leaves - 1):
        own = [i for i, pair in enumerate(tree["children"]) if pair == [i, i]]
        fork, count = int(chance.choice(own)), len(tree["feature"])
        tree["feature"][fork] = int(chance.integers(3))
        tree["threshold"][fork] = float(chance.normal())
        tree["children"][fork] = [count, count + 1]
        for i in (count, count + 1):
            for name, value in (("feature", -1), ("threshold", 0), ("children", [i, i])):
                tree[name].append(value)
            tree["value"].append(float(chance.random()))
    return tree


def walked(tree: dict[str, list[object]], row: list[float]) -> object:
    """The answer of a tree to somebody who goes from question to question."""
    node = 0
    while tree["children"][node] != [node, node]:
        feature, threshold = tree["feature"][node], tree["threshold"][node]
        assert isinstance(feature, int)
        assert isinstance(threshold, float)
        pair = tree["children"][node]
        assert isinstance(pair, list)
        node = pair[row[feature] > threshold]
    return tree["value"][node]


def test_all_questions_at_once_come_to_the_same_leaf_as_one_after_another() -> None:
    chance = np.random.default_rng(2)
    for leaves in (2, 3, 17, 64):
        tree = grown(chance, leaves)
        forest = {"features": ["a", "b", "c"], "depth": leaves, "trees": [tree]}
        rows = chance.normal(size=(50, 3))
        scores = Trees.parse(json.dumps(forest).encode(), ["a", "b", "c"]).scores(rows)
        assert scores.tolist() == [walked(tree, row) for row in rows.tolist()]


@pytest.mark.parametrize("leaves", [1, 65])
def test_trees_that_a_word_cannot_hold_are_refused(leaves: int) -> None:
    tree = grown(np.random.default_rng(3), leaves)
    content = json.dumps({"features": ["a", "b", "c"], "depth": leaves, "trees": [tree]}).encode()
    with pytest.raises(Tampered, match="leaves"):
        Trees.parse(content, ["a", "b", "c"])


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


def test_a_city_that_is_drawn_anew_is_looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(grey: int) -> str:
        picture = np.full((9, 16, 3), grey, np.uint8)
        monkeypatch.setattr(Scene, "render", lambda scene, t: picture)
        return drawn_as(Scene.create("square", 1))

    assert named(1) == named(1) != named(2)
