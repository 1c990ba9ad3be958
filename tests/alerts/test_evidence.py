import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, text

from beffroi.alerts import life
from beffroi.alerts.area import Area
from beffroi.alerts.erasure import erase, erase_due, mark_missing, overdue, sweep
from beffroi.alerts.evidence import keep
from beffroi.alerts.life import escalate_overdue, lapse_overdue
from beffroi.alerts.vault import CLEAR, PIXELATED, SKELETONS, Undestroyed, Vault
from beffroi.alerts.viewing import view, view_clear
from beffroi.capture.frame import Frame
from beffroi.errors import BadInput, NotAuthorised, Unavailable
from beffroi.folder import DataFolder
from beffroi.mandate.definition import EvidenceClass
from beffroi.perception.forms import from_json
from beffroi.store.alerts import Alert
from beffroi.store.database import Database
from beffroi.store.ledger import LedgerEntry, LedgerPayload
from beffroi.store.mandates import StoredDefinition
from tests.alerts.conftest import Town
from tests.alerts.pictures import MASK, decode, head_at, once, walk

EVERYWHERE = Area(None)


def kept(town: Town, vault: Vault, evidence: EvidenceClass, *, shown: bool = True) -> Alert:
    """An alert whose evidence is ready."""
    alert = town.raise_alert(evidence)
    frames, observations = walk()
    keep(town.database, vault, alert.id, once(frames), observations, EVERYWHERE, town.clock)
    if shown:
        with town.database.write() as session:
            life.show(session, alert.id, town.operator, town.clock)
    return now(town, alert)


def now(town: Town, alert: Alert) -> Alert:
    with town.database.read() as session:
        return session.get_one(Alert, alert.id)


def last_line(town: Town) -> tuple[str, str, dict[str, object]]:
    with town.database.read() as session:
        entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
        assert entry is not None
        payload = session.get_one(LedgerPayload, entry.id).payload
        return entry.kind, entry.actor, json.loads(payload)


@pytest.mark.parametrize(
    ("evidence", "parts", "state"),
    [
        (EvidenceClass.NONE, set(), "none"),
        (EvidenceClass.COUNTS, set(), "none"),
        (EvidenceClass.SKELETON, {SKELETONS}, "ready"),
        (EvidenceClass.PIXELATED, {SKELETONS, PIXELATED}, "ready"),
        (EvidenceClass.CLEAR, {SKELETONS, PIXELATED, CLEAR}, "ready"),
    ],
)
def test_each_class_keeps_its_parts_and_no_more(
    town: Town,
    vault: Vault,
    folder: DataFolder,
    evidence: EvidenceClass,
    parts: set[str],
    state: str,
) -> None:
    alert = kept(town, vault, evidence, shown=False)

    assert alert.evidence == state
    files = {path.name: path for path in folder.evidence.glob("*/*")}
    assert set(files) == parts
    assert len(list(folder.keys.iterdir())) == bool(parts)
    if parts:
        digests = {name: hashlib.sha256(p.read_bytes()).hexdigest() for name, p in files.items()}
        expected = {"alert": alert.id, "ciphertexts": digests}
        assert last_line(town) == ("evidence.kept", "system", expected)


def test_the_pixelated_sequence_holds_no_detail_of_the_head_nor_what_is_masked(
    town: Town, vault: Vault
) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)

    pixelated = decode(vault.open(alert.id, PIXELATED))
    clear = decode(vault.open(alert.id, CLEAR))
    assert len(pixelated) == len(clear) == 12
    for index, (blocks, plain) in enumerate(zip(pixelated, clear, strict=True)):
        assert plain[head_at(index)].std() > 100, "the clear sequence shows the checkerboard"
        # Compression smears a little over the edges of four squares; the checks are gone.
        detail = np.abs(np.diff(blocks[head_at(index)].astype(int), axis=1))
        assert np.median(detail) <= 2
        assert (detail > 24).mean() < 0.1
        assert plain[MASK].max() < 24
        assert blocks[MASK].mean() < 12, "the mask covers whole squares"


def test_skeletons_count_from_the_first_picture(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.PIXELATED)

    with town.database.read() as session:
        lines = view(session, vault, alert.id, SKELETONS, town.operator).decode().splitlines()
    observations = [from_json(line) for line in lines]
    assert [seen.t for seen in observations] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert observations[0].tracks[0].id == "0a1b2c3d"


def test_without_a_single_picture_or_skeleton_the_evidence_is_missing(
    town: Town, vault: Vault
) -> None:
    alert = town.raise_alert()
    keep(town.database, vault, alert.id, [], [], EVERYWHERE, town.clock)
    assert now(town, alert).evidence == "missing"
    assert last_line(town)[0] == "evidence.missing"


def test_a_person_who_may_sees_the_pixelated_sequence_once_it_is_shown(
    town: Town, vault: Vault
) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR, shown=False)
    first = pytest.raises(NotAuthorised, match="Open the alert first")
    with first, town.database.read() as session:
        view(session, vault, alert.id, PIXELATED, town.operator)
    with town.database.write() as session:
        life.show(session, alert.id, town.operator, town.clock)
    with town.database.read() as session:
        assert decode(view(session, vault, alert.id, PIXELATED, town.supervisor))
        with pytest.raises(NotAuthorised):
            view(session, vault, alert.id, PIXELATED, town.technician)
        with pytest.raises(BadInput, match="reason"):
            view(session, vault, alert.id, CLEAR, town.operator)


def test_a_clear_look_needs_a_reason_and_leaves_its_line(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    with pytest.raises(BadInput, match="reason"):
        view_clear(town.database, vault, alert.id, " ", town.operator, town.clock)
    with pytest.raises(NotAuthorised):
        view_clear(town.database, vault, alert.id, "curious", town.technician, town.clock)
    assert last_line(town)[0] == "alert.shown"

    sequence = view_clear(
        town.database, vault, alert.id, "is it a child?", town.operator, town.clock
    )
    assert decode(sequence)
    assert last_line(town) == (
        "evidence.viewed_clear",
        town.operator.pseudonym,
        {"alert": alert.id, "reason": "is it a child?"},
    )


def test_a_definition_without_clear_evidence_has_none_to_show(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.PIXELATED)
    with pytest.raises(NotAuthorised, match="no clear sequence"):
        view_clear(town.database, vault, alert.id, "why", town.operator, town.clock)


def test_nothing_clear_is_shown_when_the_line_cannot_be_written(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    locked = town.database
    if locked.is_sqlite:
        file = Path(locked.engine.url.database or "")
        locked = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    else:
        with locked.write() as session:
            name = session.execute(text("SELECT current_database()")).scalar_one()
            session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        locked.close()

    with pytest.raises(Unavailable, match="refuses to write"):
        view_clear(locked, vault, alert.id, "why", town.operator, town.clock)
    locked.close()
    assert last_line(town)[0] == "alert.shown"


def test_a_look_that_shows_nothing_leaves_no_line(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    vault.destroy(alert.id)
    with pytest.raises(Unavailable):
        view_clear(town.database, vault, alert.id, "why", town.operator, town.clock)
    assert last_line(town)[0] == "alert.shown"


def test_evidence_ends_on_its_date(town: Town, vault: Vault, folder: DataFolder) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    town.clock.advance(2 * 86400 - 1)
    assert erase_due(town.database, vault, town.clock) == 0
    town.clock.advance(1)
    assert erase_due(town.database, vault, town.clock) == 1
    assert erase_due(town.database, vault, town.clock) == 0

    assert list(folder.keys.iterdir()) == list(folder.evidence.iterdir()) == []
    erased = now(town, alert)
    assert (erased.evidence, erased.tracks) == ("erased", [])
    assert last_line(town) == ("evidence.erased", "system", {"alert": alert.id, "cause": "due"})
    with town.database.read() as session, pytest.raises(Unavailable, match="erased"):
        view(session, vault, alert.id, PIXELATED, town.operator)


def test_files_that_cannot_be_destroyed_keep_no_other_past_its_date(
    town: Town, vault: Vault, folder: DataFolder
) -> None:
    alerts = [kept(town, vault, EvidenceClass.CLEAR) for _ in range(3)]
    stray = folder.evidence / alerts[0].id / "left here by hand"
    stray.mkdir()
    town.clock.advance(2 * 86400)
    with pytest.raises(Undestroyed):
        erase_due(town.database, vault, town.clock)
    assert [now(town, alert).evidence for alert in alerts] == ["ready", "erased", "erased"]
    assert list(folder.keys.iterdir()) == []
    stray.rmdir()
    assert erase_due(town.database, vault, town.clock) == 1
    assert now(town, alerts[0]).evidence == "erased"


def test_a_row_that_somebody_changed_keeps_nothing_longer_than_voted(
    town: Town, vault: Vault
) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    with town.database.write() as session:
        session.get_one(Alert, alert.id).erase_at += timedelta(days=3650)
    town.clock.advance(2 * 86400 - 1)
    assert erase_due(town.database, vault, town.clock) == 0
    town.clock.advance(1)
    assert erase_due(town.database, vault, town.clock) == 1
    assert now(town, alert).evidence == "erased"


def test_a_row_may_ask_for_less_than_was_voted(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    with town.database.write() as session:
        session.get_one(Alert, alert.id).erase_at = town.clock.now()
        stored = session.get_one(StoredDefinition, alert.definition_digest)
        stored.canonical = b"no longer the text that was voted"
    assert erase_due(town.database, vault, town.clock) == 1


def test_a_clear_look_follows_the_vote_and_not_the_row(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.PIXELATED)
    vault.seal(alert.id, CLEAR, b"put there by hand")
    with town.database.write() as session:
        session.get_one(Alert, alert.id).evidence_class = "clear"
    with pytest.raises(NotAuthorised, match="no clear sequence"):
        view_clear(town.database, vault, alert.id, "why", town.operator, town.clock)
    assert last_line(town)[0] == "alert.shown"


def test_a_crash_between_destroying_the_key_and_saying_so_is_made_good(
    town: Town, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    town.clock.advance(3 * 86400)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("beffroi.alerts.erasure.append", crash)
        with pytest.raises(KeyboardInterrupt):
            erase_due(town.database, vault, town.clock)
    assert now(town, alert).evidence == "ready"
    with pytest.raises(Unavailable):
        vault.open(alert.id, CLEAR)

    assert erase_due(town.database, vault, town.clock) == 1
    assert now(town, alert).evidence == "erased"
    assert last_line(town)[0] == "evidence.erased"


def test_early_erasure_needs_a_reason_and_the_right(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.PIXELATED)
    with town.database.write() as session:
        with pytest.raises(NotAuthorised):
            erase(session, vault, alert.id, "why", town.operator, town.clock)
        with pytest.raises(BadInput, match="reason"):
            erase(session, vault, alert.id, "", town.supervisor, town.clock)
        erase(session, vault, alert.id, "asked for", town.supervisor, town.clock)
    assert now(town, alert).evidence == "erased"
    assert last_line(town)[1:] == (
        town.supervisor.pseudonym,
        {"alert": alert.id, "cause": "request", "reason": "asked for"},
    )
    with town.database.write() as session, pytest.raises(BadInput, match="no evidence"):
        erase(session, vault, alert.id, "again", town.supervisor, town.clock)


def test_what_a_dead_host_left_pending_is_given_up_and_comes_too_late(
    town: Town, vault: Vault, folder: DataFolder
) -> None:
    left = town.raise_alert()
    vault.seal(left.id, PIXELATED, b"half of it")
    town.clock.advance(60)
    fresh = town.raise_alert()

    assert mark_missing(town.database, vault, 60, town.clock) == 1
    assert mark_missing(town.database, vault, 60, town.clock) == 0
    assert now(town, left).evidence == "missing"
    assert now(town, fresh).evidence == "pending"
    assert list(folder.keys.iterdir()) == []
    assert last_line(town) == ("evidence.missing", "system", {"alert": left.id})


def test_evidence_erased_while_it_was_made_is_not_left_behind(
    town: Town, vault: Vault, folder: DataFolder
) -> None:
    alert = town.raise_alert(EvidenceClass.CLEAR)
    frames, observations = walk()

    def slow() -> Iterator[Frame]:
        yield frames[0]
        mark_missing(town.database, vault, 0, town.clock)
        yield frames[1]

    keep(town.database, vault, alert.id, slow(), observations, EVERYWHERE, town.clock)
    assert now(town, alert).evidence == "missing"
    assert list(folder.keys.iterdir()) == list(folder.evidence.iterdir()) == []


def test_what_a_host_sealed_too_late_before_it_died_is_swept_away(
    town: Town, vault: Vault, folder: DataFolder
) -> None:
    ready = kept(town, vault, EvidenceClass.CLEAR)
    pending, gone = town.raise_alert(), town.raise_alert()
    mark_missing(town.database, vault, 0, town.clock)
    with town.database.write() as session:
        session.get_one(Alert, pending.id).evidence = "pending"
    for alert in (pending, gone):
        vault.seal(alert.id, PIXELATED, b"sealed by a host that died before it looked again")
    (folder.keys / "README").write_text("Not a key.")

    assert sweep(town.database, vault, town.clock) == 1
    assert sweep(town.database, vault, town.clock) == 0
    assert vault.alerts() == {ready.id, pending.id}
    assert last_line(town) == (
        "evidence.erased",
        "system",
        {"alert": gone.id, "cause": "left over"},
    )


def test_skeletons_alone_need_no_picture(town: Town, vault: Vault) -> None:
    alert = town.raise_alert(EvidenceClass.SKELETON)

    def never() -> Iterator[Frame]:
        raise AssertionError("the class allows no picture")
        yield

    observations = [replace(seen, t=seen.t + 50) for seen in walk()[1]]
    keep(town.database, vault, alert.id, never(), observations, EVERYWHERE, town.clock)
    first = vault.open(alert.id, SKELETONS).decode().splitlines()[0]
    assert from_json(first).t == 0


def test_large_pictures_are_pixelated_on_a_smaller_grid_of_the_same_squares(
    town: Town, vault: Vault
) -> None:
    alert = town.raise_alert(EvidenceClass.CLEAR)
    noise = np.random.default_rng(3).integers(0, 256, (1080, 1920, 3), np.uint8)
    frames = [Frame(noise, 5.0, None, 0)]
    keep(town.database, vault, alert.id, frames, walk()[1], EVERYWHERE, town.clock)

    (blocks,) = decode(vault.open(alert.id, PIXELATED))
    (plain,) = decode(vault.open(alert.id, CLEAR))
    assert (blocks.shape, plain.shape) == ((540, 960, 3), (1080, 1920, 3))
    side = 3 * 20  # the person of `walk`, seen at 320 by 180, has a head of 20 pixels
    inner = blocks[: 9 * side].reshape(9, side, 16, side, 3)[:, 8:-8, :, 8:-8]
    assert inner.std(axis=(1, 3)).max() < 4


def test_what_the_database_has_never_heard_of_goes_when_no_vote_can_have_kept_it(
    town: Town, vault: Vault, folder: DataFolder
) -> None:
    unknown = "0a1b2c3d-0000-4000-8000-000000000000"
    vault.seal(unknown, PIXELATED, b"of a day that an older copy of the database does not hold")
    written = vault.since(unknown)
    assert written is not None
    left = (written - town.clock.now()).total_seconds() + 30 * 86400
    town.clock.advance(left - 1)
    assert sweep(town.database, vault, town.clock) == 0
    town.clock.advance(1)
    assert sweep(town.database, vault, town.clock) == 1
    assert vault.since(unknown) is None
    assert last_line(town)[2] == {"alert": unknown, "cause": "unknown"}


def test_evidence_of_a_clock_that_was_ahead_goes_on_its_day(town: Town, vault: Vault) -> None:
    ahead = timedelta(days=20).total_seconds()
    town.clock.step(ahead)
    alert = kept(town, vault, EvidenceClass.CLEAR)
    voted = now(town, alert).erase_at - now(town, alert).raised_at
    town.clock.step(-ahead)
    due = town.clock.now() + voted
    for _ in range(3):
        assert erase_due(town.database, vault, town.clock) == 0
        assert now(town, alert).erase_at == due
        town.clock.advance(60)
    with town.database.write() as session:
        assert [late.id for late in escalate_overdue(session, 300, town.clock)] == [alert.id]
        assert lapse_overdue(session, 300, town.clock) == []
    town.clock.advance(voted.total_seconds())
    assert erase_due(town.database, vault, town.clock) == 1


def test_what_is_kept_beyond_its_date_can_be_counted(town: Town, vault: Vault) -> None:
    alert = kept(town, vault, EvidenceClass.CLEAR)
    due = now(town, alert).erase_at
    with town.database.read() as session:
        assert overdue(session, due - timedelta(seconds=1)) == (0, None)
        assert overdue(session, due) == (1, due)
    town.clock.advance((due - town.clock.now()).total_seconds())
    erase_due(town.database, vault, town.clock)
    with town.database.read() as session:
        assert overdue(session, due) == (0, None)
