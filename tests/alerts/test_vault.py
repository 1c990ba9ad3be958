import stat
import uuid

import pytest

from beffroi.alerts.vault import Vault
from beffroi.errors import BadInput, Tampered, Unavailable
from beffroi.folder import DataFolder

ALERT = "5f0c1f34-8c5e-4f3a-9d55-0d1d1f6a7b10"
SECRET = b"a sequence of pictures" * 100


def test_opens_what_it_sealed_and_nothing_readable_is_stored(
    vault: Vault, folder: DataFolder
) -> None:
    vault.seal(ALERT, "clear.mp4", SECRET)
    vault.seal(ALERT, "skeletons.jsonl", b"{}\n")

    assert vault.open(ALERT, "clear.mp4") == SECRET
    assert vault.open(ALERT, "skeletons.jsonl") == b"{}\n"
    stored = (folder.evidence / ALERT / "clear.mp4").read_bytes()
    assert SECRET[:16] not in stored
    assert len(stored) == len(SECRET) + 12 + 16


def test_keys_are_private_and_differ_by_alert(vault: Vault, folder: DataFolder) -> None:
    other = str(uuid.uuid4())
    for alert in (ALERT, other):
        vault.seal(alert, "clear.mp4", SECRET)

    keys = [folder.keys / f"{alert}.key" for alert in (ALERT, other)]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    assert len(keys[0].read_bytes()) == 32
    assert keys[0].read_bytes() != keys[1].read_bytes()


def test_two_seals_of_one_text_differ(vault: Vault) -> None:
    first = vault.seal(ALERT, "clear.mp4", SECRET)
    assert vault.seal(ALERT, "clear.mp4", SECRET) != first


def test_nothing_is_left_after_destroying_and_it_can_be_repeated(
    vault: Vault, folder: DataFolder
) -> None:
    vault.seal(ALERT, "clear.mp4", SECRET)
    for _ in range(2):
        vault.destroy(ALERT)

    assert list(folder.keys.iterdir()) == list(folder.evidence.iterdir()) == []
    with pytest.raises(Unavailable, match="erased"):
        vault.open(ALERT, "clear.mp4")


def test_a_copy_of_the_files_is_worthless_once_the_key_is_destroyed(
    vault: Vault, folder: DataFolder
) -> None:
    vault.seal(ALERT, "clear.mp4", SECRET)
    backup = (folder.evidence / ALERT / "clear.mp4").read_bytes()
    vault.destroy(ALERT)
    vault.seal(ALERT, "clear.mp4", b"another key now")
    (folder.evidence / ALERT / "clear.mp4").write_bytes(backup)

    with pytest.raises(Tampered):
        vault.open(ALERT, "clear.mp4")


def test_files_cannot_be_exchanged_or_edited(vault: Vault, folder: DataFolder) -> None:
    vault.seal(ALERT, "clear.mp4", SECRET)
    vault.seal(ALERT, "pixelated.mp4", b"blocks")
    clear, pixelated = (folder.evidence / ALERT / f"{name}.mp4" for name in ("clear", "pixelated"))
    pixelated.write_bytes(clear.read_bytes())
    edited = bytearray(clear.read_bytes())
    edited[-1] ^= 1
    clear.write_bytes(edited)

    for part in ("clear.mp4", "pixelated.mp4"):
        with pytest.raises(Tampered):
            vault.open(ALERT, part)
    clear.write_bytes(b"short")
    with pytest.raises(Tampered):
        vault.open(ALERT, "clear.mp4")


@pytest.mark.parametrize(
    ("alert", "part"),
    [
        ("../../etc", "clear.mp4"),
        ("..", "clear.mp4"),
        (ALERT.upper(), "clear.mp4"),
        (ALERT + "\n", "clear.mp4"),
        (ALERT, "../x.mp4"),
        (ALERT, "clear.mp4\n"),
        (ALERT, ".half"),
        (ALERT, ""),
    ],
)
def test_names_cannot_leave_the_vault(vault: Vault, alert: str, part: str) -> None:
    with pytest.raises(BadInput):
        vault.seal(alert, part, b"")
    with pytest.raises(BadInput):
        vault.open(alert, part)


def test_a_write_cut_short_leaves_no_evidence(
    vault: Vault, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.seal(ALERT, "clear.mp4", SECRET)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        vault.seal(ALERT, "pixelated.mp4", b"blocks")
    monkeypatch.undo()
    with pytest.raises(Unavailable):
        vault.open(ALERT, "pixelated.mp4")
    assert vault.open(ALERT, "clear.mp4") == SECRET
    vault.destroy(ALERT)
    assert not (folder.evidence / ALERT).exists()
