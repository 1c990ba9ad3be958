"""Boosted trees by scikit-learn, written as the file that `beffroi.events.trees` reads.

Only whoever trains needs scikit-learn: `pip install "beffroi[train]"`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import Unavailable
from beffroi.events.trees import UNSEEN

Floats = NDArray[np.float64]

FORESTS: Final = 3
"""Fits with different seeds, averaged: one fit hangs on the luck of its draws."""
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Learning:
    """How a model is learnt; the same values and data give the same bytes."""

    rounds: int = 100
    leaves: int = 5
    rate: float = 0.08
    l2: float = 10.0
    least: int = 15
    share: float = 0.3
    seed: int = 20240


def learn(
    rows: Floats, fight: NDArray[np.bool_], weight: Floats, names: Sequence[str],
    how: Learning | None = None,
) -> bytes:  # fmt: skip
    """Fit trees to rows of features.

    Args:
        rows: [n, k], NaN for what was not seen.
        fight: [n], what is to be told apart.
        weight: [n], above 0.
        names: Of the k features.
        how: The defaults unless given.

    Returns:
        A file for :meth:`beffroi.events.trees.Trees.read`.

    Raises:
        Unavailable: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise Unavailable('Training needs scikit-learn: pip install "beffroi[train]".') from error
    how = how or Learning()
    seen = np.nan_to_num(rows, nan=UNSEEN)
    base, trees = 0.0, []
    for i in range(FORESTS):
        model = HistGradientBoostingClassifier(
            max_iter=how.rounds,
            max_leaf_nodes=how.leaves,
            learning_rate=how.rate,
            l2_regularization=how.l2,
            min_samples_leaf=how.least,
            max_features=how.share,
            early_stopping=False,
            random_state=how.seed + i,
        )
        model.fit(seen, fight, sample_weight=weight * len(weight) / weight.sum())
        # The fitted nodes have no public name; the check below fails if they change.
        base += float(model._baseline_prediction.item()) / FORESTS  # noqa: SLF001
        trees += [_tree(grown[0].nodes) for grown in model._predictors]  # noqa: SLF001
    depth = max(tree.pop("depth") for tree in trees)
    facts = {"features": list(names), "base": round(base, DIGITS), "depth": depth, "trees": trees}
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"


def _tree(nodes: Any) -> dict[str, Any]:
    """One fitted tree as lists; its share of the average goes into its values."""
    leaf = nodes["is_leaf"].astype(bool)
    own = np.arange(len(nodes))
    children = np.stack([nodes["left"], nodes["right"]], axis=1).astype(int)
    return {
        "depth": int(nodes["depth"].max()),
        "feature": np.where(leaf, -1, nodes["feature_idx"]).tolist(),
        "threshold": [round(float(t), DIGITS) for t in np.where(leaf, 0, nodes["num_threshold"])],
        "children": np.where(leaf[:, np.newaxis], own[:, np.newaxis], children).tolist(),
        "value": [round(float(v) / FORESTS, DIGITS) for v in np.where(leaf, nodes["value"], 0)],
    }
