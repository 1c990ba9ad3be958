"""What the ledger is told of an export, so that nothing can be taken out of the file afterwards.

Lines prove what is there and, by their numbers, what is missing in between; only a line about the
whole tells of what is missing at the end.
"""

import json
from hashlib import sha256
from typing import Final

from beffroi.errors import Tampered
from beffroi.mandate.exchange.bundle import Files
from beffroi.mandate.exchange.entries import Entry
from beffroi.mandate.exchange.records import ACTS, ALERTS, CHECKPOINT, LEDGER
from beffroi.store.base import Json

_AFTERWARDS: Final = {LEDGER, CHECKPOINT}
"""What proves the line cannot be in it."""


def announcement(files: Files) -> Json:
    """How many acts and alerts an export holds, and one hash over all its files.

    The hash is that of what ``sha256sum`` prints of the files in the order of their names, but for
    `ledger.json` and `checkpoint.txt`, which come after the line.
    """
    names = sorted(files.keys() - _AFTERWARDS)
    listed = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in names)
    counted = {ACTS: "acts", ALERTS: "alerts"}
    return {
        **{told: len(json.loads(files[name])) for name, told in counted.items() if name in files},
        "sha256": sha256(listed.encode()).hexdigest(),
    }


def require_whole(files: Files, exported: Entry) -> None:
    """Refuse files that are not those that the city exported.

    Raises:
        Tampered: It says how many acts or alerts there were, or that something else differs.
    """
    found, told = announcement(files), exported.told or {}
    when = f"{exported.at:%Y-%m-%d %H:%M:%S} UTC"
    for what in ("acts", "alerts"):
        if found.get(what) != told.get(what):
            raise Tampered(
                f"The city exported {told.get(what, 'no')} {what} on {when}; this file holds "
                f"{found.get(what, 'none')}."
            )
    if found["sha256"] != told.get("sha256"):
        raise Tampered(f"This is not the mandate that the city exported on {when}.")
