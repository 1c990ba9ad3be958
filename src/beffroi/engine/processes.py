"""Child processes and how they are watched: started, listened to, killed when they fall silent.

Each child hangs on its standard input: when this process dies, however, the pipe ends, and the
child ends with it, a host once its last permits have run out. Ctrl-C reaches this process alone,
which then ends its children in order.
"""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Final

from beffroi.clock import Clock
from beffroi.engine.messages import FAREWELL, Order, Report, orders_to_line, reports_from_line
from beffroi.folder import DataFolder

SILENCE_S: Final = 4.0
"""A host that says nothing for this long is stuck; it may decode no further."""

START_S: Final = 30.0
"""A starting host loads its models before it speaks."""

RESTART_S: Final = 3.0
"""A web server that ends at once is not started again sooner."""


class HostProcess:
    """A host of cameras as its supervisor sees it.

    Args:
        folder: The data folder that it serves.
        clock: Measures its silence.
    """

    def __init__(self, folder: DataFolder, clock: Clock) -> None:
        self._clock = clock
        self._heard = clock.monotonic() + START_S
        self.spoke = False
        self.cameras: set[str] = set()
        self.reports: dict[str, Report] = {}
        self._orders: str | None = None
        self._news = threading.Condition()
        self._dismissed = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "beffroi.engine.host", "--data", str(folder.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._listen, self._talk)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it runs and speaks."""
        silence = self._clock.monotonic() - self._heard
        return self._process.poll() is None and silence < SILENCE_S

    def at_fault(self) -> bool:
        """Whether it hung or ended of itself, rather than being ended by somebody."""
        return self._process.poll() not in (-signal.SIGKILL, -signal.SIGTERM)

    def send(self, orders: Sequence[Order]) -> None:
        """Pass on all that it may do, in place of what was not passed yet; never waits for it."""
        with self._news:
            self._orders = orders_to_line(orders)
            self._news.notify()

    def dismiss(self) -> None:
        """Ask it to finish the evidence under way and end."""
        with self._news:
            self._dismissed = True
            self._news.notify()

    def kill(self) -> None:
        """End it at once, however stuck it is."""
        self._process.kill()
        self._process.wait()
        self.dismiss()
        for thread in self._threads:
            thread.join()

    def stop(self, patience_s: float) -> None:
        """Wait until a dismissed host has ended, or end it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
        self.kill()

    def _talk(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 (asked for above)
        # What a dead host did not read fails to be written: `alive` finds that out.
        with contextlib.suppress(OSError), pipe:
            while not self._dismissed:
                with self._news:
                    self._news.wait_for(lambda: self._orders is not None or self._dismissed)
                    orders, self._orders = self._orders or "", None
                pipe.write(orders)
                pipe.flush()
            pipe.write(FAREWELL)

    def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 (asked for above)
        with pipe:
            for line in pipe:
                self.spoke = True
                self._heard = self._clock.monotonic()
                self.reports = {report.camera: report for report in reports_from_line(line)}


class WebProcess:
    """The web server, started again when it ends.

    Args:
        folder: The data folder that it serves.
        clock: Keeps a server that cannot start from being started too often.
    """

    def __init__(self, folder: DataFolder, clock: Clock) -> None:
        self._command = [sys.executable, "-m", "beffroi.web", "--data", str(folder.path)]
        self._clock = clock
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def keep_up(self) -> bool:
        """Start it again if it has ended; tells whether it did so."""
        if self._process.poll() is None or self._clock.monotonic() < self._started + RESTART_S:
            return False
        self._close_pipe()
        self._process = self._start()
        return True

    def stop(self, patience_s: float) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close_pipe()

    def _start(self) -> "subprocess.Popen[bytes]":
        self._started = self._clock.monotonic()
        command = [*self._command, "--until-input-ends"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)

    def _close_pipe(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
