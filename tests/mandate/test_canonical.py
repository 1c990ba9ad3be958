"""One text has one hash, however it was typed."""

import hashlib
from typing import Any

import pytest

from beffroi.mandate.canonical import canonical, digest, parse

COMPOSED, DECOMPOSED = "\u00e9t\u00e9", "e\u0301te\u0301"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ({DECOMPOSED: DECOMPOSED}, f'{{"{COMPOSED}":"{COMPOSED}"}}'.encode()),
        ((1, 2), b"[1,2]"),
    ],
)
def test_bytes_are_canonical(value: Any, written: bytes) -> None:
    assert canonical(value) == written


def test_accents_typed_in_two_ways_have_one_hash() -> None:
    assert digest(canonical(COMPOSED)) == digest(canonical(DECOMPOSED))


@pytest.mark.parametrize("value", [float("nan"), 2**60, b"bytes"])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"not|exceeds|unsupported"):
        canonical(value)


def test_digest_is_sha256() -> None:
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_canonical_bytes_are_read_back() -> None:
    assert parse(canonical({"b": [1, True], "a": None})) == {"a": None, "b": [1, True]}


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b"[1.0]",
        DECOMPOSED.join('""').encode(),
        b"{",
    ],
)
def test_bytes_of_which_two_readers_could_differ_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not canonical|Expecting"):
        parse(data)


def test_what_is_nested_without_end_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse(b"[" * 100_000 + b"]" * 100_000)
