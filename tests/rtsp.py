"""A real RTSP server on a free port of this machine, for tests that need a camera."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.dying import WITH_ITS_PARENT

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("rtsp_server.py")
PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-bad"
)
HELP = f"The RTSP tests need GStreamer's server: apt-get install --no-install-recommends {PACKAGES}"


class Camera:
    """One server that sends one file, as fast as it was filmed.

    Args:
        film: MP4 or raw H.264.
        credentials: `user:password`, asked for by digest; none if empty.
    """

    def __init__(self, film: Path, credentials: str = "") -> None:
        self.said: list[str] = []
        self._film = film
        self._credentials = credentials
        self._port = "0"
        self.start()

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self._port}/live"

    def start(self) -> None:
        """Answer, on the same port as before."""
        self._server = subprocess.Popen(
            [*WITH_ITS_PARENT, PYTHON, SCRIPT, self._film, self._credentials, self._port],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._server.stdout is not None
        first = self._server.stdout.readline()
        if not first:
            self.kill()
            pytest.fail(HELP, pytrace=False)
        self._port = first.split()[1]
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def kill(self) -> None:
        """Go away without a word."""
        self._server.kill()
        self._server.wait(10)

    def hang(self) -> None:
        """Keep the connection, but say nothing."""
        os.kill(self._server.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Go on."""
        os.kill(self._server.pid, signal.SIGCONT)

    def _listen(self) -> None:
        assert self._server.stdout is not None
        with self._server.stdout as lines:
            self.said.extend(line.strip() for line in lines)


@pytest.fixture
def rtsp_camera() -> Iterator[Callable[..., Camera]]:
    """Makes cameras that are killed after the test."""
    with ExitStack() as stack:

        def make(film: Path, credentials: str = "") -> Camera:
            made = Camera(film, credentials)
            stack.callback(made.kill)
            return made

        yield make
