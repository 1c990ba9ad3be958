"""Making evidence: what the definition's evidence class allows, sealed before anyone is told.

The frames arrive with privacy masks burnt in and the parts go to the vault encrypted: no picture
that the masks hide, and none at all in the clear, reaches the disk.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from beffroi.alerts.area import Area
from beffroi.alerts.clip import Clip, block_for, pixelate
from beffroi.alerts.life import definition_of, find, lock
from beffroi.alerts.vault import CLEAR, PIXELATED, SKELETONS, Vault
from beffroi.capture.frame import Frame
from beffroi.clock import Clock
from beffroi.ledger.append import SYSTEM, Kind, append
from beffroi.mandate.definition import EvidenceClass
from beffroi.perception.forms import to_json
from beffroi.perception.observation import Observation
from beffroi.store.database import Database

PARTS: Final = {
    EvidenceClass.NONE: (),
    EvidenceClass.COUNTS: (),
    EvidenceClass.SKELETON: (SKELETONS,),
    EvidenceClass.PIXELATED: (SKELETONS, PIXELATED),
    EvidenceClass.CLEAR: (SKELETONS, PIXELATED, CLEAR),
}
"""What each class keeps beside the alert's row."""

# Squares need no fine grid: every second pixel of a large picture gives the same ones, sooner.
_PIXELATED_WIDTH: Final = 960


def keep(
    database: Database,
    vault: Vault,
    alert_id: str,
    frames: Iterable[Frame],
    observations: Sequence[Observation],
    area: Area,
    clock: Clock,
    looked: bool = True,
) -> None:
    """Make and seal the evidence of an alert whose evidence is pending.

    Evidence that comes too late (erased or given up meanwhile) is destroyed at once.

    Args:
        database: Where the alert is.
        vault: Where its evidence goes.
        alert_id: The alert.
        frames: The pictures, masks burnt in, in order of time; taken one at a time, and only if
            the class allows pictures.
        observations: What was seen meanwhile, in order of time, on the same clock.
        area: Where the use may look; what is outside is neither drawn nor painted.
        clock: Gives the time of the ledger line.
        looked: Whether people were looked for, so that heads tell how coarse squares must be.

    Raises:
        BadInput: No such alert.
        Unavailable: The disk or the database refuses; the evidence stays pending.
    """
    with database.read() as session:
        alert = find(session, alert_id)
        voted = definition_of(session, alert)
    if alert.evidence != "pending":
        return
    parts = _make(PARTS[voted.evidence], frames, observations, area, looked)
    digests = {part: vault.seal(alert_id, part, data) for part, data in parts.items() if data}
    with database.write() as session:
        alert = lock(session, alert_id)
        in_time = alert.evidence == "pending"
        if in_time:
            alert.evidence = "ready" if digests else "missing"
            append(
                session,
                Kind.EVIDENCE_KEPT if digests else Kind.EVIDENCE_MISSING,
                actor=SYSTEM,
                payload={"alert": alert_id, "ciphertexts": digests},
                clock=clock,
            )
    if not in_time:
        vault.destroy(alert_id)


def _make(
    wanted: Sequence[str],
    frames: Iterable[Frame],
    observations: Sequence[Observation],
    area: Area,
    looked: bool,
) -> dict[str, bytes]:
    start: float | None = None
    parts: dict[str, bytes] = {}
    within = [area.within(seen) for seen in observations]
    if PIXELATED in wanted:
        # Squares are as large as the largest head of all: somebody outside may reach in.
        size = partial(block_for, observations, looked=looked)
        start, parts = _film(area.cover(frames, within), size, clear=CLEAR in wanted)
    if start is None and observations:
        start = observations[0].t
    if SKELETONS in wanted and start is not None:
        parts[SKELETONS] = _lines(within, start)
    return parts


def _film(
    frames: Iterable[Frame], block_in: Callable[[tuple[int, int]], int], *, clear: bool
) -> tuple[float | None, dict[str, bytes]]:
    """The sequences, and the seconds of their first picture."""
    start, block, step = None, 1, 1
    with Clip() as blocks, Clip() as plain:
        for frame in frames:
            if start is None:
                start = frame.t
                height, width = frame.image.shape[:2]
                step = -(-width // _PIXELATED_WIDTH)
                block = block_in((width // step, height // step))
            blocks.add(pixelate(frame.image[::step, ::step], block), frame.t)
            if clear:
                plain.add(frame.image, frame.t)
        return start, {PIXELATED: blocks.finish(), CLEAR: plain.finish()}


def _lines(observations: Sequence[Observation], start: float) -> bytes:
    """One observation a line, its `t` counted from the first picture of the sequences."""
    moved = (dataclasses.replace(seen, t=seen.t - start) for seen in observations)
    return "".join(f"{to_json(seen)}\n" for seen in moved).encode()
