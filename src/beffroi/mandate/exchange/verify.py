"""Proves an exported mandate from its bytes alone: no database, no account, no network."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from beffroi.errors import Tampered
from beffroi.ledger.append import Kind
from beffroi.mandate.exchange.announcing import require_whole
from beffroi.mandate.exchange.bundle import Files
from beffroi.mandate.exchange.chain import require_told
from beffroi.mandate.exchange.contents import Contents
from beffroi.mandate.exchange.entries import require_proven
from beffroi.mandate.exchange.replay import Replay

LATE: Final = timedelta(seconds=1)
"""The mandate is asked just before the alert's line is dated: an end may fall between the two."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An exported mandate of which everything holds.

    Args:
        contents: What it says.
        alerts: How many alerts had a mandate; None where the export holds none.
        erased: How many lines of alerts lost their content, on record: of those only the time
            is proven.
        unproven: What else lost its line's content, on record: by whom and when is proven.
    """

    contents: Contents
    alerts: int | None
    erased: int
    unproven: tuple[str, ...] = ()


def prove(files: Files) -> Proven:
    """Check hashes, signature, ledger proofs, acts, alerts' mandates, and that all is there.

    Args:
        files: See :func:`beffroi.mandate.exchange.bundle.load`.

    Raises:
        BadInput: A file is missing or cannot be read.
        Tampered: Something does not hold; it names the first.
    """
    contents = Contents.read(files)
    require_proven(contents.entries, contents.signed, contents.key)
    unproven = require_told(contents)
    replay = Replay(contents)
    states = {use.use: use for use in replay.states(contents.exported.at)}
    claimed = {use.use: use for use in contents.uses}
    for name in sorted(states.keys() | claimed.keys()):
        if states.get(name) != claimed.get(name):
            raise Tampered(
                f"uses.json: {name} does not stand where it says; by its acts it is "
                f"{states[name].state if name in states else 'unknown'}."
            )
    _require_mandates(contents, replay)
    require_whole(files, contents.exported)
    return Proven(
        contents,
        alerts=None if contents.alerts is None else len(contents.alerts),
        erased=sum(entry.payload is None for entry in contents.of_kind(Kind.ALERT_RAISED)),
        unproven=unproven,
    )


def _require_mandates(contents: Contents, replay: Replay) -> None:
    raised = {
        entry.told["alert"]: entry
        for entry in contents.of_kind(Kind.ALERT_RAISED)
        if entry.told is not None
    }
    for alert in contents.alerts or ():
        at = raised[alert.alert].at
        against = replay.against(alert, at)
        if against is not None and replay.against(alert, at - LATE) is not None:
            when, why = f"{at:%Y-%m-%d %H:%M:%S}", against.rstrip(".")
            raise Tampered(f"The alert {alert.alert} of {when} UTC had no mandate: {why}.")
