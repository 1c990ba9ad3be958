"""A real server for a test, in a thread, so that a test can stop its clock."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from beffroi.logs import configure
from beffroi.web.__main__ import OPTIONS


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve on a free port of this machine; yields the address."""
    configure()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, **OPTIONS))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
