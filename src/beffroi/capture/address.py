"""Addresses of cameras, and keeping what is secret in them out of sight.

Cameras put passwords in three places: before the host, in the query, and (some makers) in the
path. All three are hidden in whatever is shown, logged or raised.
"""

import re
from typing import Final
from urllib.parse import quote

_USERINFO = re.compile(r"(?<=://)[^/?#]*@")
_SECRET = re.compile(
    r"((?:user|usr|login|pass|pwd|psw|auth|token|key|secret|sig)\w*=)[^&;/?#\s]+", re.IGNORECASE
)
LIVE: Final = ("rtsp", "rtsps")


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
