"""The Merkle tree of RFC 6962, with the proof checkers of RFC 9162: pure functions, no storage.

A leaf counts from 0. A *node* is the hash of 2^level consecutive leaves that start at a multiple
of 2^level: it never changes once its last leaf is there, so every root and every proof can be
made from a handful of stored nodes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator

Nodes = Callable[[int, int], bytes]
"""Gives the node of 2^level leaves that starts at `first`: ``nodes(first, level)``."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two neighbours; its prefix keeps a node from ever passing for a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete nodes on the right edge: all that a growing tree has to remember.

    Args:
        size: Leaves so far.
        hashes: The nodes that cover them, the widest first: one per 1 in `size` in binary.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ValueError(f"{size} leaves need {size.bit_count()} nodes")

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf's hash; gives the nodes that it completes, by level from 0."""
        completed = [leaf]
        waiting = self.size
        while waiting & 1:
            completed.append(node_hash(self._hashes.pop(), completed[-1]))
            waiting >>= 1
        self._hashes.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Root of all leaves so far."""
        return _fold(self._hashes)


def frontier(nodes: Nodes, size: int) -> Frontier:
    """The right edge of the first `size` leaves, from stored nodes."""
    return Frontier(size, [nodes(first, level) for first, level in _cover(0, size)])


def root(nodes: Nodes, size: int) -> bytes:
    """Root of the first `size` leaves (MTH in RFC 9162, 2.1.1)."""
    return _root(nodes, 0, size)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of `size` leaves (RFC 9162, 2.1.3.1).

    Raises:
        ValueError: There is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    return [_root(nodes, *sibling) for sibling in _siblings(index, size)][::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether `path` leads from the leaf's hash to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(step, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, step)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The hashes that show that `new` leaves begin with the `old` ones (RFC 9162, 2.1.4.1).

    Raises:
        ValueError: Not 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"{new} leaves cannot begin with {old}")
    proof: list[bytes] = []
    first, end = 0, new
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            proof.append(_root(nodes, middle, end))
            end = middle
        else:
            proof.append(_root(nodes, first, middle))
            first = middle
    if first:
        proof.append(_root(nodes, first, end))
    return proof[::-1]


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]
) -> bool:
    """Whether `path` shows that the tree of `new` extends that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not steps:
        return False
    from_old = from_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            from_old, from_new = node_hash(step, from_old), node_hash(step, from_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            from_new = node_hash(from_new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and from_old == old_root and from_new == new_root


def _split(count: int) -> int:
    """The largest power of two below `count`: how many leaves go left."""
    return 1 << (count - 1).bit_length() - 1


def _siblings(index: int, size: int) -> Iterator[tuple[int, int]]:
    """The ranges that stand beside the way from the root down to a leaf."""
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield first, middle
            first = middle


def _cover(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The nodes (first leaf, level) that make up a range, the widest first."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield first, level
        first += 1 << level


def _root(nodes: Nodes, first: int, end: int) -> bytes:
    return _fold([nodes(*node) for node in _cover(first, end)])


def _fold(hashes: list[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    current = hashes[-1]
    for left in hashes[-2::-1]:
        current = node_hash(left, current)
    return current
