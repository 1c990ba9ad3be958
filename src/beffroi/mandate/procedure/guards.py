"""Which rules an act is asked, and everything that stands in the way of a step.

A rule looks at the case and at the step proposed, and answers None or why not. What a rule asks
for (days, bodies, files) comes from the doctrines in force; the sentence names the clause.
"""

from types import MappingProxyType
from typing import Final

from beffroi.mandate.procedure.acts import (
    DOCUMENTED,
    ActType,
)
from beffroi.mandate.procedure.case import Case, Rule, Step
from beffroi.mandate.procedure.rules.ballot import quorum, roll_called
from beffroi.mandate.procedure.rules.entry import (
    authorisation_bounded,
    authorised,
    effect_delayed,
    figures_known,
    gap_bounded,
    masked,
    shadowed,
)
from beffroi.mandate.procedure.rules.files import (
    compass_passed,
    files_complete,
    renewal_evaluated,
    within_limits,
)
from beffroi.mandate.procedure.rules.general import chronology, doctrine, documented, law, order
from beffroi.mandate.procedure.rules.hearing import (
    adverse_answered,
    consultation_dates,
    consultation_held,
    consultation_over,
    everybody_answered,
    interests_declared,
    not_widened,
    opinions_given,
    workers_told,
)
from beffroi.mandate.procedure.rules.stopping import (
    as_synthetic,
    camera_named,
    lifted_by_whom,
    petition_large_enough,
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
            not_widened,
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
            gap_bounded,
            shadowed,
            effect_delayed,
        ),
        ActType.RESUMPTION: (law, lifted_by_whom, within_limits, compass_passed, gap_bounded),
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
        not_widened,
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
        gap_bounded,
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
