"""Make the virtual environment that `make` works in, and say plainly what is in the way.

Run by the system's Python, so it uses nothing but the standard library, and syntax that an old
Python can read far enough to be told that it is too old.

    python3 scripts/environment.py .venv runtime    # what setup and demo need
    python3 scripts/environment.py .venv dev        # also what test and check need
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NO_PYTHON = """Beffroi needs Python 3.11 or newer; {} is Python {}.{}.
Install a newer one beside it (on Debian and Ubuntu: apt install python3.11 python3.11-venv),
then name it: make setup PYTHON=python3.11"""

NO_VENV = """This Python cannot make virtual environments: its `venv` part is not installed.
On Debian and Ubuntu an administrator installs it with: apt install python3-venv
Then run the same `make` command again."""

NO_DOWNLOAD = """{}

Some parts could not be downloaded or installed; the lines above say which, and {} says all.
  - No network, or a proxy?  Set HTTPS_PROXY, or PIP_INDEX_URL for a mirror of your own.
  - Disk full?               About 1 GB is needed here: {}
  - Hash refused?            Do not go on: the file is not the one this project was checked with.
Then run the same `make` command again; what has arrived is kept."""

BEGINS = ("Collecting", "Processing", "Obtaining", "Requirement already", "Ignoring")
DOING = re.compile(
    r" *((?:Collecting|Downloading|Processing|Building|Installing)\b.*?)(?: \(from|$)"
)
"""Lines of pip that a person can follow: one that begins a part, and what it does meanwhile."""


def main() -> None:
    """Bring the environment named on the command line up to what is asked for."""
    if sys.version_info < (3, 11):  # noqa: UP036 (any Python may run this file)
        sys.exit(NO_PYTHON.format(sys.executable, *sys.version_info[:2]))
    environment, kind = Path(sys.argv[1]).absolute(), sys.argv[2]
    make_environment(environment)
    install(environment, kind, "libraries (about 250 MB the first time)")
    install_project(environment)
    if not shutil.which("npm"):
        install(environment, "npm", "npm, to fetch the models with")


def make_environment(environment: Path) -> None:
    """Make the environment, anew if what is there does not run (moved, or half made)."""
    python = environment / "bin" / "python"
    try:
        probe = [str(python), "-c", "import pip, sys; print(sys.prefix)"]
        said = subprocess.run(probe, capture_output=True, text=True, check=True).stdout
        if Path(said.strip()).samefile(environment):
            return
    except (OSError, subprocess.CalledProcessError):
        pass  # it is made below
    say(f"making the Python environment in {environment}")
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        sys.exit(NO_VENV)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(environment)], check=True)


def install(environment: Path, kind: str, what: str) -> None:
    """Install one hashed list of requirements, unless it is already there."""
    listed = ROOT / "requirements" / f"{kind}.txt"
    stamp = Stamp(environment, kind, listed.read_bytes())
    if stamp.fresh():
        return
    say(f"installing {what}")
    parts = len(re.findall("^[^ #].*==", listed.read_text(), re.MULTILINE))
    pip(environment, parts, "--require-hashes", "--requirement", str(listed))
    stamp.set()


def install_project(environment: Path) -> None:
    """Install Beffroi itself from this folder, with the build tool that the lock holds."""
    stamp = Stamp(environment, "project", (ROOT / "pyproject.toml").read_bytes())
    if stamp.fresh():
        return
    say("installing Beffroi")
    pip(environment, 1, "--no-build-isolation", "--editable", str(ROOT))
    stamp.set()


def pip(environment: Path, parts: int, *arguments: str) -> None:
    """Install exactly what is named: the lock is complete, so nothing is resolved.

    What pip says goes to a file; a person sees how far it is, and its last lines if it fails.
    """
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--no-deps"]
    command += ["--prefer-binary", "--disable-pip-version-check", "--no-input", *arguments]
    log = environment / "pip.log"
    done = 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with process, log.open("w") as kept:
        for line in process.stdout or ():
            kept.write(line)
            done += line.startswith(BEGINS)
            doing = DOING.match(line)
            if doing:
                show(f"{min(done, parts)} of {parts}: {doing[1]}")
    show("")
    if process.returncode:
        last = "\n".join(log.read_text().splitlines()[-12:])
        sys.exit(NO_DOWNLOAD.format(last, log, environment))


class Stamp:
    """A file that says which content was last installed to the end."""

    def __init__(self, environment: Path, kind: str, content: bytes) -> None:
        """Compare with this content, for this place: an environment that moved is not fresh."""
        self.path = environment / f"beffroi-{kind}.sha256"
        self.digest = hashlib.sha256(os.fsencode(ROOT) + content).hexdigest()

    def fresh(self) -> bool:
        """Whether this very content is installed."""
        return self.path.exists() and self.path.read_text() == self.digest

    def set(self) -> None:
        """Remember it; never reached when the installation was interrupted."""
        self.path.write_text(self.digest)


def show(progress: str) -> None:
    """Write over the line that showed the progress before, where there is a screen to write on."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{progress[:width]}", end="", flush=True)


def say(what: str) -> None:
    """Tell the person at the keyboard what is going on."""
    print(f"beffroi: {what} …", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped; run the same `make` command again to go on from here.")
