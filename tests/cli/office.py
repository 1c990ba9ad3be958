"""The command line as people of a town use it, each under an account."""

import shlex
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from beffroi.cli import main
from beffroi.cli.installation import Installation
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.store.ledger import LedgerEntry


@dataclass(frozen=True)
class Said:
    """What a command printed."""

    out: str
    err: str


@dataclass
class Office:
    """Runs commands on one installation."""

    site: Installation
    capsys: pytest.CaptureFixture[str]

    def run(self, line: str, who: str | None = None, code: int = 0) -> Said:
        """Run `beffroi LINE` as somebody; it must end with this code."""
        words = [*shlex.split(line), "--data", str(self.site.folder.path)]
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([*words, "--as", who] if who else words)
        said = Said(*self.capsys.readouterr())
        assert (end.value.code or 0) == code, said
        return said

    def enter(self, camera: str, address: str) -> None:
        """A camera that is there already."""
        with self.site.database.write() as session:
            spec = CameraSpec(camera, address)
            add_camera(session, camera, spec, actor="t" * 32, clock=self.site.clock)

    def entries(self) -> list[str]:
        """Kinds of what the ledger holds, in order."""
        with self.site.database.read() as session:
            return list(session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)))
