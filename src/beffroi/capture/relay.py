"""The only way from FFmpeg to a camera: to the address of the permit, and nowhere else.

FFmpeg follows a redirect (`302 Location: rtsp://elsewhere/`) and takes the camera's password
there; no option forbids it. So it is given an address of this machine, where a thread passes
bytes on to the one host that the permit names, and hangs up when the camera sends us elsewhere.

FFmpeg writes requests for `rtsp://127.0.0.1:PORT/…`, as through an SSH tunnel. They stay so: the
answer to a digest challenge covers the address as FFmpeg wrote it.
"""

import contextlib
import selectors
import socket
import ssl
from threading import Thread
from typing import Final

from beffroi.capture.address import endpoint, moved
from beffroi.capture.replies import Astray, Replies

LOOPBACK: Final = "127.0.0.1"
CHUNK: Final = 65_536
"""Above a TLS record (16 KiB), so that none stays behind in OpenSSL, where no selector sees it."""
FAREWELL_S: Final = 0.5


class Relay:
    """One connection to a camera, for one connection from FFmpeg; closed when either ends.

    Another program of this machine that took FFmpeg's place would reach the camera, but without
    credentials: those come from FFmpeg.

    Args:
        address: `rtsp://` or `rtsps://`, with credentials, if there are any. The certificate of
            an `rtsps://` camera must be trusted by this machine and bear its name.
        timeout_s: For the camera to answer the call, and to take a request.

    Raises:
        BadInput: Not such an address.
        OSError: The camera cannot be reached, or its certificate is not trusted.
    """

    def __init__(self, address: str, timeout_s: float) -> None:
        self.problem: str | None = None
        self._timeout_s = timeout_s
        self._camera = _call(address, timeout_s)
        self._door = socket.create_server((LOOPBACK, 0), backlog=1)
        self._door.settimeout(timeout_s)
        self.address = moved(address, LOOPBACK, self._door.getsockname()[1])
        self._thread = Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up, when what FFmpeg said last has been passed on."""
        self._thread.join(FAREWELL_S)
        with contextlib.suppress(OSError):
            self._camera.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        with self._camera, contextlib.suppress(OSError):
            with self._door:
                reader, _ = self._door.accept()
            with reader:
                reader.settimeout(None)
                reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    self._pass_on(reader)
                except Astray as error:
                    self.problem = str(error)

    def _pass_on(self, reader: socket.socket) -> None:
        """Both ways, until one of them ends."""
        camera, replies = self._camera, Replies()
        with selectors.DefaultSelector() as selector:
            selector.register(reader, selectors.EVENT_READ)
            selector.register(camera, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is reader:
                        if not (said := reader.recv(CHUNK)):
                            return
                        camera.settimeout(self._timeout_s)
                        camera.sendall(said)
                    else:
                        camera.settimeout(0)
                        try:
                            heard = camera.recv(CHUNK)
                        except (BlockingIOError, ssl.SSLWantReadError):
                            continue
                        if not heard:
                            return
                        reader.sendall(replies.hear(heard))


def _call(address: str, timeout_s: float) -> socket.socket:
    host, port, secure = endpoint(address)
    plain = socket.create_connection((host, port), timeout_s)
    if not secure:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise
