"""The data folder: everything one installation keeps, under one path that can be backed up."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from beffroi.errors import Unavailable

PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where the parts of an installation lie.

    Args:
        path: The folder; it need not exist yet, see `make`.
    """

    path: Path

    @property
    def config(self) -> Path:
        """Machine settings, YAML."""
        return self.path / "beffroi.yaml"

    @property
    def models(self) -> Path:
        """The manifest of the city's own models, if it has any."""
        return self.path / "models.toml"

    @property
    def database(self) -> Path:
        """The SQLite database, where no other is configured."""
        return self.path.absolute() / "beffroi.db"

    @property
    def secrets(self) -> Path:
        """Signing key, cameras' credentials, passwords of channels: one file each."""
        return self.path / "secrets"

    @property
    def keys(self) -> Path:
        """One key per alert; destroying it erases the evidence."""
        return self.path / "keys"

    @property
    def evidence(self) -> Path:
        """Encrypted sequences."""
        return self.path / "evidence"

    @property
    def run(self) -> Path:
        """Lock and sockets of the running processes."""
        return self.path / "run"

    @property
    def lock(self) -> Path:
        """Held by the one server that serves this folder."""
        return self.run / "lock"

    @property
    def address(self) -> Path:
        """Where the running server answers: its settings may have been overruled for it."""
        return self.run / "address"

    @property
    def live_socket(self) -> Path:
        """Where engine hosts bring live skeletons to the web."""
        return self.run / "live.sock"

    @property
    def begun(self) -> bool:
        """Whether it is one: any other folder may bear the usual name."""
        return self.secrets.is_dir() or self.config.is_file()

    def make(self) -> "DataFolder":
        """Create what is missing; secrets, keys and sockets for this user alone.

        Raises:
            Unavailable: The disk is full or the place may not be written to.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.evidence.mkdir(exist_ok=True)
            for private in (self.secrets, self.keys, self.run):
                private.mkdir(mode=PRIVATE, exist_ok=True)
                private.chmod(PRIVATE)
        except OSError as error:
            raise Unavailable(
                f"The data folder {self.path} cannot be made ({error.strerror}). "
                "Choose another with --data, or check its disk and permissions."
            ) from error
        return self

    def secret(self, name: str) -> str | None:
        """The text of a secret file without its line end, or None where there is none.

        Raises:
            Unavailable: The file cannot be read, or others on this machine can read it too.
        """
        path = self.secrets / name
        return read_private(path) if path.exists() else None


def read_private(path: Path) -> str:
    """The text of a file that only this user may read, without its line end.

    Raises:
        Unavailable: The file cannot be read, or others on this machine can read it too.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read().rstrip("\r\n")
    except OSError as error:
        raise Unavailable(f"The secret {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise Unavailable(f"The secret {path} is not text in UTF-8: write it again.") from error
    if mode & 0o077:
        raise Unavailable(f"Others can read the secret {path}: run `chmod 600 {path}`.")
    return text
