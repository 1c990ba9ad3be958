"""What holds for every answer: nothing from elsewhere, nothing kept, no form from another site."""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
LONGEST_BODY: Final = 64 * 1024
LONGEST_UPLOAD: Final = 21 * 1024 * 1024
"""For the forms of the city's acts, which come with their signed papers."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Hardened:
    """Sets the headers of every answer, and refuses what comes from another site.

    Args:
        app: The application behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            if headers.get("origin") is None or not _same_site(headers):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.update(HEADERS)
                answer.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] not in _SAFE:
            upload = scope["path"].startswith("/city/")
            refusal = _refusal(headers, LONGEST_UPLOAD if upload else LONGEST_BODY)
            if refusal is not None:
                await refusal(scope, receive, hardened)
                return
        await self._app(scope, receive, hardened)


def _refusal(headers: Headers, longest: int) -> PlainTextResponse | None:
    if not _same_site(headers):
        return PlainTextResponse("A form of another site cannot act here.", 403)
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers:  # it would count for more than the length that is checked
        return PlainTextResponse("Say how long this form is.", 411)
    if not length.isdigit() or int(length) > longest:
        return PlainTextResponse("This form is too long.", 413)
    return None


def _same_site(headers: Headers) -> bool:
    """Whether the browser says that the page which asks is ours; no browser says nothing."""
    fetched = headers.get("sec-fetch-site")
    if fetched is not None and fetched not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
