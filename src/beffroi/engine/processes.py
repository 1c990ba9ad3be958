"""Child processes and how they are watched: started, listened to, killed when they fall silent."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Final

from beffroi.clock import Clock
from beffroi.engine.messages import Order, Report, order_to_line, reports_from_line
from beffroi.folder import DataFolder

SILENCE_S: Final = 4.0
"""A host that says nothing for this long is stuck; it may decode no further."""

START_S: Final = 30.0
"""A starting host loads its models before it speaks."""


class HostProcess:
    """A host of cameras as its supervisor sees it.

    Args:
        folder: The data folder that it serves.
        clock: Measures its silence.
    """

    def __init__(self, folder: DataFolder, clock: Clock) -> None:
        self._clock = clock
        self._heard = clock.monotonic() + START_S
        self.cameras: set[str] = set()
        self.reports: dict[str, Report] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "beffroi.engine.host", "--data", str(folder.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it runs and speaks."""
        silence = self._clock.monotonic() - self._heard
        return self._process.poll() is None and silence < SILENCE_S

    def send(self, orders: Sequence[Order]) -> None:
        """Pass permits on; a host that is gone is found by `alive`."""
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write("".join(order_to_line(order) for order in orders))
            self._process.stdin.flush()
        except OSError:
            self._heard = float("-inf")

    def kill(self) -> None:
        """End it at once, however stuck it is."""
        self._process.kill()
        self._process.wait()

    def stop(self, patience_s: float) -> None:
        """Let it finish the evidence under way, then end it."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        for line in self._process.stdout:
            self._heard = self._clock.monotonic()
            self.reports = {report.camera: report for report in reports_from_line(line)}


class WebProcess:
    """The web server, started again when it ends.

    Args:
        folder: The data folder that it serves.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._command = [sys.executable, "-m", "beffroi.web", "--data", str(folder.path)]
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def keep_up(self) -> bool:
        """Start it again if it has ended; tells whether it had."""
        if self._process.poll() is None:
            return False
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)
        return True

    def stop(self, patience_s: float) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
