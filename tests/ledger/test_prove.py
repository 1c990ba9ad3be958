"""A proof convinces without the database, and only of what is true."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from beffroi.errors import BadInput, BeffroiError, Tampered
from beffroi.ledger.keys import load_or_create, published
from beffroi.ledger.prove import Proof, prove
from tests.ledger.conftest import Ledger

Json = dict[str, Any]

FORGERIES: dict[str, Callable[[Json], Json]] = {
    "another actor": lambda proof: proof | {"entry": proof["entry"] | {"actor": "mallory"}},
    "another place": lambda proof: proof | {"position": 1},
    "a shorter path": lambda proof: proof | {"path": proof["path"][:-1]},
    "a longer path": lambda proof: proof | {"path": proof["path"] * 2},
    "another path": lambda proof: (
        proof | {"path": [base64.b64encode(bytes(32)).decode(), *proof["path"][1:]]}
    ),
    "a larger tree": lambda proof: (
        proof | {"checkpoint": proof["checkpoint"].replace("\n7\n", "\n8\n")}
    ),
    "no checkpoint": lambda proof: proof | {"checkpoint": ""},
    "two checkpoints": lambda proof: proof | {"checkpoint": proof["checkpoint"] * 2},
    "a path in another script": lambda proof: proof | {"path": ["é"]},
    "no key": lambda proof: proof | {"key": ""},
    "a field more": lambda proof: proof | {"note": "trust me"},
    "a field less": lambda proof: {key: proof[key] for key in proof if key != "path"},
    "a position before the first": lambda proof: proof | {"position": -1},
}


def _proof(ledger: Ledger, position: int) -> Proof:
    with ledger.database.read() as session:
        return prove(session, position, ledger.public)


def test_a_proof_survives_as_json(ledger: Ledger) -> None:
    ledger.record(4, 3)
    for position in range(7):
        proof = Proof.read(_proof(ledger, position).model_dump_json())
        signed, key = proof.check()
        assert (signed.size, published(key)) == (7, published(ledger.public))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_proof_is_refused(ledger: Ledger, forgery: str) -> None:
    ledger.record(7)
    forged = FORGERIES[forgery](_proof(ledger, 2).model_dump())
    with pytest.raises((Tampered, BadInput)):
        Proof.read(json.dumps(forged)).check()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_proof_signed_by_another_key_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record(3)
    stranger = published(load_or_create(tmp_path / "other.pem").public_key())
    with pytest.raises(Tampered, match="not signed by this ledger"):
        _proof(ledger, 0).model_copy(update={"key": stranger}).check()


def test_what_cannot_be_proven(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match="No signed entry at position 0"):
        _proof(ledger, 0)
    ledger.record(2)
    ledger.append(1)
    with pytest.raises(BadInput, match="up to position 1"):
        _proof(ledger, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET actor = 'mallory' WHERE position = 0",
        "DELETE FROM ledger_node WHERE position = 1 AND level = 0",
    ],
)
def test_no_proof_is_made_from_tampered_rows(ledger: Ledger, statement: str) -> None:
    ledger.record(3)
    with ledger.database.write() as session:
        session.execute(text(statement))
    with pytest.raises(BeffroiError) as caught:
        _proof(ledger, 0)
    assert isinstance(caught.value, Tampered)
