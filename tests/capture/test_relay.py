"""A camera that sends Beffroi elsewhere, or is not who it says, learns and gets nothing."""

import contextlib
import re
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from beffroi.capture.container import open_rtsp
from beffroi.capture.opening import open_source
from beffroi.capture.relay import Relay
from beffroi.clock import Clock
from beffroi.errors import Unavailable
from tests.capture.conftest import Grant
from tests.mail import self_signed
from tests.rtsp import Camera

Handler = Callable[[socket.socket], None]
Serve = Callable[[Handler], int]
PACKET = b"$\x00\x00\x0ca new packet"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Makes servers on free ports that handle connections one after the other."""
    with ExitStack() as stack:

        def make(handle: Handler) -> int:
            door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=listen, args=(door, handle), daemon=True).start()
            stack.callback(door.shutdown, socket.SHUT_RDWR)
            return int(door.getsockname()[1])

        yield make


def listen(door: socket.socket, handle: Handler) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = door.accept()
            with caller, contextlib.suppress(OSError):
                handle(caller)


def heard(caller: socket.socket) -> str:
    """One request; empty if the caller hangs up."""
    said = b""
    while not said.endswith(b"\r\n\r\n"):
        if not (more := caller.recv(4096)):
            return ""
        said += more
    return said.decode()


def answer(request: str, status: str, *headers: str) -> bytes:
    number = re.findall(r"CSeq: \d+", request)
    return "\r\n".join([f"RTSP/1.0 {status}", *number, *headers, "", ""]).encode()


@pytest.mark.parametrize("chunk", [1, 1000])
@pytest.mark.parametrize("asked", ["OPTIONS", "DESCRIBE"])
def test_a_redirect_is_not_followed(serve: Serve, grant: Grant, chunk: int, asked: str) -> None:
    strangers: list[str] = []
    there = serve(lambda caller: strangers.append(heard(caller)))
    moved = f"Location: rtsp://127.0.0.1:{there}/live"

    def redirect(caller: socket.socket) -> None:
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while request := heard(caller):
            if not request.startswith(asked):
                caller.sendall(answer(request, "200 OK", "Public: DESCRIBE"))
            elif "Authorization" not in request and asked == "DESCRIBE":
                challenge = 'WWW-Authenticate: Basic realm="camera"'
                caller.sendall(answer(request, "401 Unauthorized", challenge))
            else:
                said = answer(request, "302 Moved", moved)
                for start in range(0, len(said), chunk):
                    caller.sendall(said[start : start + chunk])

    address = f"rtsp://127.0.0.1:{serve(redirect)}/live"
    with open_source(grant(address), clock=Clock(), rate_hz=5, credentials="city:word") as source:
        begun = time.monotonic()
        while "sent us elsewhere" not in source.health.detail:
            assert time.monotonic() - begun < 8, source.health
            time.sleep(0.05)
        time.sleep(0.5)
    assert strangers == []


def test_a_redirect_amid_pictures_ends_the_call(serve: Serve) -> None:
    def redirect(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(PACKET + PACKET[:7])
        time.sleep(0.1)
        caller.sendall(PACKET[7:] + answer("", "302 Moved", "Location: rtsp://elsewhere/"))
        heard(caller)

    relay = Relay(f"rtsp://127.0.0.1:{serve(redirect)}/live", 2)
    port = urlsplit(relay.address).port
    with socket.create_connection(("127.0.0.1", port or 0), 2) as reader:
        reader.sendall(b"PLAY rtsp://127.0.0.1/live RTSP/1.0\r\n\r\n")
        said = b"".join(iter(lambda: reader.recv(4096), b""))
    assert not said.replace(PACKET, b"")
    relay.close()
    assert relay.problem
    assert "elsewhere" in relay.problem


def test_a_relay_serves_one_caller(serve: Serve) -> None:
    relay = Relay(f"rtsp://127.0.0.1:{serve(lambda caller: None)}/live", 2)
    door = ("127.0.0.1", urlsplit(relay.address).port or 0)
    with socket.create_connection(door, 2) as reader:
        assert reader.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(door, 2)
    relay.close()


@pytest.fixture
def encrypted(
    serve: Serve, rtsp_camera: Callable[..., Camera], long_clip: Path, tmp_path: Path
) -> tuple[str, Path]:
    """The address of a real camera behind TLS, and the certificate to trust."""
    camera = urlsplit(rtsp_camera(long_clip, "city:word").address)
    certificate, key = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def unwrap(caller: socket.socket) -> None:
        with (
            context.wrap_socket(caller, server_side=True) as peer,
            socket.create_connection(("127.0.0.1", camera.port or 0)) as behind,
        ):
            other = {peer: behind, behind: peer}
            while True:
                for end in select.select([*other], [], [])[0]:
                    if not (said := end.recv(65_536)):
                        return
                    other[end].sendall(said)

    return f"rtsps://127.0.0.1:{serve(unwrap)}/live", certificate


def test_an_encrypted_camera_is_seen_if_its_certificate_is_trusted(
    encrypted: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, certificate = encrypted
    address = address.replace("://", "://city:word@")
    with pytest.raises(Unavailable, match="certificate is not one that this machine trusts"):
        open_rtsp(address)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with open_rtsp(address) as video:
        assert sum(packet.size for packet, _ in zip(video.packets(), range(50), strict=False))


@pytest.mark.parametrize(
    "address", ["rtsp:///live", "rtsp://host:0/live", "rtsp://host:port/live", "rtsp://[::1/live"]
)
def test_a_broken_address_is_told(address: str) -> None:
    with pytest.raises(Unavailable, match="not an address"):
        open_rtsp(address)
