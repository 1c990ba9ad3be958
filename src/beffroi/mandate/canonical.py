"""One text, one hash: the canonical bytes of whatever is voted.

RFC 8785 fixes the order of keys and the spelling of numbers; Unicode normal form C fixes the
spelling of letters. The bytes are stored and hashed as they are, never written anew from a model.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """The canonical JSON of a value, in UTF-8.

    Args:
        value: Mappings, sequences, texts, numbers, booleans and null.

    Raises:
        ValueError: The value has no place in JSON, such as NaN or an integer beyond 2^53.
    """
    return rfc8785.dumps(_nfc(value))


def parse(data: bytes) -> Any:
    """What canonical bytes say: two readers can take nothing else from them.

    Raises:
        ValueError: They are not JSON, or not canonical (a key twice, say).
    """
    try:
        value = json.loads(data)
        written = canonical(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if written != data:
        raise ValueError("not canonical: what they say depends on the reader")
    return value


def digest(data: bytes) -> str:
    """SHA-256 of these bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _nfc(value: Any) -> Any:
    """The same value with every text, keys included, in Unicode normal form C."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case Mapping():
            return {_nfc(key): _nfc(item) for key, item in value.items()}
        case list() | tuple():
            return [_nfc(item) for item in value]
    return value
