"""A small town to watch for real: one-minute decisions, cheap cameras, a use that rings often."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import rfc8785
from sqlalchemy import select

from beffroi.cli.installation import Installation
from beffroi.events.registry import shipped_definitions
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import Definition, EvidenceClass, VotedText
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.uses import UseSpec, draft_use
from beffroi.store.alerts import Alert
from beffroi.store.cameras import CameraState
from beffroi.store.ledger import LedgerEntry
from tests.dying import WITH_ITS_PARENT
from tests.enacting import LAW, enact, put_in_force

BEFFROI = [sys.executable, "-m", "beffroi.cli"]
EVERYWHERE = {"forbidden": {"everywhere": [[0, 0], [1, 0], [1, 1], [0, 1]]}}
CLERK = "c" * 32


def ringing(evidence: EvidenceClass = EvidenceClass.COUNTS) -> VotedText:
    """An intrusion that rings for whoever is seen, at each picture."""
    shipped = next(v.definition for v in shipped_definitions() if v.definition.event == "intrusion")
    fields = shipped.model_dump(mode="json") | {"rate_hz": 2, "evidence": evidence.value}
    fields["parameters"] |= {"stay_ms": 0, "gap_ms": 0}
    definition = Definition.model_validate(fields)
    return VotedText(definition, rfc8785.dumps(definition.model_dump(mode="json")))


@dataclass
class Town:
    """What tests of the engine stand on."""

    site: Installation

    def camera(self, name: str, address: str = "sim://park?seed=1") -> None:
        with self.site.database.write() as session:
            spec = CameraSpec(name, address)
            add_camera(session, name, spec, actor=CLERK, clock=self.site.clock)

    def use(
        self,
        camera: str,
        use: str = "",
        evidence: EvidenceClass = EvidenceClass.COUNTS,
        lasts: timedelta = timedelta(days=1),
        zones: Mapping[str, Any] = EVERYWHERE,
        **changes: Any,
    ) -> str:
        """Vote and publish a use on a camera; gives its id."""
        now = self.site.clock.now()
        spec = UseSpec(
            purpose="a test",
            law=LAW,
            legal_basis="fictional law, article 1",
            starts_at=now,
            ends_at=now + lasts,
            cameras={camera: dict(zones)},
            **changes,
        )
        name = use or f"use-{camera}"
        with self.site.database.write() as session:
            draft_use(session, name, ringing(evidence), spec, actor=CLERK, clock=self.site.clock)
            put_in_force(session, name, self.site.clock)
        return name

    def act(self, use: str, kind: ActType) -> None:
        with self.site.database.write() as session:
            enact(session, use, kind, self.site.clock)

    def state(self, camera: str) -> str:
        with self.site.database.read() as session:
            state = session.get(CameraState, camera)
            return "off" if state is None else state.state

    def alerts(self) -> list[Alert]:
        with self.site.database.read() as session:
            return list(session.scalars(select(Alert)))

    def raised(self) -> int:
        """Alerts as the ledger counts them."""
        with self.site.database.read() as session:
            entries = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "alert.raised"))
            return len(entries.all())


class Served:
    """`beffroi serve` in processes of its own.

    Args:
        data: The data folder.
        log: Where it writes.
        preparation: Run in the child before it becomes `beffroi serve`.
    """

    def __init__(self, data: Path, log: Path) -> None:
        self.log = log
        with log.open("a") as said:
            self._process = subprocess.Popen(
                [*WITH_ITS_PARENT, *BEFFROI, "serve", "--data", str(data)],
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def family(self) -> dict[int, str]:
        """Its living processes and their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.getsid(int(entry.name)) == self.pid:
                        words = (entry / "cmdline").read_bytes().split(b"\0")
                        if words != [b""]:  # a zombie has none
                            found[int(entry.name)] = b" ".join(words).decode()
        return found

    def hosts(self) -> list[int]:
        return [pid for pid, line in self.family().items() if "beffroi.engine.host" in line]

    def send(self, blow: signal.Signals) -> None:
        self._process.send_signal(blow)

    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait(self, limit_s: float = 20) -> int:
        return self._process.wait(limit_s)

    def clear(self) -> None:
        """Leave nothing behind, whatever happened."""
        for pid in [self.pid, *self.family()]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)


@contextmanager
def serving(data: Path, log: Path) -> Iterator[Served]:
    """A server that is gone at the end of the block."""
    served = Served(data, log)
    try:
        yield served
    finally:
        served.clear()


def within(limit_s: float, condition: Callable[[], bool]) -> float:
    """Wait until something is so; gives the seconds it took, or fails."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() < begin + limit_s, f"it did not happen within {limit_s} s"
        time.sleep(0.05)
    return time.monotonic() - begin


def beffroi(*arguments: str, limit_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run one command in a process of its own."""
    command = [sys.executable, "-m", "beffroi.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=limit_s)
