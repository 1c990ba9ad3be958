"""What stands in the way of an act: one small rule each, and the sentence that it refuses with.

A rule looks at the case and at the step proposed, and answers None or why not. What a rule asks
for (days, bodies, files) comes from the doctrines in force; the sentence names the clause.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.mandate.annexes import measured
from beffroi.mandate.cameras import current_version
from beffroi.mandate.definition import Definition, VotedText
from beffroi.mandate.doctrine.procedure import Procedure
from beffroi.mandate.doctrine.stack import Stack
from beffroi.mandate.impact.assessment import complete
from beffroi.mandate.impact.compass import failed
from beffroi.mandate.lawful import objection_ahead, refused
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import (
    DOCUMENTED,
    ActType,
    Authorisation,
    Ballot,
    Motion,
    Opening,
    Opinion,
    Publication,
    Resumption,
    Revalidation,
)
from beffroi.mandate.procedure.standing import FOLLOWS, LIFTED_BY, Standing, State, lifted
from beffroi.mandate.use_text import WrittenUse
from beffroi.mandate.uses import list_uses, text_of
from beffroi.store.mandates import UseCount
from beffroi.store.procedure import Act, Contribution
from beffroi.words import Words, say


@dataclass(frozen=True, slots=True)
class Case:
    """A use as it stands when an act is proposed.

    Args:
        session: To look things up.
        written: Its text.
        voted: The definition that it applies.
        acts: Those that count, in their order.
        standing: Where it stands.
        stack: The doctrines in force.
        now: The time.
    """

    session: Session
    written: WrittenUse
    voted: VotedText
    acts: Sequence[Act]
    standing: Standing
    stack: Stack
    now: datetime

    @property
    def definition(self) -> Definition:
        """What the use applies."""
        return self.voted.definition

    @property
    def procedure(self) -> Procedure:
        """What the doctrines in force ask of this use."""
        text = self.written.text
        return self.stack.procedure(
            self.definition.event, text.mode, text.local(self.now), frozenset(text.places)
        )

    def of(self, act_type: ActType) -> list[Act]:
        """The acts of one type."""
        return [act for act in self.acts if act.type == act_type]


@dataclass(frozen=True, slots=True)
class Step:
    """An act as it is proposed.

    Args:
        type: What is decided.
        details: What its type asks for, checked.
        day: Day of the decision.
        known: Day on which it was recorded here.
        document: Digest of the attachment, if there is one.
        motives: Why.
    """

    type: ActType
    details: Any
    day: date
    known: date
    document: str | None
    motives: str


Rule = Callable[[Case, Step], str | None]


def order(case: Case, step: Step) -> Words | None:
    """An act follows from certain states only."""
    if case.standing.state in FOLLOWS.get(step.type, frozenset()):
        return None
    return say(
        "A {kind} cannot follow while the use is {state}: it needs one that is {states}.",
        kind=step.type.value,
        state=case.standing.state.value,
        states=" / ".join(sorted(FOLLOWS.get(step.type, frozenset()))),
    )


def doctrine(case: Case, step: Step) -> str | None:
    """No step forward that a doctrine refuses."""
    return refused(case.stack, case.definition, case.written.text, case.now)


def law(case: Case, step: Step) -> str | None:
    """No vote and no publication without a law in force, where one is needed."""
    return objection_ahead(case.stack, case.definition, case.written.text, case.now)


def chronology(case: Case, step: Step) -> Words | None:
    """A decision is not older than the one it follows."""
    last = max((act.date for act in case.acts if act.type in _FLOW), default=None)
    if last is None or step.day.isoformat() >= last:
        return None
    return say(
        "A {kind} of {day} cannot follow a decision of {last}.",
        kind=step.type.value,
        day=step.day.isoformat(),
        last=last,
    )


def documented(case: Case, step: Step) -> Words | None:
    """Some acts are nothing without their paper."""
    if step.document is not None:
        return None
    return say("A {kind} comes with its document: attach it.", kind=step.type.value)


def consultation_dates(case: Case, step: Step) -> Words | None:
    """The dates are fixed beforehand, and long enough."""
    opening: Opening = step.details
    if opening.opens < case.written.text.today(case.now):
        return say(
            "A consultation opens today or later, not on {day}.", day=opening.opens.isoformat()
        )
    days = (opening.closes - opening.opens).days + 1
    if days < case.procedure.consultation_days:
        return say(
            "A consultation lasts at least {least} days, and this one {days} ({clause}).",
            least=case.procedure.consultation_days,
            days=days,
            clause=_clause(case, "consultation_days"),
        )
    return None


def consultation_over(case: Case, step: Step) -> Words | None:
    """It is closed when its last day is over, never before, and not as of an earlier day."""
    closes = date.fromisoformat(case.of(ActType.CONSULTATION_OPENED)[-1].details["closes"])
    if min(step.day, case.written.text.today(case.now)) > closes:
        return None
    return say("The consultation runs until {day}, included.", day=closes.isoformat())


def everybody_answered(case: Case, step: Step) -> Words | None:
    """Every contribution is owed an answer before the consultation is closed."""
    open_ones = case.session.scalars(
        select(Contribution.id).where(
            Contribution.use_id == case.written.text.use, Contribution.answer.is_(None)
        )
    ).all()
    if not open_ones:
        return None
    numbers = ", ".join(map(str, open_ones))
    return say("These contributions wait for an answer: {numbers}.", numbers=numbers)


def consultation_held(case: Case, step: Step) -> Words | None:
    """The vote comes after a consultation, if one was opened or has to be: none is cut short."""
    asked = case.procedure.consultation_days or case.written.text.renews
    short_of_it = {State.CONSULTATION, State.DRAFT} if asked else {State.CONSULTATION}
    if case.standing.state in short_of_it:
        return say(
            "The vote comes after a consultation that was held and closed ({clause}).",
            clause=_clause(case, "consultation_days"),
        )
    return None


def interests_declared(case: Case, step: Step) -> Words | None:
    """Experts say what they have to do with the matter."""
    opinion: Opinion = step.details
    if opinion.by != "ai_committee" or opinion.interests.strip():
        return None
    return say("An opinion of the AI committee comes with a declaration of interests.")


def opinions_given(case: Case, step: Step) -> Words | None:
    """Every body that must be heard has been heard, on exactly this text."""
    heard = {
        act.details["by"]
        for act in case.of(ActType.OPINION)
        if act.subject_digest == case.written.digest
    }
    missing = sorted(case.procedure.opinions - heard)
    if not missing:
        return None
    return say(
        "These opinions are missing: {missing} ({clause}).",
        missing=", ".join(missing),
        clause=_clause(case, "opinions"),
    )


def adverse_answered(case: Case, step: Step) -> Words | None:
    """Whoever goes against an adverse opinion says why, in writing, afterwards."""
    adverse = [
        act.number for act in case.of(ActType.OPINION) if act.details["outcome"] == "adverse"
    ]
    overrides = [act.number for act in case.of(ActType.OVERRIDE)]
    if not adverse or max(overrides, default=-1) > max(adverse):
        return None
    return say("An opinion is adverse: going against it needs a written override.")


def workers_told(case: Case, step: Step) -> Words | None:
    """Those who work with it, or in front of it, were told."""
    if not case.procedure.worker_notice or case.of(ActType.WORKER_NOTICE):
        return None
    return say(
        "The staff has not been given notice ({clause}).", clause=_clause(case, "worker_notice")
    )


def files_complete(case: Case, step: Step) -> Words | None:
    """The impact files that a doctrine asks for are complete, for exactly this text."""
    asked = {"dpia": case.procedure.dpia, "fria": case.procedure.fria}
    missing = [
        kind.upper()
        for kind, needed in asked.items()
        if needed and not complete(case.session, case.written.text.use, kind, case.written.digest)
    ]
    if not missing:
        return None
    return say(
        "These impact files are not complete for this text: {missing} ({clause}).",
        missing=", ".join(missing),
        clause=_clause(case, missing[0].lower()),
    )


def compass_passed(case: Case, step: Step) -> Words | None:
    """A use that fails the first criterion of the compass is not activable."""
    use, digest = case.written.text.use, case.written.digest
    criteria = failed(case.session, use)
    if criteria:
        return say("The compass says no: {criteria}.", criteria="; ".join(criteria))
    if case.procedure.compass and not complete(case.session, use, "compass", digest):
        return say("The compass is not filled in ({clause}).", clause=_clause(case, "compass"))
    return None


def renewal_evaluated(case: Case, step: Step) -> Words | None:
    """A renewal rests on an evaluation of what it renews."""
    if not case.written.text.renews or not case.procedure.evaluation_on_renewal:
        return None
    if case.of(ActType.EVALUATION):
        return None
    return say("A renewal needs an evaluation of {use}.", use=case.written.text.renews)


def within_limits(case: Case, step: Step) -> Words | None:
    """Term and retention keep within the caps of the doctrines."""
    text, procedure = case.written.text, case.procedure
    # A term from midnight to midnight that holds one change of the clocks is an hour longer.
    first, last = (text.local(end).replace(tzinfo=None) for end in (text.starts_at, text.ends_at))
    days = ceil(min(last - first, text.ends_at - text.starts_at) / timedelta(days=1))
    if procedure.term_days is not None and days > procedure.term_days:
        return say(
            "A use lasts at most {most} days, and this one {days} ({clause}).",
            most=procedure.term_days,
            days=days,
            clause=_clause(case, "term_days"),
        )
    kept = case.definition.retention_days
    if procedure.evidence_days is not None and kept > procedure.evidence_days:
        return say(
            "Evidence is kept at most {most} days, and here {days} ({clause}).",
            most=procedure.evidence_days,
            days=kept,
            clause=_clause(case, "evidence_days"),
        )
    return None


def roll_called(case: Case, step: Step) -> Words | None:
    """Nobody votes twice, and no more vote than there are seats."""
    ballot: Ballot = step.details
    written = (*ballot.votes_for, *ballot.votes_against, *ballot.abstained)
    names = [_spelt_alike(name) for name in written]
    if len(set(names)) != len(names):
        return say("Somebody is named twice in the roll call.")
    if len(names) > ballot.members:
        return say("More people voted than the body has members.")
    return None


def quorum(case: Case, step: Step) -> Words | None:
    """Enough members took part."""
    ballot: Ballot = step.details
    least = case.procedure.quorum_percent
    if 100 * ballot.present >= least * ballot.members:
        return None
    return say(
        "The quorum is {least} % of {members} members, and {present} were present ({clause}).",
        least=least,
        members=ballot.members,
        present=ballot.present,
        clause=_clause(case, "quorum_percent"),
    )


def authorisation_bounded(case: Case, step: Step) -> Words | None:
    """An authorisation says until when, and not for longer than the law lets it."""
    leave: Authorisation = step.details
    most = case.procedure.authorisation_days
    if not leave.granted:
        return None
    if leave.until is None:
        return say("An authorisation says until when it holds.")
    if most is not None and leave.until > step.day + timedelta(days=most):
        return say(
            "This authorisation holds for at most {most} days ({clause}).",
            most=most,
            clause=_clause(case, "authorisation_days"),
        )
    return None


def authorised(case: Case, step: Step) -> Words | None:
    """Where the law asks for an authorisation, it was given by whom it must be."""
    given = {act.details["by"] for act in case.of(ActType.AUTHORISATION)}
    missing = sorted(case.procedure.authorisation - given)
    if not missing:
        return None
    return say(
        "This authorisation is missing: {missing} ({clause}).",
        missing=", ".join(missing),
        clause=_clause(case, "authorisation"),
    )


def masked(case: Case, step: Step) -> Words | None:
    """Where the law hides dwellings, no camera goes to work without a mask."""
    if not case.procedure.masks:
        return None
    bare = [
        camera
        for camera in sorted(case.written.text.cameras)
        if not current_version(case.session, camera).masks
    ]
    if not bare:
        return None
    return say(
        "These cameras have no mask, and dwellings are never seen: {cameras} ({clause}).",
        cameras=", ".join(bare),
        clause=_clause(case, "masks"),
    )


def effect_delayed(case: Case, step: Step) -> Words | None:
    """What is published binds after the delay, so that it can be attacked before."""
    made: Publication = step.details
    procedure = case.procedure
    if made.urgent:
        if procedure.urgency_hours is None:
            return say("No doctrine in force lets a use begin in urgency.")
        return None
    # The day it is recorded counts, not an earlier one that somebody writes down.
    published = max(step.day, step.known)
    earliest = published + timedelta(days=procedure.publication_delay_days)
    if made.effect_on >= earliest:
        return None
    return say(
        "It binds {days} days after its publication at the earliest, on {day} ({clause}).",
        days=procedure.publication_delay_days,
        day=earliest.isoformat(),
        clause=_clause(case, "publication_delay_days"),
    )


def figures_known(case: Case, step: Step) -> Words | None:
    """A definition whose figures were never measured goes no further than shadow.

    In a synthetic city figures on drawn people are enough: nobody else walks there.
    """
    text = case.written.text
    if text.mode is not Mode.LIVE:
        return None
    if measured(case.session, text.definition, synthetic=text.synthetic):
        return None
    return say("The figures of this definition are not measured: it can run in shadow mode only.")


def shadowed(case: Case, step: Step) -> Words | None:
    """Shadow figures of the same definition come before live, on each camera."""
    text, asked = case.written.text, case.procedure.shadow_days
    if text.mode is not Mode.LIVE or asked == 0:
        return None
    for camera in text.cameras:
        days = shadow_days(case.session, text.definition, camera)
        if days < asked:
            return say(
                "Camera {camera} ran {days} days in shadow mode, and {least} are asked ({clause}).",
                camera=camera,
                days=days,
                least=asked,
                clause=_clause(case, "shadow_days"),
            )
    return None


def lifted_by_whom(case: Case, step: Step) -> Words | None:
    """Nobody lifts what a higher authority stopped."""
    lift: Resumption = step.details
    stops = sorted(case.standing.stops)
    if lifted(stops, lift.by):
        return None
    return say(
        "A suspension by {stopped} is lifted by {lifters}, not by {by}.",
        stopped=" / ".join(stops),
        lifters=" / ".join(sorted(frozenset().union(*(LIFTED_BY[stop] for stop in stops)))),
        by=lift.by,
    )


def camera_named(case: Case, step: Step) -> Words | None:
    """Only a camera of the use can be found to fit it."""
    camera: Revalidation = step.details
    if camera.camera in case.written.text.cameras:
        return None
    return say("The use does not cover camera {camera}.", camera=camera.camera)


def as_synthetic(case: Case, step: Step) -> Words | None:
    """What was voted for drawn people is not turned upon a real place."""
    seen: Revalidation = step.details
    address = current_version(case.session, seen.camera).address
    if not case.written.text.synthetic or address.startswith("sim://"):
        return None
    return say("The use was voted for synthetic cameras, and {camera} is real.", camera=seen.camera)


def petition_large_enough(case: Case, step: Step) -> Words | None:
    """A petition reaches the doctrine's threshold; a member of the council needs none."""
    motion: Motion = step.details
    least = case.procedure.motion_signatures
    if motion.by == "member" or (least is not None and motion.signatures >= least):
        return None
    if least is None:
        return say("No doctrine in force says how many signatures a petition needs.")
    return say(
        "A petition needs {least} signatures, and this one has {signatures} ({clause}).",
        least=least,
        signatures=motion.signatures,
        clause=_clause(case, "motion_signatures"),
    )


_FLOW: Final = frozenset(
    {
        ActType.CONSULTATION_OPENED,
        ActType.CONSULTATION_CLOSED,
        ActType.VOTE,
        ActType.AUTHORISATION,
        ActType.PUBLICATION,
    }
)

GUARDS: Final = MappingProxyType(
    {
        ActType.CONSULTATION_OPENED: (doctrine, chronology, consultation_dates),
        ActType.CONSULTATION_CLOSED: (chronology, consultation_over, everybody_answered),
        ActType.OPINION: (interests_declared,),
        ActType.VOTE: (
            law,
            chronology,
            within_limits,
            consultation_held,
            opinions_given,
            adverse_answered,
            workers_told,
            files_complete,
            compass_passed,
            renewal_evaluated,
            roll_called,
            quorum,
        ),
        ActType.AUTHORISATION: (doctrine, chronology, authorisation_bounded),
        ActType.PUBLICATION: (
            law,
            chronology,
            within_limits,
            workers_told,
            compass_passed,
            authorised,
            masked,
            figures_known,
            shadowed,
            effect_delayed,
        ),
        ActType.RESUMPTION: (law, lifted_by_whom, within_limits, compass_passed),
        ActType.REVALIDATION: (camera_named, as_synthetic),
        ActType.MOTION: (petition_large_enough,),
    }
)
"""Act → its rules, asked in this order after `order` and, for some, `documented`."""


ABOUT_THE_CASE: Final[frozenset[Rule]] = frozenset(
    {
        doctrine,
        law,
        consultation_over,
        everybody_answered,
        consultation_held,
        opinions_given,
        adverse_answered,
        workers_told,
        files_complete,
        compass_passed,
        renewal_evaluated,
        within_limits,
        authorised,
        masked,
        figures_known,
        shadowed,
    }
)
"""Rules that look at no detail of the step, so that they can be asked beforehand."""


def objections(case: Case, step: Step) -> list[str]:
    """Everything that stands in the way of a step; empty if nothing does."""
    out_of_order = order(case, step)
    if out_of_order is not None:
        return [out_of_order]
    rules = GUARDS.get(step.type, ())
    if step.type in DOCUMENTED:
        rules = (documented, *rules)
    return [refusal for rule in rules if (refusal := rule(case, step)) is not None]


def standing_objections(case: Case, act_type: ActType) -> list[str]:
    """What stands in the way of an act whatever it will say: the rules about the case alone."""
    today = case.written.text.today(case.now)
    step = Step(act_type, None, today, today, None, "")
    rules = (rule for rule in GUARDS.get(act_type, ()) if rule in ABOUT_THE_CASE)
    return [refusal for rule in rules if (refusal := rule(case, step)) is not None]


def shadow_days(session: Session, definition: str, camera: str) -> int:
    """On how many days a definition ran in shadow mode on a camera."""
    shadows = [
        use.id
        for use in list_uses(session)
        if (text := text_of(session, use).text).definition == definition
        and text.mode is Mode.SHADOW
    ]
    quarters = session.scalars(
        select(UseCount.quarter)
        .where(UseCount.use_id.in_(shadows), UseCount.camera_id == camera)
        .distinct()
    )
    return len({quarter.astimezone(UTC).date() for quarter in quarters})


def _spelt_alike(name: str) -> str:
    """A name as it would sound, so that no other spelling makes a second person of it."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _clause(case: Case, rule: str) -> str:
    """Which clause asks for this; for bodies, the first of them."""
    because = case.procedure.because
    source = because.get(rule) or next(
        (because[name] for name in sorted(because) if name.startswith(f"{rule}.")), None
    )
    if source is None:
        return "–"
    doctrine_id, clause = source
    return f"{doctrine_id}, {clause.id}"
