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
        feature: [trees, nodes] input asked about at each node; -1 at a leaf.
        threshold: [trees, nodes]; the left child is for what is not above it.
        children: [trees, nodes, 2] left and right child; a leaf is its own.
        value: [trees, nodes] share of what was looked for among what a leaf has learnt from.
        depth: Longest way from a root to a leaf.
    """

    features: tuple[str, ...]
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
        nodes = max(len(tree["feature"]) for tree in trees)
        feature = np.full((len(trees), nodes), -1, np.intp)
        threshold, value = np.zeros(feature.shape), np.zeros(feature.shape)
        children = np.zeros((*feature.shape, 2), np.intp)
        for i, tree in enumerate(trees):
            count = len(tree["feature"])
            feature[i, :count] = tree["feature"]
            threshold[i, :count] = tree["threshold"]
            children[i, :count] = tree["children"]
            value[i, :count] = tree["value"]
        return cls(tuple(features), feature, threshold, children, value, fields["depth"])

    def scores(self, rows: Floats) -> Floats:
        """Weigh rows of features, [n, k], NaN for what was not seen: [n], 0 to 1."""
        seen = np.nan_to_num(rows, nan=UNSEEN)
        row, tree = np.ogrid[: len(seen), : len(self.feature)]
        node = np.zeros((len(seen), len(self.feature)), np.intp)
        for _ in range(self.depth):
            asked = self.feature[tree, node]
            right = seen[row, np.maximum(asked, 0)] > self.threshold[tree, node]
            node = self.children[tree, node, right.astype(np.intp)]
        scores: Floats = self.value[tree, node].mean(axis=1)
        return scores
