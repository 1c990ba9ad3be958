"""The compass: Nantes' seven criteria as a scorecard of a use, each score with its evidence.

Criterion 1, nothing biometric and no sensitive data, decides alone: a use that fails it cannot be
put in force, however well it does on the other six.
"""

from typing import Final

from sqlalchemy.orm import Session

from beffroi.mandate.impact.assessment import latest
from beffroi.mandate.impact.content import content_of
from beffroi.mandate.impact.facts import unknown_models
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.subject import subject_of
from beffroi.words import say

DECISIVE: Final = "1"
"""The criterion that no other makes up for."""

NOT_MET: Final = 0
MET: Final = 2


def failed(session: Session, use_id: str) -> list[str]:
    """Why the compass keeps a use from being put in force; empty if it does not.

    A use without a compass has failed nothing here: whether it needs one is for the doctrine to
    say, and whether it is complete for :func:`beffroi.mandate.impact.assessment.complete`.
    """
    last = latest(session, use_id, Study.COMPASS)
    if last is None:
        return []
    reasons: list[str] = []
    score = content_of(last).grades.get(DECISIVE)
    if score == NOT_MET:
        reasons.append(
            say(
                "criterion 1 of the compass is not met (version {number}): something biometric or "
                "sensitive",
                number=last.number,
            )
        )
    unknown = unknown_models(subject_of(session, use_id).definition)
    if unknown and score != MET:
        reasons.append(
            say(
                "nobody has established that the models {models} hold nothing biometric "
                "(criterion 1 of the compass, version {number})",
                models=", ".join(unknown),
                number=last.number,
            )
        )
    return reasons
