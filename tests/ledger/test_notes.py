"""Keys, checkpoints and witnesses: what leaves the database, and comes back to check it."""

import base64
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beffroi.errors import BadInput, Unavailable
from beffroi.ledger import witness
from beffroi.ledger.checkpoint import Checkpoint, read_notes
from beffroi.ledger.keys import (
    fingerprint,
    load_or_create,
    load_public,
    published,
    read_published,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
SIGNED = Checkpoint.sign(KEY, 1342, bytes(range(32)), AT)


def test_a_note_is_what_transparency_logs_read() -> None:
    text, signature = SIGNED.note().split("\n\n")
    name, size, root, time = text.split("\n")
    assert (size, time) == ("1342", "time 2027-03-01T09:30:00.000000Z")
    assert base64.b64decode(root) == bytes(range(32))
    dash, signer, blob = signature.rstrip("\n").split(" ")
    assert (dash, signer) == ("—", name)
    # The signature covers the text with its last line end; four bytes of key id go before it.
    KEY.public_key().verify(base64.b64decode(blob)[4:], f"{text}\n".encode())
    assert published(KEY.public_key()).split("+")[1] == base64.b64decode(blob)[:4].hex()


def test_a_note_is_read_back_from_whatever_stands_around_it() -> None:
    noise = f"Dear DPO,\r\n\r\n{SIGNED.note()}".replace("\n", "\r\n") + "beffroi/cut off\n13"
    assert read_notes(noise) == [SIGNED]


def test_the_time_is_the_same_in_every_zone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert Checkpoint.sign(KEY, 1342, bytes(range(32)), elsewhere).signature == SIGNED.signature


@pytest.mark.parametrize(("old", "new"), [("1342", "1343"), ("09:30", "09:31"), ("AAEC", "AAEB")])
def test_an_altered_note_does_not_hold(old: str, new: str) -> None:
    assert SIGNED.holds(KEY.public_key())
    altered = read_notes(SIGNED.note().replace(old, new, 1))
    assert len(altered) == 1
    assert not altered[0].holds(KEY.public_key())
    assert not SIGNED.holds(Ed25519PrivateKey.generate().public_key())


def test_a_witness_outlives_a_note_cut_by_a_power_failure(tmp_path: Path) -> None:
    file = tmp_path / "witness.txt"
    later = Checkpoint.sign(KEY, 1400, bytes(32), AT)
    witness.keep(file, SIGNED)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    witness.keep(file, later)
    assert witness.read([file]) == [SIGNED, later]


def test_a_page_typed_back_from_paper_is_a_witness(tmp_path: Path) -> None:
    page = witness.printable(SIGNED, KEY.public_key())
    assert "2027-03-01 at 09:30:00 UTC" in page
    assert fingerprint(KEY.public_key()) in page
    (tmp_path / "page.txt").write_text(page)
    assert witness.read([tmp_path / "page.txt"]) == [SIGNED]


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    with pytest.raises(Unavailable, match="made when the server first starts"):
        load_public(file)
    made = load_or_create(file).public_key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert published(load_public(file)) == published(made)
    assert list(tmp_path.iterdir()) == [file]


def _readable_by_others(file: Path) -> None:
    file.chmod(0o640)


def _damaged(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:40])


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir(mode=0o700)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_readable_by_others, "chmod 600"),
        (_damaged, "damaged"),
        (_a_folder, "cannot be read"),
    ],
)
def test_a_key_that_cannot_be_used_says_why(
    tmp_path: Path, harm: Callable[[Path], None], message: str
) -> None:
    file = tmp_path / "key.pem"
    load_or_create(file)
    harm(file)
    with pytest.raises(Unavailable, match=message):
        load_or_create(file)


@pytest.mark.parametrize("word", ["", "beffroi/1+2", "beffroi/1+00000000+AAAA", "é+é+é"])
def test_a_damaged_public_key_is_refused(word: str) -> None:
    whole = published(KEY.public_key())
    assert published(read_published(f" {whole}\n")) == whole
    for damaged in (word, whole[:-3] + "AA=", whole.replace("+", "+0", 1)):
        with pytest.raises(BadInput, match="public key"):
            read_published(damaged)
