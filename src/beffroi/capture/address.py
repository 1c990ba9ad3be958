"""Addresses of cameras, and keeping what is secret in them out of sight.

Cameras put passwords in three places: before the host, in the query, and (some makers) in the
path. All three are hidden in whatever is shown, logged or raised.
"""

import re
from typing import Final
from urllib.parse import quote

from beffroi.errors import BadInput
from beffroi.mandate.cameras import SECRET_OPTION

_USERINFO = re.compile(r"(?<=://)[^/?#]*@")
_SECRET = re.compile(rf"({SECRET_OPTION.pattern})[^&;/?#\s]+", re.IGNORECASE)
_LIVE = re.compile(
    r"rtsp(?P<tls>s?)://(?P<user>[^/?#]*@)?(?P<host>\[[^]]+]|[^]/?#:[]+)(:(?P<port>\d{1,5}))?"
    r"(?P<rest>([/?#].*)?)",
    re.IGNORECASE,
)
LIVE: Final = ("rtsp", "rtsps")
PORTS: Final = {"": 554, "s": 322}


def scheme(address: str) -> str:
    """What stands before `://` in lower case; empty for a path."""
    head, found, _ = address.partition("://")
    return head.lower() if found else ""


def public_address(address: str) -> str:
    """The address as it may be shown: no user, no password, no secret option.

    >>> public_address("rtsp://admin:1234@10.0.0.7/live?channel=1&token=abc")
    'rtsp://10.0.0.7/live?channel=1&token=…'
    """
    if not scheme(address):
        return address
    return _SECRET.sub(r"\1…", _USERINFO.sub("", address))


def with_credentials(address: str, credentials: str | None) -> str:
    """The address to hand to FFmpeg, and to nobody else.

    Args:
        address: An address with a scheme.
        credentials: `user:password`, in clear; they replace any that the address holds.
    """
    if credentials is None:
        return address
    user, _, password = credentials.partition(":")
    secret = f"{quote(user, safe='')}:{quote(password, safe='')}@"
    head, _, rest = _USERINFO.sub("", address).partition("://")
    return f"{head}://{secret}{rest}"


def endpoint(address: str) -> tuple[str, int, bool]:
    """Host, port, and whether to speak TLS.

    Raises:
        BadInput: Not an `rtsp://` or `rtsps://` address.

    >>> endpoint("rtsps://admin:12@34@[::1]/live")
    ('::1', 322, True)
    """
    parts = _live(address)
    tls = parts["tls"].lower()
    return parts["host"].strip("[]"), int(parts["port"] or PORTS[tls]), bool(tls)


def moved(address: str, host: str, port: int) -> str:
    """The same user and path at another host, without TLS.

    >>> moved("rtsps://admin:1234@10.0.0.7/live?channel=1", "127.0.0.1", 5000)
    'rtsp://admin:1234@127.0.0.1:5000/live?channel=1'
    """
    parts = _live(address)
    return f"rtsp://{parts['user'] or ''}{host}:{port}{parts['rest']}"


def _live(address: str) -> re.Match[str]:
    found = _LIVE.fullmatch(address)
    if not found or int(found["port"] or 1) not in range(1, 65_536):
        raise BadInput("this is not an address rtsp://host/path or rtsps://host/path.")
    return found
