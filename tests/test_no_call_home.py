"""Nothing calls home: not on import, not on inference, not while serving.

The honest test is a network namespace without a way out, under strace, which also sees what
compiled libraries do. Where the system forbids either, that test is skipped and says so; the audit
of Python's own sockets runs everywhere.
"""

import os
import re
import shutil
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from beffroi.cli.installation import make_installation
from beffroi.folder import DataFolder
from beffroi.web.app import create_app
from tests.web.serving import serving

IMPORTS = """
from importlib import import_module
from importlib.metadata import packages_distributions
from scripts.sbom import ROOT, locked
wanted = dict(locked(ROOT / "requirements" / "runtime.txt"))
for module, owners in packages_distributions().items():
    ours = {owner.lower().replace("_", "-") for owner in owners} & wanted.keys()
    if ours and not module.startswith("_"):
        import_module(module)
"""

INFERENCE = """
import numpy as np
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant
movenet = variant("movenet-multipose", (224, 384))
with Inference([movenet], threads=1) as inference:
    picture = np.zeros((1, 224, 384, 3), np.uint8)
    assert inference.submit(movenet, picture, lambda heads: len(heads)).result(60) > 0
"""

SERVER = """
import os, signal, sqlite3, subprocess, sys, time, urllib.request
command = [sys.executable, "-m", "beffroi.cli", "demo", "--port", "8765"]
data = os.path.join(os.environ["HOME"], "data")
server = subprocess.Popen([*command, "--data", data])

def at_work():
    with sqlite3.connect(os.path.join(data, "beffroi.db"), timeout=20) as database:
        analysed, signed = database.execute(
            "SELECT (SELECT sum(analysed) FROM camera_state), "
            "(SELECT max(size) FROM ledger_checkpoint)"
        ).fetchone()
    return analysed and signed

try:
    for _ in range(600):
        time.sleep(0.2)
        assert server.poll() is None
        try:
            urllib.request.urlopen("http://127.0.0.1:8765/", timeout=5).read()
            break
        except OSError:
            continue
    else:
        sys.exit("the server does not answer")
    for _ in range(600):
        if at_work():
            break
        time.sleep(0.2)
    else:
        sys.exit("no camera is at work")
    time.sleep(2)  # and whatever calls out late
finally:
    server.send_signal(signal.SIGINT)
    server.wait(30)
"""

PROGRAMS = [pytest.param(IMPORTS, id="imports"), pytest.param(INFERENCE, id="inference")]
SERVING = pytest.param(SERVER, id="server")

CALLS_OUT = """
import contextlib, socket
with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
    caller.sendto(b"usage", ("192.0.2.1", 9))
"""

ASKS_FOR_A_NAME = """
import contextlib, socket
with contextlib.suppress(OSError):
    socket.getaddrinfo("telemetry.invalid", 443)
"""

CHILD_CALLS_OUT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CALLS_OUT!r}])"

CONTROLS = [pytest.param(CALLS_OUT, id="sends"), pytest.param(ASKS_FOR_A_NAME, id="resolves")]

NAMESPACE = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
TRACE = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none"]
ADDRESS = re.compile(r'htons\((\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
NAME_SERVER = "53"

AUDIT = """
import sys
def report(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if isinstance(arguments[1], tuple):
            print(arguments[1][0], file=heard, flush=True)
    elif event == "socket.getaddrinfo":
        print(arguments[0], file=heard, flush=True)
heard = open(sys.argv[1], "w")
sys.addaudithook(report)
"""


@pytest.fixture
def home(tmp_path: Path, models: Path) -> dict[str, str]:
    """A user who has never run anything: no cache, no choice made, no sign of being tested."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "BEFFROI_MODELS": str(models)}


def run(command: list[str], home: dict[str, str]) -> None:
    root = Path(__file__).parent.parent
    subprocess.run(command, env=home, cwd=root, check=True, timeout=300)


def isolated(code: str, home: dict[str, str]) -> set[str]:
    """Addresses that the program and its children reached for, seen by the kernel."""
    trace = Path(home["HOME"]) / "trace"
    inside = 'ip link set lo up; exec "$@"'
    program = [sys.executable, "-c", code]
    run([*NAMESPACE, "sh", "-c", inside, "sh", *TRACE, "-o", str(trace), *program], home)
    # Asking a name server on this machine is the first half of a call: it counts as one.
    return {
        f"name server {address}" if port == NAME_SERVER else address
        for port, address in ADDRESS.findall(trace.read_text())
    }


def audited(code: str, home: dict[str, str]) -> set[str]:
    """Addresses and names that the program asked for through Python's own sockets."""
    heard = Path(home["HOME"]) / "heard"
    run([sys.executable, "-c", AUDIT + code, str(heard)], home)
    return set(heard.read_text().splitlines())


def abroad(places: set[str]) -> set[str]:
    """Those that are not this machine."""
    return {place for place in places if place != "localhost" and not _is_loopback(place)}


def _is_loopback(place: str) -> bool:
    try:
        return ip_address(place).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="module")
def _namespaces() -> None:
    if missing := [tool for tool in ("unshare", "strace", "ip") if shutil.which(tool) is None]:
        pytest.skip(f"{', '.join(missing)} not installed: only Python's own sockets are audited")
    probe = [*NAMESPACE, *TRACE, "-o", os.devnull, "true"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("namespaces or strace forbidden here: only Python's own sockets are audited")


@pytest.mark.usefixtures("_namespaces")
@pytest.mark.parametrize("code", [*PROGRAMS, SERVING])
def test_isolated_program_reaches_for_nobody(code: str, home: dict[str, str]) -> None:
    assert abroad(isolated(code, home)) == set()


@pytest.mark.parametrize("code", PROGRAMS)
def test_audited_program_reaches_for_nobody(code: str, home: dict[str, str]) -> None:
    assert abroad(audited(code, home)) == set()


@pytest.mark.usefixtures("_namespaces")
@pytest.mark.parametrize("code", [*CONTROLS, pytest.param(CHILD_CALLS_OUT, id="child sends")])
def test_isolation_sees_a_call(code: str, home: dict[str, str]) -> None:
    assert abroad(isolated(code, home))


@pytest.mark.parametrize("code", CONTROLS)
def test_audit_sees_a_call(code: str, home: dict[str, str]) -> None:
    assert abroad(audited(code, home))


def test_no_variable_has_requests_reported(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://192.0.2.1:4318")
    site = make_installation(folder.path)
    with serving(create_app(site.folder, site.settings)) as address:
        assert httpx.get(f"{address}/health").is_success
    site.database.close()
    assert "telemetry" not in caplog.text.lower()  # it would say that it lacks the exporters
