"""The sign in the street: what cameras here are analysed for, who answers, where to read on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.mandate.impact.texts import unreviewed
from beffroi.mandate.notices.notice import Announced, announced
from beffroi.mandate.notices.press import to_code
from beffroi.mandate.notices.words import words
from beffroi.mandate.procedure.standing import PUBLISHED
from beffroi.mandate.uses import list_uses, standing_of
from beffroi.store.base import Json
from beffroi.store.mandates import Use, UseCamera
from beffroi.words import Language, say


def sign(session: Session, place: str, language: Language, now: datetime, url: str = "") -> Json:
    """What the sign for a camera says, with all its uses, or the sign for one use.

    Args:
        session: Any session.
        place: Id of a camera or of a use.
        language: Of the words.
        now: The time at which it is true.
        url: The public page; where the use was published, unless another is named.

    Raises:
        BadInput: Nothing published concerns it, or its uses were published in several places and
            no page is named.
        Unavailable: The library that makes codes is not installed.
    """
    uses = [announced(session, use, language, now) for use in _published(session, place, now)]
    if not uses:
        raise BadInput(
            say("No published use concerns {place}: there is nothing to announce.", place=place)
        )
    pages = {use.url for use in uses}
    if not url and len(pages) > 1:
        raise BadInput(
            say(
                "The uses of {place} were published in several places: name the page with --url.",
                place=place,
            )
        )
    address, said = url or pages.pop(), words().sign
    rings = any(use.live for use in uses)
    controllers = sorted({use.facts["controller"] for use in uses})
    return {
        "language": language,
        "title": said.title[language],
        "picture": said.picture[language],
        "lead": (said.lead if rings else said.quiet_lead)[language],
        "events": [_event(use, language) for use in uses],
        "promise": (said.promise if rings else said.quiet_promise)[language],
        "controller": ", ".join(controllers),
        "answers": said.controller[language].format(controller=", ".join(controllers)),
        "rights": said.rights[language],
        "more": said.more[language],
        "url": address,
        "code": to_code(address),
        "alt": said.code[language].format(url=address),
        "note": unreviewed(language),
    }


def _event(use: Announced, language: Language) -> dict[str, str]:
    until = words().sign.until[language].format(**use.facts, last=use.last)
    if not use.live:
        mode = use.facts["mode"]
        until = f"{until} {mode[0].upper()}{mode[1:]}."
    return {"title": use.facts["title"], "purpose": use.facts["purpose"], "until": until}


def _published(session: Session, place: str, now: datetime) -> list[str]:
    """Ids of the published uses that are this one, or that name this camera."""
    named = set(session.scalars(select(UseCamera.use_id).where(UseCamera.camera_id == place)))
    if session.get(Use, place) is not None:
        named = {place}
    return [
        use.id
        for use in list_uses(session)
        if use.id in named and standing_of(session, use, now).state in PUBLISHED
    ]
