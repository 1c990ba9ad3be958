"""An installation with one account of each role that commands are used in."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from beffroi.cli.installation import make_installation
from beffroi.folder import DataFolder
from beffroi.mandate.rights import Role
from beffroi.web.accounts import create_account
from tests.cli.office import Office
from tests.passwords import Password

PEOPLE = {
    "operator": Role.OPERATOR,
    "supervisor": Role.SUPERVISOR,
    "tech": Role.TECHNICIAN,
    "clerk": Role.CLERK,
    "secretary": Role.SECRETARY,
}


@pytest.fixture
def office(
    folder: DataFolder,
    migrated_sqlite: Path,
    capsys: pytest.CaptureFixture[str],
    password_file: Password,
) -> Iterator[Office]:
    shutil.copy(migrated_sqlite, folder.database)
    site = make_installation(folder.path)
    with site.database.write() as session:
        for login, role in PEOPLE.items():
            account = create_account(
                session,
                login=login,
                name=login.title(),
                role=role,
                password=None,
                actor="system",
                clock=site.clock,
            )
            account.password_hash = password_file.hash
    yield Office(site, capsys)
    site.database.close()
