"""Every error that Beffroi raises on purpose, and who must act on it.

::

    BeffroiError
    ├── BadInput          the person who typed it        a value, a file, an option
    ├── NotAuthorised     the person who decides         no permit, no right, no verdict
    ├── Unavailable       whoever runs the machine       a camera, database, disk or model is away
    └── Tampered          the administrator and the DPO  a proof does not hold

The message names the cause and what to do; the web and the command line show it as it is,
so it never holds a credential, a path inside the package or a traceback.
"""

from enum import StrEnum


class Actor(StrEnum):
    """Who can remove the cause of an error."""

    USER = "user"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    DEVELOPER = "developer"


class BeffroiError(Exception):
    """Root of all errors raised on purpose.

    Args:
        message: The cause and the way out, in one or two plain sentences.
        actor: Who must act; each subclass has its usual one.
    """

    usual_actor = Actor.DEVELOPER

    def __init__(self, message: str, *, actor: Actor | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.actor = actor or self.usual_actor


class BadInput(BeffroiError):
    """A value, file or option cannot be used as given."""

    usual_actor = Actor.USER


class NotAuthorised(BeffroiError):
    """Nothing allows this: no mandate, no right, no human decision."""

    usual_actor = Actor.ADMINISTRATOR


class Unavailable(BeffroiError):
    """A camera, database, disk, model or network part is away or broken for now."""

    usual_actor = Actor.ADMINISTRATOR


class Tampered(BeffroiError):
    """A hash, signature or proof does not hold."""

    usual_actor = Actor.ADMINISTRATOR
