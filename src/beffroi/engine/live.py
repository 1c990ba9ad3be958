"""Skeletons on their way to the wall: only the latest counts, and nothing waits for a reader."""

import socket
import threading
from pathlib import Path
from typing import Final

RETRY_S: Final = 1.0


class LiveLink:
    """Sends observations to the web's socket from a thread of its own.

    Args:
        path: Unix socket on which the web listens.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._latest: dict[str, str] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def send(self, camera: str, line: str) -> None:
        """Offer an observation; it replaces one that was not sent yet."""
        with self._changed:
            self._latest[camera] = line
            self._changed.notify()

    def close(self) -> None:
        """Stop sending."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        while not self._stopped:
            try:
                with socket.socket(socket.AF_UNIX) as link:
                    link.settimeout(RETRY_S)
                    link.connect(str(self._path))
                    self._feed(link)
            except OSError:
                # The web is starting, restarting or slow; the wall may lose pictures.
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped, timeout=RETRY_S)

    def _feed(self, link: socket.socket) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._latest or self._stopped)
                if self._stopped:
                    return
                batch, self._latest = self._latest, {}
            for camera, line in batch.items():
                link.sendall(f"{camera} {line}\n".encode())
