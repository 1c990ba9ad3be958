"""The fire station of the demo city: shows what leaves Beffroi, and that nothing leaves by itself.

It is another system, on this machine alone: it receives what an operator hands over, checks that it
comes from there, and keeps it until the demo ends.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from beffroi.alerts.channels import SIGNATURE
from beffroi.folder import DataFolder

NAME: Final = "pompiers"
"""Of the channel, which operators choose it by."""

_MOST: Final = 1 << 16
_PAGE: Final = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pompiers (fiction)</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem }}
header {{ border-bottom: 4px solid #a92a1c; margin-bottom: 1rem }}
ol {{ list-style: none; padding: 0 }}
li {{ margin: 1rem 0; padding: .8rem 1rem; border: 1px solid #8888 }}
li {{ border-left: 6px solid #a92a1c }}
h1, h2 {{ margin: 0; line-height: 1.3 }} h2 {{ font-size: 1.2rem }}
p {{ margin: .3rem 0 }}
</style>
<header><h1>Pompiers de Belfort-les-Eaux (fiction)</h1></header>
<p>Cette page n’est pas Beffroi : elle joue, sur cette machine, l’autre système, celui qui reçoit ce
que l’opérateur transmet. Rien n’y arrive avant qu’une personne ait confirmé une alerte et l’ait
transmise.</p>
<p lang="en">This page is not Beffroi: it plays the other system, which receives what an operator
hands over. Nothing arrives before a person has confirmed an alert and handed it over.</p>
<main>{arrived}</main>
"""
_NOTHING: Final = "<p><strong>Rien n’est arrivé. <span lang=en>Nothing yet.</span></strong></p>"


class _Station(BaseHTTPRequestHandler):
    """Answers for the station; `server` holds what arrived."""

    server: "_Server"

    def do_GET(self) -> None:
        """Show what arrived, the latest first."""
        items = "".join(f"<li>{_item(one)}</li>" for one in reversed(self.server.arrived.values()))
        arrived = f"<ol>{items}</ol>" if items else _NOTHING
        self._answer(HTTPStatus.OK, _PAGE.format(arrived=arrived).encode())

    def do_POST(self) -> None:
        """Take a message that is signed; the same one twice is one."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length) if length <= _MOST else b""
        signature = hmac.digest(self.server.secret.encode(), body, hashlib.sha256).hex()
        if not hmac.compare_digest(self.headers.get(SIGNATURE, ""), f"sha256={signature}"):
            self._answer(HTTPStatus.FORBIDDEN)
            return
        message = json.loads(body)
        self.server.arrived[message["delivery"]] = message
        self._answer(HTTPStatus.NO_CONTENT)

    def log_message(self, *said: Any) -> None:
        """Say nothing: what arrives is on the page."""

    def _answer(self, status: HTTPStatus, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    def __init__(self, secret: str) -> None:
        super().__init__(("127.0.0.1", 0), _Station)
        self.secret = secret
        self.arrived: dict[str, dict[str, Any]] = {}


@contextmanager
def fire_station(folder: DataFolder) -> Iterator[str]:
    """Open the station, and name it as a channel to the processes that start from here.

    Args:
        folder: Where the channel's secret is written, for this user alone.

    Yields:
        The address of its page.
    """
    secret = secrets.token_urlsafe()
    path = folder.secrets / f"handover-{NAME}"
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secret)
    with _Server(secret) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        channel = {"type": "webhook", "name": NAME, "url": address}
        os.environ.setdefault("BEFFROI_HANDOVER__CHANNELS", json.dumps([channel]))
        thread = threading.Thread(target=server.serve_forever, name="station", daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.shutdown()


def _item(message: dict[str, Any]) -> str:
    title, camera = message["title"]["fr"], message["camera_name"]
    said = (
        f"{camera}, {datetime.fromisoformat(message['detected_at']):le %d/%m/%Y à %H:%M:%S}",
        # Who judged goes out under a pseudonym, which the city alone can resolve.
        f"confirmé par la personne {message['judged_by'][:8]}",
        f"transmis par la personne {message['handed_over_by'][:8]}",
    )
    return f"<h2>{escape(title)}</h2>" + "".join(f"<p>{escape(line)}</p>" for line in said)
