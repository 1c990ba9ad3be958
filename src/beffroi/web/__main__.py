"""``python -m beffroi.web --data DIR``: the web as a process of its own, away from all video."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Final

import uvicorn

from beffroi.errors import BeffroiError
from beffroi.logs import configure
from beffroi.settings import DataFolder, Settings
from beffroi.web.app import create_app
from beffroi.web.protocol import PromptProtocol, raise_limit

OPTIONS: Final[dict[str, Any]] = {
    "log_level": "warning",
    # Paths hold one-time links and addresses are personal data: neither is written down.
    "access_log": False,
    "server_header": False,
    # Anyone on this machine could otherwise name an address of choice and never be slowed down.
    # The application itself believes the proxy that its settings name, and no other.
    "proxy_headers": False,
    # Longer than a proxy keeps an idle connection (a minute, as a rule): whoever keeps it longest
    # must not be the one who asks, or a request now and then meets a line that was just closed.
    "timeout_keep_alive": 75,
    # Consoles hold lines open for ever; they come back by themselves.
    "timeout_graceful_shutdown": 1,
    "http": PromptProtocol,
    "ws": "websockets-sansio",
    "ws_max_size": 4096,
}
"""How uvicorn serves."""


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m beffroi.web", description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("BEFFROI_DATA", "data"))
    parser.add_argument(
        "--until-input-ends", action="store_true", help="end with whoever holds standard input"
    )
    arguments = parser.parse_args()
    configure()
    folder = DataFolder(Path(arguments.data))
    try:
        settings = Settings.load(folder)
        app = create_app(folder.make(), settings)
    except BeffroiError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    if arguments.until_input_ends:
        threading.Thread(target=_end_with_input, daemon=True).start()
    raise_limit()
    uvicorn.run(app, host=settings.web.host, port=settings.web.port, **OPTIONS)
    return 0


def _end_with_input() -> None:
    """A supervisor that was killed can tell nobody, but its end of the pipe closes."""
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
