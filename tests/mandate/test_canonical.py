"""One text has one hash, however it was typed."""

import hashlib
from typing import Any

import pytest

from beffroi.mandate.canonical import canonical, digest

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
