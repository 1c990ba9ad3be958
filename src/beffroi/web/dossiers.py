"""A use with everything that people read of it: text, standing, cameras, acts, what was said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.ledger.append import SYSTEM
from beffroi.mandate.cameras import last_version, names_of
from beffroi.mandate.conditions import Condition, Matter, conditions
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.procedure import Procedure
from beffroi.mandate.energy import Energy
from beffroi.mandate.equipment import known_equipment
from beffroi.mandate.fitness import fitness
from beffroi.mandate.gate import Hour, Refusal
from beffroi.mandate.hours import ALWAYS
from beffroi.mandate.impact.duties import Duty, use_duties
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.lawful import refused
from beffroi.mandate.procedure.acts import WIDENING
from beffroi.mandate.procedure.case import Case, case_of
from beffroi.mandate.procedure.consultation import contributions
from beffroi.mandate.procedure.standing import BEFORE_VOTE, Standing, State, counts
from beffroi.mandate.soundness import UNREADABLE, why_unreadable
from beffroi.mandate.suspending import motives_of
from beffroi.mandate.use_text import UseText, WrittenUse
from beffroi.mandate.uses import acts_of, find_use, list_uses
from beffroi.store.accounts import Account
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act, Contribution, Document
from beffroi.web.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Entry:
    """A use in a list.

    Args:
        use_id: Its id.
        state: Where it stands.
        text: The text that was voted, or the draft.
        last_day: The last day on which it may run, whichever of text and acts ends it first.
        voted: The definition that it applies.
        reading: The same with its translations, to be read.
        cameras: What people call its cameras.
        consultation: First and last day and place of the consultation that is open, if one is.
        duty: What is due next.
        against: Why it is refused, quoting the clause, if a text in force refuses it.
    """

    use_id: str
    state: State
    text: UseText
    last_day: date
    voted: VotedText
    reading: Reading
    cameras: Sequence[str]
    consultation: Mapping[str, str] | None
    duty: Duty | None
    against: str | None

    @property
    def always(self) -> bool:
        """Whether no hour was left out."""
        return {day: [tuple(span) for span in spans] for day, spans in self.text.hours.items()} == (
            ALWAYS
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """An act as people read it: by the roles of those who recorded it, never by their names.

    Args:
        act: The act.
        recorded: Role of who recorded it; None for Beffroi itself or an account that is gone.
        confirmed: Role of who confirmed it.
        document: Name of the attachment.
        counts: Whether it has taken effect: what widens waits for a second person.
    """

    act: Act
    recorded: str | None
    confirmed: str | None
    document: str | None
    counts: bool

    @property
    def motives(self) -> str:
        """Why it was taken."""
        return motives_of(self.act)

    @property
    def waits(self) -> bool:
        """Whether a second person has still to confirm it."""
        return self.act.type in WIDENING and not self.counts


@dataclass(frozen=True, slots=True)
class Watched:
    """A camera of a use.

    Args:
        camera_id: Its id.
        name: What people call it.
        conditions: What must hold for the use to run there now, each with its answer.
        energy: What an hour of it takes, if that was measured.
        trouble: Why it does not run there whatever the conditions, or why nothing is said of them.
    """

    camera_id: str
    name: str
    conditions: Sequence[Condition]
    energy: Energy | None
    trouble: str | None = None

    @property
    def runs(self) -> bool:
        """Whether everything holds."""
        return self.trouble is None and all(one.holds for one in self.conditions)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about one use."""

    entry: Entry
    written: WrittenUse
    standing: Standing
    procedure: Procedure
    cameras: Sequence[Watched]
    deeds: Sequence[Deed]
    contributions: Sequence[Contribution]

    @property
    def cut_short(self) -> date | None:
        """Its last day, if acts end it before the text does."""
        last = self.entry.last_day
        return last if last < self.entry.text.last_day else None


def read_register(session: Session, now: datetime) -> tuple[list[Entry], dict[str, str]]:
    """Every use by id, and by id what is wrong with those whose text was changed."""
    entries, broken = [], {}
    for use in list_uses(session):
        try:
            entries.append(_entry(session, case_of(session, use, now), now))
        except UNREADABLE as error:
            broken[use.id] = why_unreadable(error)
    return entries, broken


def read_dossier(session: Session, use_id: str, hour: Hour) -> Dossier:
    """One use, as it stands at an hour and as the gate answers for it.

    Raises:
        BadInput: No such use, or its text is not the one that was voted.
    """
    use = find_use(session, use_id)
    case = case_of(session, use, hour.now)
    return Dossier(
        entry=_entry(session, case, hour.now),
        written=case.written,
        standing=case.standing,
        procedure=case.procedure,
        cameras=[_watched(hour, use, case, one) for one in case.written.text.cameras],
        deeds=deeds(session, acts_of(session, use_id)),
        contributions=contributions(session, use_id),
    )


def deeds(session: Session, acts: Iterable[Act]) -> list[Deed]:
    """Acts as people read them."""
    roles = dict(session.execute(select(Account.pseudonym, Account.role)).all())
    names = dict(session.execute(select(Document.digest, Document.name)).all())
    return [
        Deed(
            act,
            None if act.recorded_by == SYSTEM else roles.get(act.recorded_by),
            roles.get(act.confirmed_by or ""),
            names.get(act.document_digest or ""),
            counts(act),
        )
        for act in acts
    ]


def _entry(session: Session, case: Case, now: datetime) -> Entry:
    text, state = case.written.text, case.standing.state
    against = None
    if state in BEFORE_VOTE:
        against = refused(case.stack, case.definition, text, now)
    opened = [act.details for act in case.acts if act.type == "consultation_opened"]
    return Entry(
        use_id=text.use,
        state=state if against is None else State.REFUSED,
        text=text,
        last_day=case.standing.last_day(text),
        voted=case.voted,
        reading=read(session, case.voted),
        cameras=list(names_of(session, text.cameras).values()),
        consultation=opened[-1] if opened and state is State.CONSULTATION else None,
        duty=_next_duty(session, case, now),
        against=against,
    )


def _next_duty(session: Session, case: Case, now: datetime) -> Duty | None:
    today = case.written.text.today(now)
    found = use_duties(subject_of(session, case.written.text.use), case.acts, case.procedure)
    return next((duty for duty in found if duty.due >= today), None)


def _watched(hour: Hour, use: Use, case: Case, camera_id: str) -> Watched:
    records = hour.votes.records
    session = records.session
    matter = Matter(case.written.text, case.voted, case.standing, case.acts)
    (name,) = names_of(session, [camera_id]).values()
    energy = Energy.of(records.state(camera_id))
    try:
        camera = last_version(session, camera_id)
        asked = [
            *conditions(records, use, matter, camera_id, case.stack),
            *fitness(records, case.definition, camera, known_equipment(session)),
        ]
    except UNREADABLE as error:
        return Watched(camera_id, name, (), energy, why_unreadable(error))
    answers = [each for each in hour.ask(camera_id) if each.use_id == use.id]
    closed = next((each.reason for each in answers if isinstance(each, Refusal)), None)
    # What no condition explains, the clock or the state of the records does.
    unexplained = closed if all(one.holds for one in asked) else None
    return Watched(camera_id, name, asked, energy, unexplained)
