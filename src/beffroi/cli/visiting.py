"""Who looks through a camera that is being set up, as the commands of a technician say it."""

from beffroi.cli.installation import Installation, origin
from beffroi.engine.setup import Visit
from beffroi.mandate.rights import Permission


def sign_in_to_visit(site: Installation, camera: str, login: str | None) -> Visit:
    """Somebody who may set cameras up, once they have proved who they are.

    Raises:
        BadInput: Nobody named, no such account, or no way to ask for the password.
        NotAuthorised: The password is wrong, or the account may not do this.
    """
    return visit(site, camera, site.sign_in(login, Permission.SET_UP_CAMERAS).pseudonym)


def visit(site: Installation, camera: str, actor: str) -> Visit:
    """The same for somebody who has already done so, by the pseudonym of their account."""
    return Visit(site.database, site.folder, site.clock, camera, actor, origin())
