"""One server per data folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from beffroi.errors import Unavailable
from beffroi.store.lock import only_server

HOLDER = """
import sys, time
from pathlib import Path
from beffroi.store.lock import only_server
with only_server(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_server_is_refused_and_told_which_is_the_first(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with only_server(lock):
        message = rf"already runs on this data folder \(process {os.getpid()}"
        with pytest.raises(Unavailable, match=message), only_server(lock):
            pass
    with only_server(lock):
        pass


def test_a_killed_server_lets_go(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Unavailable, match=f"process {holder.pid}"), only_server(lock):
            pass
        holder.send_signal(signal.SIGKILL)
    with only_server(lock):
        pass


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nowhere"), only_server(tmp_path / "nowhere" / "lock"):
        pass
