"""What travels, what stays at home, and that anybody can check it with their own tools."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, Unavailable
from beffroi.ledger.append import SYSTEM
from beffroi.ledger.keys import load_or_create
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.exchange.bundle import pack, unpack
from beffroi.mandate.exchange.export import announce
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.documents import attach
from beffroi.mandate.procedure.record import record_act
from beffroi.store.database import Database
from beffroi.store.mandates import Use
from tests.enacting import FIRST
from tests.mandate.exchange.archive import Archive


def test_what_was_announced_gives_the_same_bytes_whatever_happens_since(
    archive_on_either: Archive,
) -> None:
    archive = archive_on_either
    archive.ring()
    announced = archive.announce(proof=True)
    archive.ring()
    archive.sign()
    made = archive.make(announced)
    assert made == archive.make(announced) == pack(unpack(made))


def test_the_voted_bytes_travel_as_they_are(archive: Archive) -> None:
    files = archive.files()
    texts = [
        name
        for name in files
        if name.startswith(("definitions/", "annexes/", "uses/", "doctrines/", "documents/"))
    ]
    assert {name.partition("/")[0] for name in texts} == {
        *("definitions", "annexes", "uses", "doctrines", "documents")
    }
    for name in texts:
        assert hashlib.sha256(files[name]).hexdigest() == name.split("/")[1].partition(".")[0]


def test_a_petition_never_travels_with_the_names_of_those_who_signed(archive: Archive) -> None:
    with archive.database.write() as session:
        use = session.scalars(select(Use.id).order_by(Use.id)).first() or ""
        paper = attach(session, "petition.txt", b"D., 3 rue X", actor=FIRST, clock=archive.clock)
        record_act(
            session,
            use,
            ActType.MOTION,
            body="Residents",
            date=archive.clock.now().date().isoformat(),
            reference="1",
            motives="as written",
            details={"by": "member"},
            document=paper.digest,
            actor=FIRST,
            clock=archive.clock,
        )
    files = archive.files()
    papers = {row["name"]: row["file"] for row in json.loads(files["documents.json"])}
    assert papers["petition.txt"] is None
    assert b"rue X" not in b"".join(files.values())


def test_a_paper_is_public_once_the_council_has_decided(archive: Archive) -> None:
    with archive.database.write() as session:
        archive.draft(session, "later")
        paper = attach(session, "opinion.txt", b"reserved", actor=FIRST, clock=archive.clock)
        attach(session, "unused.txt", b"never cited", actor=FIRST, clock=archive.clock)
        record_act(
            session,
            "later",
            ActType.OPINION,
            body="DPO",
            date="2026-11-23",
            reference="1",
            motives="as written",
            details={"by": "dpo", "outcome": "reserved"},
            document=paper.digest,
            actor=FIRST,
            clock=archive.clock,
        )
    files = archive.files()
    papers = {row["name"]: row["file"] for row in json.loads(files["documents.json"])}
    assert papers["opinion.txt"] is None
    assert files[papers["paper.txt"]] == b"minutes"
    assert "unused.txt" not in papers
    assert b"reserved" not in b"".join(files[name] for name in files if "documents/" in name)
    archive.decide("later", ActType.WITHDRAWAL)
    assert b"reserved" in archive.files().values()


def test_only_cameras_that_uses_name_travel(archive: Archive) -> None:
    def enter(session: Session) -> None:
        camera = CameraSpec("Town hall", "rtsp://10.0.0.7/hall")
        add_camera(session, "hall", camera, actor=FIRST, clock=archive.clock)

    archive.change(enter)
    files = archive.files()
    assert [row["camera"] for row in json.loads(files["cameras.json"])] == ["park"]
    assert not any(b"10.0.0.7" in content for content in files.values())


def test_what_nobody_has_signed_is_not_exported(archive: Archive) -> None:
    key = archive.key.public_key()
    archive.sign()
    with archive.database.write() as session:
        announced = announce(session, key, actor=SYSTEM, clock=archive.clock)
    with pytest.raises(Unavailable, match="try again in a second"):
        archive.make(announced)


def test_an_empty_ledger_has_no_mandate(database: Database, tmp_path: Path) -> None:
    key = load_or_create(tmp_path / "key.pem").public_key()
    with database.write() as session, pytest.raises(BadInput, match="no mandate to export"):
        announce(session, key, actor=SYSTEM, clock=Clock())


def test_the_readme_can_be_followed_without_beffroi(exported: Mapping[str, bytes]) -> None:
    """Nothing of ours below: hashes, JSON, one signature, as README.txt says."""
    signed, _, signature = exported["checkpoint.txt"].decode().rpartition("\n\n")
    key = base64.b64decode(exported["key.txt"].decode().strip().split("+", 2)[2])
    assert key[0] == 1
    note = base64.b64decode(signature.split()[-1])
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(note[4:], f"{signed}\n".encode())
    _, size, root = signed.splitlines()[:3]

    for line in json.loads(exported["ledger.json"]):
        leaf = line["leaf"]
        committed = hashlib.sha256(bytes.fromhex(line["salt"]) + line["payload"].encode())
        assert committed.hexdigest() == leaf["commitment"]
        plain = json.dumps(leaf, separators=(",", ":"), sort_keys=True).encode()
        current = hashlib.sha256(b"\x00" + plain).digest()
        node, last = line["position"], int(size) - 1
        for step in map(bytes.fromhex, line["path"]):
            if node & 1 or node == last:
                current = hashlib.sha256(b"\x01" + step + current).digest()
                while not node & 1 and node:
                    node, last = node >> 1, last >> 1
            else:
                current = hashlib.sha256(b"\x01" + current + step).digest()
            node, last = node >> 1, last >> 1
        assert current == base64.b64decode(root)
        assert last == 0

    names = sorted(exported.keys() - {"ledger.json", "checkpoint.txt"})
    hashes = [f"{hashlib.sha256(exported[name]).hexdigest()}  {name}\n" for name in names]
    (told,) = (
        json.loads(line["payload"])
        for line in json.loads(exported["ledger.json"])
        if line["leaf"]["kind"] == "mandate.exported"
    )
    assert told["sha256"] == hashlib.sha256("".join(hashes).encode()).hexdigest()


def test_the_readme_speaks_french_and_english(exported: Mapping[str, bytes]) -> None:
    readme = exported["README.txt"].decode()
    assert "Vérifier sans Beffroi" in readme
    assert "To check it without Beffroi" in readme
    for name in exported:
        assert name == "README.txt" or name.partition("/")[0] in readme
