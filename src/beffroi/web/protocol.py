"""HTTP for visitors who come to ask: whoever never does is let go.

The server counts silence only after its first answer. A visitor who opens a thousand lines and says
nothing would keep everybody else out, and the key that stops a use is served here too.
"""

import asyncio
import resource
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKED_S: Final = 15.0
"""How long the head of a first request may take."""


class PromptProtocol(H11Protocol):
    """Closes a line on which nothing whole was asked in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count."""
        super().connection_made(transport)
        self.loop.call_later(ASKED_S, self._let_go)

    def _let_go(self) -> None:
        # A line that became a WebSocket, or was lost, is none of these connections any more.
        if self in self.connections and self.cycle is None:
            self.transport.close()


def raise_limit() -> None:
    """Allow as many open lines as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
