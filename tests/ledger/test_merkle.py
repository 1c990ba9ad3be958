"""The tree against RFC 6962's own definition, an independent library and attempts to cheat."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from beffroi.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Nodes,
    consistency_proof,
    frontier,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

SIZES = st.integers(1, 130)


def _data(size: int) -> list[bytes]:
    return [b"entry %d" % index for index in range(size)]


def _nodes(size: int) -> Nodes:
    tree, stored = Frontier(), {}
    for index, data in enumerate(_data(size)):
        for level, value in enumerate(tree.append(leaf_hash(data))):
            stored[index - (1 << level) + 1, level] = value
    return lambda first, level: stored[first, level]


def _definition(leaves: list[bytes]) -> bytes:
    """MTH, as RFC 6962 section 2.1 writes it down."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = _half(leaves)
    return node_hash(_definition(leaves[:split]), _definition(leaves[split:]))


def _subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF, as RFC 6962 section 2.1.2 writes it down."""
    if old == len(leaves):
        return [] if whole else [_definition(leaves)]
    split = _half(leaves)
    if old <= split:
        return [*_subproof(old, leaves[:split], whole), _definition(leaves[split:])]
    return [*_subproof(old - split, leaves[split:], False), _definition(leaves[:split])]


def _half(leaves: list[bytes]) -> int:
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return split


def _oracle(size: int) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for data in _data(size):
        tree.append_entry(data)
    return tree


def test_known_roots_of_rfc_6962() -> None:
    # Test vectors of the certificate-transparency project (trillian, rfc6962 hasher).
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")
    assert leaf_hash(b"").hex().startswith("6e340b9cffb37a98")
    assert node_hash(b"N123", b"N456").hex().startswith("aa217fe888e47007")


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 127, 128, 129])
def test_roots_and_proofs_are_those_of_another_library(size: int) -> None:
    nodes, oracle = _nodes(size), _oracle(size)
    assert root(nodes, size) == oracle.get_root(size) == _definition(_data(size))
    for index in range(size):
        theirs = oracle.prove_inclusion(index + 1, size).path
        assert [leaf_hash(_data(size)[index]), *inclusion_proof(nodes, index, size)] == theirs


@settings(deadline=None)  # a busy machine is no failure
@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_alone(size: int, data: st.DataObject) -> None:
    nodes = _nodes(size)
    index = data.draw(st.integers(0, size - 1))
    path, top, leaf = inclusion_proof(nodes, index, size), root(nodes, size), nodes(index, 0)
    assert verify_inclusion(leaf, index, size, path, top)
    assert not verify_inclusion(leaf_hash(b"forged"), index, size, path, top)
    assert not verify_inclusion(leaf, index, size, [*path, leaf], top)
    for other in {data.draw(st.integers(-1, size)), size} - {index}:
        assert not verify_inclusion(leaf, other, size, path, top)
    for step in range(len(path)):
        bent = [*path[:step], leaf_hash(b"bent"), *path[step + 1 :]]
        assert not verify_inclusion(leaf, index, size, bent, top)
        assert not verify_inclusion(leaf, index, size, path[:step] + path[step + 1 :], top)


@settings(deadline=None)  # a busy machine is no failure
@given(SIZES, st.data())
def test_a_consistency_proof_holds_for_its_two_trees_alone(size: int, data: st.DataObject) -> None:
    nodes = _nodes(size)
    old = data.draw(st.integers(1, size))
    path, before, after = consistency_proof(nodes, old, size), root(nodes, old), root(nodes, size)
    assert verify_consistency(old, size, before, after, path)
    assert path == _subproof(old, _data(size), True)
    assert not verify_consistency(old, size, leaf_hash(b"forged"), after, path)
    assert not verify_consistency(old, size, before, leaf_hash(b"forged"), path)
    assert not verify_consistency(old, size, before, after, [*path, before])
    for step in range(len(path)):
        bent = [*path[:step], leaf_hash(b"bent"), *path[step + 1 :]]
        assert not verify_consistency(old, size, before, after, bent)


@settings(deadline=None)  # a busy machine is no failure
@given(SIZES, st.data())
def test_a_frontier_grows_on_from_stored_nodes(size: int, data: st.DataObject) -> None:
    nodes = _nodes(size)
    start = data.draw(st.integers(0, size))
    tree = frontier(nodes, start)
    for index in range(start, size):
        tree.append(nodes(index, 0))
    assert (tree.size, tree.root()) == (size, root(nodes, size))


def test_what_does_not_exist_is_refused() -> None:
    nodes = _nodes(3)
    with pytest.raises(ValueError, match="no leaf 3 among 3"):
        inclusion_proof(nodes, 3, 3)
    with pytest.raises(ValueError, match="cannot begin with 4"):
        consistency_proof(nodes, 4, 3)
    with pytest.raises(ValueError, match="need 2 nodes"):
        Frontier(3, [EMPTY_ROOT])
    assert not verify_consistency(0, 3, EMPTY_ROOT, root(nodes, 3), [])
    assert not verify_consistency(3, 7, root(nodes, 3), root(nodes, 3), [])
