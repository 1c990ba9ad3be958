"""The kinds of acts and what each of them has to say beside its body, date and motives."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from beffroi.errors import BadInput
from beffroi.problems import in_one_line
from beffroi.words import say


class ActType(StrEnum):
    """Every decision that can be recorded, in the order of the procedure."""

    CONSULTATION_OPENED = "consultation_opened"
    CONSULTATION_CLOSED = "consultation_closed"
    OPINION = "opinion"
    OVERRIDE = "override"
    WORKER_NOTICE = "worker_notice"
    EVALUATION = "evaluation"
    VOTE = "vote"
    AUTHORISATION = "authorisation"
    PUBLICATION = "publication"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    REVALIDATION = "revalidation"
    MOTION = "motion"
    REPEAL = "repeal"
    WITHDRAWAL = "withdrawal"
    ADOPTION = "adoption"
    REMOVAL = "removal"


WIDENING: Final = frozenset(
    {
        ActType.PUBLICATION,
        ActType.RESUMPTION,
        ActType.REVALIDATION,
        ActType.ADOPTION,
        ActType.REMOVAL,
    }
)
"""What lets more run, or may: counted only once a second person has confirmed it."""

NARROWING: Final = frozenset({ActType.SUSPENSION, ActType.REPEAL, ActType.WITHDRAWAL})
"""What one person can do at any time, whatever the clock says."""

DOCUMENTED: Final = frozenset(
    {
        ActType.CONSULTATION_CLOSED,
        ActType.OPINION,
        ActType.OVERRIDE,
        ActType.EVALUATION,
        ActType.VOTE,
        ActType.AUTHORISATION,
    }
)
"""What is worth nothing without the signed paper: summary, opinion, minutes, order."""


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


KEPT_BACK: Final = frozenset({ActType.WORKER_NOTICE, ActType.MOTION, ActType.REVALIDATION})
"""Acts whose papers name staff or signatories, or show what a camera sees: never made public."""


class _Details(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(_Details):
    """An act that says all it has to say in its motives."""


class Opening(_Details):
    """A consultation with its dates, which nobody can shorten afterwards.

    Attributes:
        opens: First day.
        closes: Last day, included.
        where: Where one can read the file and answer.
    """

    opens: date
    closes: date
    where: str = Field(min_length=1)


class Opinion(_Details):
    """What a body that must be heard has said.

    Attributes:
        by: The body, by the doctrine's name for it, e.g. ``dpo``.
        outcome: Whether it agrees.
        interests: Declaration of interests of those who gave it.
    """

    by: str = Field(pattern="^[a-z_]+$")
    outcome: Literal["favourable", "reserved", "adverse"]
    interests: str = ""


class Ballot(_Details):
    """A vote with its roll call.

    Attributes:
        members: Seats of the body.
        votes_for: Names of those who voted for.
        votes_against: Names of those who voted against.
        abstained: Names of those present who abstained.
    """

    members: Annotated[int, Field(ge=1)]
    votes_for: tuple[Name, ...] = ()
    votes_against: tuple[Name, ...] = ()
    abstained: tuple[Name, ...] = ()

    @property
    def present(self) -> int:
        """How many took part."""
        return len(self.votes_for) + len(self.votes_against) + len(self.abstained)

    @property
    def adopted(self) -> bool:
        """Whether more were for than against."""
        return len(self.votes_for) > len(self.votes_against)


class Authorisation(_Details):
    """The leave, or refusal, of an authority outside the city.

    Attributes:
        by: The authority, by the doctrine's name for it, e.g. ``prefect``.
        granted: Whether it was given.
        until: Last day, included.
    """

    by: str = Field(pattern="^[a-z_]+$")
    granted: bool
    until: date | None = None


class Publication(_Details):
    """That the text was made public, and from when it binds.

    Attributes:
        url: Where anybody reads it.
        effect_on: First day of effect.
        urgent: Whether it binds before the usual delay; it then ends by itself.
        ends_at: Set by Beffroi for an urgent publication.
    """

    url: str = Field(pattern=r"^https?://\S+$")
    effect_on: date
    urgent: bool = False
    ends_at: datetime | None = None


class Suspension(_Details):
    """A stop that the same authority, or the council, can lift.

    Attributes:
        by: Who stopped it.
    """

    by: Literal["supervisor", "council", "judge", "commission", "automatic"]


class Resumption(_Details):
    """The end of a suspension.

    Attributes:
        by: Who lifts it.
    """

    by: Literal["supervisor", "council", "judge", "commission"]


class Revalidation(_Details):
    """That a camera, as it now is, still fits what was voted.

    Attributes:
        camera: Its id.
        version: Number of the camera's version that was looked at; set by Beffroi.
    """

    camera: str
    version: int | None = None


class Motion(_Details):
    """A demand that the use be put to a vote again.

    Attributes:
        by: A member of the council, or a petition.
        signatures: Of the petition.
    """

    by: Literal["member", "petition"]
    signatures: int = 0


class Change(_Details):
    """A doctrine adopted, amended or removed.

    Attributes:
        delay_days: How long after its confirmation it binds; set by Beffroi from what the
            doctrines in force ask.
    """

    delay_days: int | None = None


DETAILS: Mapping[ActType, type[_Details]] = MappingProxyType(
    {
        ActType.CONSULTATION_OPENED: Opening,
        ActType.CONSULTATION_CLOSED: Nothing,
        ActType.OPINION: Opinion,
        ActType.OVERRIDE: Nothing,
        ActType.WORKER_NOTICE: Nothing,
        ActType.EVALUATION: Nothing,
        ActType.VOTE: Ballot,
        ActType.AUTHORISATION: Authorisation,
        ActType.PUBLICATION: Publication,
        ActType.SUSPENSION: Suspension,
        ActType.RESUMPTION: Resumption,
        ActType.REVALIDATION: Revalidation,
        ActType.MOTION: Motion,
        ActType.REPEAL: Nothing,
        ActType.WITHDRAWAL: Nothing,
        ActType.ADOPTION: Change,
        ActType.REMOVAL: Change,
    }
)


def read_details(act_type: ActType, details: Mapping[str, Any]) -> _Details:
    """Check what an act says.

    Raises:
        BadInput: Something is missing, unknown or not of its kind.
    """
    try:
        return DETAILS[act_type].model_validate(dict(details))
    except ValidationError as error:
        raise BadInput(
            say(
                "This act ({kind}) is incomplete: {problems}.",
                kind=act_type.value,
                problems=in_one_line(error),
            )
        ) from error
