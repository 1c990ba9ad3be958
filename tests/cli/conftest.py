"""An installation with one account of each role that commands are used in."""

from collections.abc import Iterator

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
    folder: DataFolder, capsys: pytest.CaptureFixture[str], password_file: Password
) -> Iterator[Office]:
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
