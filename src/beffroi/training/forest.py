"""Extremely randomised trees by scikit-learn, as the file that `beffroi.events.trees` reads.

Few clips and many numbers: trees that ask at random places, and are averaged, follow the luck of
single clips less than boosted ones do. Only whoever trains needs scikit-learn:
`pip install "beffroi[train]"`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import Unavailable
from beffroi.events.trees import UNSEEN

Floats = NDArray[np.float64]

DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Learning:
    """How a forest is learnt, in scikit-learn's words; the same values and data give the same."""

    n_estimators: int = 150
    max_leaf_nodes: int = 48
    min_samples_leaf: int = 6
    max_features: str = "sqrt"
    random_state: int = 20240


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
        from sklearn.ensemble import ExtraTreesClassifier
    except ImportError as error:
        raise Unavailable('Training needs scikit-learn: pip install "beffroi[train]".') from error
    forest = ExtraTreesClassifier(**asdict(how or Learning()))
    forest.fit(np.nan_to_num(rows, nan=UNSEEN), fight, sample_weight=weight)
    facts = {
        "features": list(names),
        "depth": max(grown.tree_.max_depth for grown in forest.estimators_),
        "trees": [_tree(grown.tree_) for grown in forest.estimators_],
    }
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"


def _tree(grown: Any) -> dict[str, Any]:
    """One fitted tree as lists."""
    leaf = grown.children_left < 0
    own = np.arange(grown.node_count)
    children = np.stack([grown.children_left, grown.children_right], axis=1)
    share = grown.value[:, 0, -1] / grown.value[:, 0].sum(axis=1)
    return {
        "feature": np.where(leaf, -1, grown.feature).tolist(),
        "threshold": [round(float(t), DIGITS) for t in np.where(leaf, 0, grown.threshold)],
        "children": np.where(leaf[:, np.newaxis], own[:, np.newaxis], children).tolist(),
        "value": [round(float(v), DIGITS) for v in np.where(leaf, share, 0)],
    }
