"""The notice of a use: what was voted, by whom, until when, and how to contest and check it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.mandate.impact.document import Document, Part, Table
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.remedies import Remedy, Right, remedies, rights_of
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.impact.texts import value
from beffroi.mandate.modes import Mode
from beffroi.mandate.notices.press import to_code
from beffroi.mandate.notices.words import words
from beffroi.mandate.procedure.acts import ActType, Ballot, Publication, read_details
from beffroi.mandate.procedure.standing import Standing, counts, stand
from beffroi.mandate.reading import day
from beffroi.mandate.uses import acts_of, find_use, text_of
from beffroi.store.base import Json
from beffroi.store.procedure import Act
from beffroi.words import Language, say

DECISIONS: Final = frozenset(
    {
        ActType.VOTE,
        ActType.AUTHORISATION,
        ActType.PUBLICATION,
        ActType.SUSPENSION,
        ActType.RESUMPTION,
        ActType.REPEAL,
        ActType.WITHDRAWAL,
    }
)
"""The acts that a notice names; all others are on the public page."""

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Announced:
    """A use that was put to the vote, as it is told to the public.

    Args:
        facts: What the text, the definition and the clock say, in the language asked for.
        standing: Where it stands.
        acts: Those that count, in order.
        last: Its last day, where it is.
        live: Whether it rings for anybody.
    """

    facts: Mapping[str, str]
    standing: Standing
    acts: list[Act]
    last: str
    live: bool

    @property
    def url(self) -> str:
        """Where it was published last; empty while it was not."""
        made = [read_details(ActType(act.type), act.details) for act in self.acts]
        urls = [details.url for details in made if isinstance(details, Publication)]
        return urls[-1] if urls else ""


def announced(session: Session, use_id: str, language: Language, now: datetime) -> Announced:
    """A use as it is told to the public.

    Raises:
        BadInput: No such use, or nobody has voted on it: there is nothing to announce.
    """
    use = find_use(session, use_id)
    acts = [act for act in acts_of(session, use_id) if counts(act)]
    text = text_of(session, use, acts).text
    standing = stand(acts, text, now)
    if standing.voted is None:
        raise BadInput(say("Nobody has voted on {use}: there is nothing to announce.", use=use_id))
    effect = max(text.starts_at, standing.effect_at or text.starts_at)
    last = day(standing.last_day(text), language)
    told = words().standing[standing.state.value][language]
    facts = dict(facts_of(session, subject_of(session, use_id), language, now=now))
    facts["standing"] = told.format(effect=day(text.local(effect), language), last=last)
    live = text.mode is Mode.LIVE
    facts["kept"] = words().kept["live" if live else "quiet"][language].format_map(facts)
    return Announced(facts, standing, acts, last, live)


def notice(session: Session, use_id: str, language: Language, now: datetime, url: str = "") -> Json:
    """What the notice of a use says, for :func:`beffroi.mandate.notices.press.to_pdf`.

    Args:
        session: Any session.
        use_id: The use; it must have been voted on.
        language: Of the words.
        now: The time at which it is true.
        url: The public page; where it was published, unless another is named.

    Raises:
        BadInput: There is nothing to announce.
        Unavailable: The library that makes codes is not installed.
    """
    use = announced(session, use_id, language, now)
    address, said = url or use.url, words().notice
    tables = {
        "acts": _acts(use, language),
        "rights": _rights(subject_of(session, use_id).regime, language),
        "remedies": _remedies(language),
    }
    parts = [
        Part(
            section.heading[language],
            tuple(one[language].format_map(use.facts) for one in section.paragraphs),
            None
            if section.table is None
            else Table(said.columns[section.table][language], tables[section.table]),
        )
        for section in said.sections
    ]
    title = said.title[language].format_map(use.facts)
    return {
        "document": Document(title, language, parts).to_json(),
        "author": use.facts["controller"],
        "check": said.check[language],
        "url": address,
        "code": to_code(address) if address else "",
        "alt": said.code[language].format(url=address),
    }


def _acts(use: Announced, language: Language) -> Rows:
    return tuple(
        (_named(act, language), act.body, _day(act, language), act.reference)
        for act in use.acts
        if act.type in DECISIONS
    )


def _rights(regime: str, language: Language) -> Rows:
    return tuple(
        (right.title[language], right.how[language], _source(right))
        for right in rights_of(regime)
        if right.applies
    )


def _remedies(language: Language) -> Rows:
    return tuple(
        (
            remedy.title[language],
            f"{remedy.where[language]} {remedy.deadline[language]}",
            _source(remedy),
        )
        for remedy in remedies()
    )


def _named(act: Act, language: Language) -> str:
    name = value("act", act.type, language)
    details = read_details(ActType(act.type), act.details)
    if not isinstance(details, Ballot):
        return name
    return (
        words()
        .ballot[language]
        .format(
            act=name,
            votes_for=len(details.votes_for),
            votes_against=len(details.votes_against),
            abstained=len(details.abstained),
        )
    )


def _source(row: Right | Remedy) -> str:
    return row.source if row.verified else f"{row.source} †"


def _day(act: Act, language: Language) -> str:
    return day(datetime.fromisoformat(act.date).replace(tzinfo=UTC), language)
