"""What a camera says over RTSP, cut into messages, and what of it FFmpeg may hear.

FFmpeg obeys a redirect and reads RTSP leniently. What it could cut in another way than we do is
therefore refused or dropped, so that no redirect hides in what we took for a picture.
"""

import re
from typing import Final

LONGEST_HEAD: Final = 16_384
LONGEST_BODY: Final = 1_048_576
SHORTEST_PACKET: Final = 8
"""FFmpeg reads the bytes of a shorter one as text."""

_LINE = rb"[\t\x20-\x7e\x80-\xff]"
_HEAD = re.compile(
    rb"(?:RTSP/\d\.\d +(?P<status>\d{3})(?: %b*)?|[A-Z_]+ +[\x21-\x7e]+ +RTSP/\d\.\d)\r?\n"
    rb"(?:(?!\$)%b+\r?\n)*\r?\n" % (_LINE, _LINE)
)
_HEAD_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"^content-length:(.*)$", re.IGNORECASE | re.MULTILINE)


class Astray(Exception):
    """The camera said something after which it is not listened to any more."""


class Replies:
    """Cuts answers, requests and interleaved packets (RFC 2326, 10.12) out of a byte stream."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def hear(self, data: bytes) -> bytes:
        """The whole messages that FFmpeg may see, now that more has come.

        Raises:
            Astray: A redirect, or something that is not RTSP.
        """
        heard, passed = self._heard, bytearray()
        heard += data
        while size := self._size():
            if heard[0] != ord("$") or size >= 4 + SHORTEST_PACKET:
                passed += heard[:size]
            del heard[:size]
        return bytes(passed)

    def _size(self) -> int:
        """Bytes of the first message, 0 if it is not all there."""
        heard = self._heard
        while heard.startswith((b"\r", b"\n")):
            del heard[0]
        if heard.startswith(b"$"):
            size = 4 + int.from_bytes(heard[2:4]) if len(heard) >= 4 else 0
        elif end := _HEAD_END.search(heard, 0, LONGEST_HEAD):
            size = end.end() + _body_size(bytes(heard[: end.end()]))
        elif len(heard) >= LONGEST_HEAD:
            raise Astray("What answers at this address does not speak RTSP.")
        else:
            size = 0
        return size if size <= len(heard) else 0


def _body_size(head: bytes) -> int:
    found = _HEAD.fullmatch(head)
    lengths: list[bytes] = [value.strip() for value in _LENGTH.findall(head)] or [b"0"]
    if not found or len(lengths) > 1 or not re.fullmatch(rb"\d{1,7}", lengths[0]):
        raise Astray("What answers at this address does not speak RTSP.")
    if (found["status"] or b"").startswith(b"3"):
        raise Astray("The camera sent us elsewhere, which its permit does not allow.")
    if int(lengths[0]) > LONGEST_BODY:
        raise Astray("The camera's description of its stream is too long.")
    return int(lengths[0])
