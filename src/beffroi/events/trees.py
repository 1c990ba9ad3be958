"""A forest of decision trees as a file that anyone can read, evaluated with numpy alone.

What runs needs no learning library: a tree is a list of questions, and the answer is an average.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beffroi.errors import Tampered

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

UNSEEN = -1.0
"""Stands for what was not seen: below everything that is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """A mean of trees (Geurts, Ernst and Wehenkel, Extremely randomized trees, 2006).

    Args:
        features: Names of the k inputs, in order.
        roots: [trees] position of each tree's first node among all nodes.
        feature: [nodes] input asked about at each node; any at a leaf.
        threshold: [nodes]; the left child is for what is not above it.
        children: [2 nodes] left and right child of each node in turn; a leaf is its own.
        value: [nodes] share of what was looked for among what a leaf has learnt from.
        depth: Longest way from a root to a leaf.
    """

    features: tuple[str, ...]
    roots: Ints
    feature: Ints
    threshold: Floats
    children: Ints
    value: Floats
    depth: int

    @classmethod
    def read(cls, content: bytes, digest: str, features: Sequence[str]) -> Self:
        """Read a file, if it is the one that was voted and asks what is measured here.

        Raises:
            Tampered: It is another file.
        """
        if hashlib.sha256(content).hexdigest() != digest:
            raise Tampered(
                "The learnt model of this version is not the one that the definition names; "
                "the definition needs the version of Beffroi that it was voted for."
            )
        return cls.parse(content, features)

    @classmethod
    def parse(cls, content: bytes, features: Sequence[str]) -> Self:
        """Read a file that nobody has voted, as `read` does otherwise."""
        fields = json.loads(content)
        if fields["features"] != list(features):
            raise Tampered("The learnt model does not weigh what this version measures.")
        trees = fields["trees"]
        feature, threshold, value = (
            np.concatenate([tree[name] for tree in trees])
            for name in ("feature", "threshold", "value")
        )
        roots = np.cumsum([0, *(len(tree["feature"]) for tree in trees[:-1])])
        children = np.concatenate(
            [np.ravel(tree["children"]) + root for tree, root in zip(trees, roots, strict=True)]
        )
        return cls(
            tuple(features),
            roots,
            np.maximum(feature, 0),
            threshold,
            children,
            value,
            fields["depth"],
        )

    def scores(self, rows: Floats) -> Floats:
        """Weigh rows of features, [n, k], NaN for what was not seen: [n], 0 to 1."""
        seen = np.nan_to_num(rows, nan=UNSEEN)
        first = np.arange(len(seen))[:, np.newaxis] * seen.shape[1]
        node = np.tile(self.roots, (len(seen), 1))
        for _ in range(self.depth):
            right = seen.take(first + self.feature.take(node)) > self.threshold.take(node)
            node = self.children.take(2 * node + right)
        scores: Floats = self.value.take(node).mean(axis=1)
        return scores
