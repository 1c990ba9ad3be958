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
Bits = NDArray[np.uint64]

UNSEEN = -1.0
"""Stands for what was not seen: below everything that is measured."""

MOST_LEAVES = 64
"""Of a tree: each is a bit of a machine word."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """A mean of trees (Geurts, Ernst and Wehenkel, Extremely randomized trees, 2006).

    Nobody walks from question to question: all are asked at once, each answer strikes out the
    leaves that it rules out, and the first leaf left of each tree is the one (Lucchese et al.,
    QuickScorer, SIGIR 2015).

    Args:
        features: Names of the k inputs, in order.
        feature: [questions] input asked about, tree after tree.
        threshold: [questions]; what is above it goes right.
        rules_out: [questions] bits of the leaves that what goes right cannot come to.
        begins: [trees] position of each tree's first question.
        leaves: [trees] position of each tree's first value.
        value: [leaves] share of what was looked for among what a leaf has learnt from, from left
            to right.
    """

    features: tuple[str, ...]
    feature: Ints
    threshold: Floats
    rules_out: Bits
    begins: Ints
    leaves: Ints
    value: Floats

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
            [np.array(tree["children"]) + root for tree, root in zip(trees, roots, strict=True)]
        )
        own = children[:, 0] == np.arange(len(children))  # a leaf is its own child
        asks, leaf = np.flatnonzero(~own), np.flatnonzero(own)
        first, count = _spans(children, asks, fields["depth"])
        if not (count[roots] > 1).all() or count.max() > MOST_LEAVES:
            raise Tampered(f"The learnt model has trees of not 2 to {MOST_LEAVES} leaves.")
        left = children[asks, 0]
        few = (np.uint64(1) << count[left].astype(np.uint64)) - np.uint64(1)
        tree = np.searchsorted(roots, leaf, side="right")
        return cls(
            tuple(features),
            feature[asks],
            threshold[asks],
            few << first[left].astype(np.uint64),
            np.searchsorted(asks, roots),
            np.cumsum([0, *count[roots][:-1]]),
            value[leaf[np.lexsort((first[leaf], tree))]],
        )

    def scores(self, rows: Floats) -> Floats:
        """Weigh rows of features, [n, k], NaN for what was not seen: [n], 0 to 1."""
        seen = np.nan_to_num(rows, nan=UNSEEN)
        right = seen.take(self.feature, axis=1) > self.threshold
        ruled_out = np.bitwise_or.reduceat(right * self.rules_out, self.begins, axis=1)
        leaf = np.bitwise_count(ruled_out & ~(ruled_out + np.uint64(1)))  # bits below the first 0
        scores: Floats = self.value.take(leaf + self.leaves).mean(axis=1)
        return scores


def _spans(children: Ints, asks: Ints, depth: int) -> tuple[Ints, Ints]:
    """For each node its first leaf, counted in its tree from left to right, and how many it has.

    Args:
        children: [nodes, 2] left and right child of each node.
        asks: Positions of those that are no leaves.
        depth: Longest way from a root to a leaf.
    """
    first, count = np.zeros(len(children), np.intp), np.ones(len(children), np.intp)
    left, right = children[asks].T
    for _ in range(depth):
        count[asks] = count[left] + count[right]
    for _ in range(depth):
        first[left], first[right] = first[asks], first[asks] + count[left]
    return first, count
