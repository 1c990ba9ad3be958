"""Rules about who is heard before a vote: residents, bodies, staff."""

from datetime import date

from sqlalchemy import select

from beffroi.mandate.procedure.acts import (
    ActType,
    Opening,
    Opinion,
)
from beffroi.mandate.procedure.case import Case, Step, clause_of
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.use_text import stored_text
from beffroi.mandate.uses import definition_of
from beffroi.mandate.widening import Version, widened
from beffroi.store.procedure import Contribution
from beffroi.words import Words, say, together


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
            clause=clause_of(case, "consultation_days"),
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
            clause=clause_of(case, "consultation_days"),
        )
    return None


def not_widened(case: Case, step: Step) -> Words | None:
    """Residents were asked about all that is put to the vote; for more they are asked again."""
    asked = case.of(ActType.CONSULTATION_OPENED)
    if not asked:
        return None
    before = stored_text(case.session, asked[-1].subject_digest).text
    wider = widened(
        Version(before, definition_of(case.session, before).definition),
        Version(case.written.text, case.definition),
    )
    if not wider:
        return None
    return say(
        "Since the consultation this was widened: {wider}. Take it back, or consult again.",
        wider=together(wider, ", "),
    )


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
        clause=clause_of(case, "opinions"),
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
        "The staff has not been given notice ({clause}).", clause=clause_of(case, "worker_notice")
    )
