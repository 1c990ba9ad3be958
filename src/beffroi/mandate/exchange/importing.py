"""Takes up what another city has decided: its texts, and none of its decisions.

Definitions and doctrines are registered, uses are written down as drafts under this city's own
names and dates. No act, no figure and no drawing is taken over: nothing is in force by this, and
what was measured or drawn on other cameras says nothing of these.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.ledger.append import Kind, append
from beffroi.ledger.keys import published
from beffroi.mandate.definition import VotedText, find_problems
from beffroi.mandate.exchange.contents import Contents
from beffroi.mandate.procedure.adoption import register_doctrine
from beffroi.mandate.use_text import UseText
from beffroi.mandate.uses import UseSpec, draft_use, register_definition


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a city takes up as drafts of its own.

    Args:
        uses: Ids of the uses, as the other city named them.
        cameras: The other city's camera → the one of this city that stands for it.
        until: Last day of the drafts, included.
        controller: Who answers for them here.
    """

    uses: Collection[str] = ()
    cameras: Mapping[str, str] | None = None
    until: date | None = None
    controller: str = ""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What came of it, by id or digest."""

    definitions: tuple[str, ...]
    doctrines: tuple[str, ...]
    uses: tuple[str, ...]


def take_up(
    session: Session,
    contents: Contents,
    wanted: Wanted,
    *,
    check: Callable[[VotedText], object],
    actor: str,
    clock: Clock,
) -> TakenUp:
    """Register texts and write drafts, all of it or nothing.

    Args:
        session: A write session.
        contents: An export that was proven (:func:`beffroi.mandate.exchange.verify.prove`).
        wanted: Which uses, and what stands for what here.
        check: Raises BadInput for a definition that no detector here can run.
        actor: Pseudonym of the account that takes it up.
        clock: Gives the time.

    Raises:
        BadInput: A use or camera that is not there, a use whose name is taken here, or a
            definition that could not be put to the vote here.
        NotAuthorised: A doctrine in force here refuses one of these uses.
    """
    payload = {"key": published(contents.key), "signed": contents.signed.note()}
    append(session, Kind.MANDATE_IMPORTED, actor=actor, payload=payload, clock=clock)
    for voted in contents.definitions.values():
        _require_votable(voted)
        register_definition(session, voted, actor=actor, clock=clock)
    for text in contents.doctrines.values():
        register_doctrine(session, text, actor=actor, clock=clock)
    texts = {use.use: contents.texts[use.text].text for use in contents.uses}
    for use in wanted.uses:
        if use not in texts:
            raise BadInput(f"There is no use {use} in this mandate; it has {', '.join(texts)}.")
        voted = contents.definitions[texts[use].definition]
        check(voted)
        spec = _spec(texts[use], wanted, clock)
        draft_use(session, use, voted, spec, actor=actor, clock=clock)
    return TakenUp(
        tuple(voted.definition.event for voted in contents.definitions.values()),
        tuple(text.doctrine.id for text in contents.doctrines.values()),
        tuple(wanted.uses),
    )


def _require_votable(voted: VotedText) -> None:
    if problems := find_problems(voted.definition.model_dump(mode="json")):
        raise BadInput(
            f"The definition of {voted.definition.event} could not be put to the vote here: "
            f"{' '.join(problems)}"
        )


def _spec(text: UseText, wanted: Wanted, clock: Clock) -> UseSpec:
    """The same use on this city's cameras, until its own day, with nothing drawn yet."""
    cameras = wanted.cameras or {}
    for camera in text.cameras:
        if camera not in cameras:
            raise BadInput(
                f"{text.use} looks at {camera}: say which of your cameras stands for it, "
                f"--camera {camera}=YOURS."
            )
    if wanted.until is None:
        raise BadInput(f"Say until which day {text.use} is to last here, --until YYYY-MM-DD.")
    return UseSpec(
        purpose=text.purpose,
        law=text.law,
        legal_basis=text.legal_basis,
        starts_at=clock.now(),
        ends_at=text.end_of(wanted.until),
        cameras={cameras[camera]: {} for camera in text.cameras},
        mode=text.mode,
        regime=text.regime,
        controller=wanted.controller,
        timezone=text.timezone,
        hours=text.hours,
        occasion=text.occasion,
        places=text.places,
        max_offline_s=text.max_offline_s,
    )
