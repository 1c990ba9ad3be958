"""An exported mandate holds; changed anywhere, the check names where."""

import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput, BeffroiError, Tampered
from beffroi.ledger.checkpoint import read_notes
from beffroi.ledger.erase import erase_payload
from beffroi.mandate.exchange.bundle import MANIFEST, pack, plain, unpack
from beffroi.mandate.exchange.verify import prove
from beffroi.mandate.procedure.acts import ActType
from beffroi.store.ledger import LedgerEntry
from tests.enacting import FIRST
from tests.mandate.exchange.archive import Archive

Files = dict[str, bytes]
Forgery = Callable[[Files], str]


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Files in a ZIP as any program makes it."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def manifest_of(data: bytes) -> bytes:
    """The manifest in an export."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(MANIFEST)


def edited(name: str, edit: Callable[[list[Any]], object]) -> Forgery:
    """A forgery of one JSON file."""

    def forge(files: Files) -> str:
        records = json.loads(files[name])
        edit(records)
        files[name] = plain(records)
        return name

    return forge


def line(kind: str, **changes: Any) -> Forgery:
    """A forgery of the first line of a kind."""

    def edit(entries: list[Any]) -> None:
        next(one for one in entries if one["leaf"]["kind"] == kind).update(changes)

    return edited("ledger.json", edit)


def act(number: int, **changes: Any) -> Forgery:
    """A forgery of one act."""
    return edited("acts.json", lambda acts: acts[number - 1].update(changes))


def bytes_of(folder: str, old: bytes, new: bytes) -> Forgery:
    """A forgery of the text in a folder, or of the file of that name."""

    def forge(files: Files) -> str:
        name = next(name for name in sorted(files) if f"{name}/".startswith(f"{folder}/"))
        assert old in files[name]
        files[name] = files[name].replace(old, new)
        return name

    return forge


def without(start: str) -> Forgery:
    """A file left out."""

    def forge(files: Files) -> str:
        name = next(name for name in sorted(files) if name.startswith(start))
        del files[name]
        return name

    return forge


FORGERIES: list[tuple[Forgery, str]] = [
    (bytes_of("definitions", b'"severity":3', b'"severity":1'), "is not what its name says"),
    (bytes_of("annexes", b"Essai", b"Terre"), "is not what its name says"),
    (bytes_of("uses", b"help people", b"find people"), "is not what its name says"),
    (bytes_of("doctrines", b"cherch", b"oubli\xc3\xa9"), "is not what its name says"),
    (bytes_of("documents", b"minutes", b"Minutes"), "is not the document that was attached"),
    (without("definitions"), "registered"),
    (without("annexes"), "annex.recorded"),
    (without("doctrines"), "doctrine.registered"),
    (without("uses/"), "use.drafted"),
    (without("documents/"), "is not the document that was attached"),
    (
        act(2, motives="otherwise"),
        r"Act 2 \(vote on falls\) is not what the ledger tells .* motives",
    ),
    (act(2, recorded_by="c" * 32), "who did it"),
    (act(2, recorded_at="2026-11-01T00:00:00Z"), "when"),
    (act(3, confirmed_by="c" * 32), "Act 3 .*, its confirmation .* who did it"),
    (act(3, confirmed_by=None), "act.confirmed.* was left out"),
    (act(2, confirmed_at="2026-11-23T11:02:00Z"), "by whom it was confirmed or when"),
    (edited("acts.json", lambda acts: acts.pop()), "was left out"),
    (edited("acts.json", lambda acts: acts.reverse()), "out of order"),
    (edited("acts.json", lambda acts: acts.append(acts[0])), "no line of the ledger tells of it"),
    (edited("uses.json", lambda uses: uses[0].update(state="repealed")), "its acts it is in_force"),
    (edited("uses.json", lambda uses: uses.clear()), "falls does not stand where it says"),
    (edited("cameras.json", lambda rows: rows[0].update(address="sim://street")), "park.*address"),
    (edited("cameras.json", lambda rows: rows.clear()), "camera.added.* was left out"),
    (edited("documents.json", lambda rows: rows[0].update(name="x.pdf")), "x.pdf.*name"),
    (edited("alerts.json", lambda rows: rows[0].update(camera="street")), "camera"),
    (edited("alerts.json", lambda rows: rows.clear()), "alert.raised.* was left out"),
    (line("act", payload="{}"), "does not say what was recorded"),
    (line("act", salt="00" * 32), "does not say what was recorded"),
    (line("act", salt=None), "erased together"),
    (line("act", payload=None), "erased together"),
    (line("act", payload="[]"), "a payload is an object"),
    (line("act", salt="zz"), "cannot be read"),
    (line("act", leaf={"kind": "act"}), "cannot be read"),
    (line("act", salt=None, payload=None), "without a record of the erasure"),
    (line("act", position=0), "not in the ledger|in order"),
    (line("alert.raised", path=[]), "not in the ledger that was signed"),
    (edited("ledger.json", lambda lines: lines.pop()), "the one line that records this export"),
    (line("mandate.exported", path=[]), "not in the ledger that was signed"),
    (bytes_of("README.txt", b"verify", b"trust "), "not the mandate that the city exported on"),
    (edited("alerts.json", lambda rows: rows[0].update(state="judged")), "not the mandate that"),
    (edited("ledger.json", lambda lines: lines.reverse()), "in order"),
]


def test_an_export_holds_and_says_where_everything_stood(archive_on_either: Archive) -> None:
    archive = archive_on_either
    archive.ring()
    proven = prove(archive.files(proof=True))
    assert {use.use: use.state for use in proven.contents.uses} == {"falls": "in_force"}
    assert (proven.alerts, proven.erased) == (1, 0)
    assert prove(archive.files()).alerts is None


@pytest.mark.parametrize(("forge", "complaint"), FORGERIES)
def test_any_change_is_named_even_where_the_manifest_was_written_anew(
    exported: Mapping[str, bytes], forge: Forgery, complaint: str
) -> None:
    files = dict(exported)
    forge(files)
    with pytest.raises((Tampered, BadInput), match=complaint):
        prove(unpack(pack(files)))


@pytest.mark.parametrize("name", ["acts.json", "ledger.json", "uses.json"])
def test_a_key_written_twice_is_refused(exported: Mapping[str, bytes], name: str) -> None:
    twice = exported[name].replace(b"{", b'{"use": "others", "use": "falls",', 1)
    with pytest.raises(BadInput, match=f"{name} cannot be read: a key is written twice"):
        prove({**exported, name: twice})


def bound(name: str, data: bytes) -> object:
    """All that a file says and the ledger must say too."""
    if name == "checkpoint.txt":
        return read_notes(data.decode())
    if name != "ledger.json":
        return data
    return json.loads(data)


@pytest.mark.parametrize("seed", range(4))
def test_no_changed_byte_passes_unless_it_changes_nothing(
    exported: Mapping[str, bytes], seed: int
) -> None:
    chance = random.Random(seed)
    names = sorted(exported)
    for _ in range(60):
        name = chance.choice(names)
        data = bytearray(exported[name])
        data[chance.randrange(len(data))] = chance.choice(b'0123456789abcdef":,{}[] xZ\x00\xff')
        if bytes(data) == exported[name]:
            continue
        try:
            prove({**exported, name: bytes(data)})
        except BeffroiError:
            continue
        assert bound(name, bytes(data)) == bound(name, exported[name]), name


@pytest.mark.parametrize("forge", [forge for forge, _ in FORGERIES])
def test_any_change_is_named_by_the_manifest(exported: Mapping[str, bytes], forge: Forgery) -> None:
    files = dict(exported)
    name = forge(files)
    with pytest.raises(Tampered, match=re.escape(name)):
        unpack(zipped(files | {MANIFEST: manifest_of(pack(exported))}))


@pytest.mark.parametrize(
    "name",
    [
        "definitions/readme.txt",
        "annexes/x/" + 64 * "0" + ".json",
        "notes.txt",
        "../notes.txt",
        "/etc/cron.d/notes",
        "definitions/../../notes.json",
    ],
)
def test_what_was_added_is_named(exported: Mapping[str, bytes], name: str) -> None:
    with pytest.raises(Tampered, match=f"{name}"):
        prove(unpack(pack({**exported, name: b"trust me"})))
    with pytest.raises(Tampered, match=f"{name} was added"):
        unpack(zipped({**exported, name: b"", MANIFEST: manifest_of(pack(exported))}))


def test_the_last_acts_cannot_be_withheld(archive: Archive) -> None:
    """Whoever takes a stop out, with every line of it, is told by the line of the export."""
    earlier = archive.files()
    archive.decide("falls", ActType.SUSPENSION)
    files = archive.files()
    acts = json.loads(files["acts.json"])
    lines = [one for one in json.loads(files["ledger.json"]) if acts[-1]["act"] not in str(one)]
    uses = [{**one, "state": "in_force"} for one in json.loads(files["uses.json"])]
    cut = files | {
        "acts.json": plain(acts[:-1]),
        "ledger.json": plain(lines),
        "uses.json": plain(uses),
    }
    complaint = rf"exported {len(acts)} acts on .*; this file holds {len(acts) - 1}"
    with pytest.raises(Tampered, match=complaint):
        prove(cut)
    announced = [one for one in lines if one["leaf"]["kind"] == "mandate.exported"]
    for of_export in ([], [*announced, *announced]):
        rest = [one for one in lines if one not in announced]
        with pytest.raises(Tampered, match=r"the one line that records|in order"):
            prove(cut | {"ledger.json": plain([*rest, *of_export])})
    assert prove(earlier).contents.exported.at < prove(files).contents.exported.at


def test_another_key_and_another_checkpoint_are_refused(
    archive: Archive, exported: Mapping[str, bytes]
) -> None:
    others = archive.files()
    for name in ("key.txt", "checkpoint.txt"):
        with pytest.raises(Tampered, match="not signed by the key"):
            prove({**exported, name: others[name]})
    both = {name: others[name] for name in ("key.txt", "checkpoint.txt")}
    with pytest.raises(Tampered, match="not in the ledger that was signed"):
        prove({**exported, **both})


def claiming(size: int) -> bytes:
    """A ZIP whose only member says that it is of that size."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a", b"b")
        archive.infolist()[0].file_size = size
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (zipped({"aa": b"1", "ab": b"2"}).replace(b"ab", b"aa"), "two members of one name"),
        (claiming(1 << 31), "holds more than its length"),
    ],
)
def test_a_file_that_says_two_things_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(Tampered, match=complaint):
        unpack(data)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"PK", "not an exported mandate"),
        (zipped({"a": b"b"}), "its manifest cannot be read"),
        (zipped({MANIFEST: b"[]"}), "its manifest cannot be read"),
        (zipped({MANIFEST: b'{"format": "x", "sha256": {}}'}), "has the format 'x'"),
        (zipped({MANIFEST: b"{}"}, zipfile.ZIP_DEFLATED), "never compressed"),
        (pack({}), "not a whole exported mandate"),
        (pack({}) + b"\0" * 70_000, "damaged"),
    ],
)
def test_what_is_no_export_says_so(data: bytes, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        prove(unpack(data))


def test_an_erased_alert_keeps_its_time_and_no_more(archive: Archive) -> None:
    archive.ring()
    archive.ring()

    def erase(session: Session) -> None:
        raised = select(LedgerEntry.id).where(LedgerEntry.kind == "alert.raised")
        erase_payload(session, session.scalars(raised).first() or 0, FIRST, "asked", archive.clock)

    archive.change(erase)
    proven = prove(archive.files(proof=True))
    assert (proven.alerts, proven.erased) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("act", "Act 3 (publication on falls)"),
        ("act.confirmed", "Act 3 (publication on falls), its confirmation"),
        ("use.drafted", "uses/"),
        ("document.stored", "documents.json: paper.txt"),
        ("camera.added", "cameras.json: park, version 1"),
        ("definition.registered", "definitions/"),
    ],
)
def test_a_line_that_one_person_erased_is_named_and_stops_no_export(
    archive: Archive, kind: str, named: str
) -> None:
    erase_last(archive, kind)
    (unproven,) = prove(archive.files()).unproven
    assert unproven.startswith(named)


def erase_last(archive: Archive, kind: str) -> None:
    def erase(session: Session) -> None:
        told = select(LedgerEntry.id).where(LedgerEntry.kind == kind).order_by(LedgerEntry.id)
        last = session.scalars(told).all()[-1]
        erase_payload(session, last, FIRST, "asked", archive.clock)

    archive.change(erase)


@pytest.mark.parametrize(
    "forge",
    [
        act(3, recorded_by="c" * 32),
        act(3, recorded_at="2026-11-01T00:00:00Z"),
        edited("acts.json", lambda acts: acts.append(acts[2] | {"number": 4, "act": "other"})),
    ],
)
def test_what_an_erased_line_still_says_is_held_against_its_act(
    archive: Archive, forge: Forgery
) -> None:
    erase_last(archive, "act")
    files = archive.files()
    forge(files)
    with pytest.raises(Tampered, match="no line of the ledger tells of it"):
        prove(files)
