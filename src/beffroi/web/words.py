"""What people call the values that the database keeps, and the reasons they can pick by a digit."""

from collections.abc import Mapping
from typing import Final

from beffroi.web.i18n import N_
from beffroi.web.impact_words import IMPACT
from beffroi.web.mandate_words import MANDATE

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    **MANDATE,
    **IMPACT,
    "role": {
        "operator": N_("Operator"),
        "supervisor": N_("Supervisor"),
        "technician": N_("Technician"),
        "clerk": N_("Clerk"),
        "secretary": N_("Council secretary"),
        "dpo": N_("Data protection officer"),
        "committee": N_("Member of the AI committee"),
        "inspector": N_("Inspector"),
        "administrator": N_("Administrator"),
    },
    "severity": {"1": N_("Can wait"), "2": N_("Soon"), "3": N_("Urgent")},
    "alert": {
        "raised": N_("Waiting"),
        "shown": N_("Opened"),
        "confirmed": N_("Confirmed"),
        "lifted": N_("Lifted"),
        "unsure": N_("Unsure"),
        "handed_over": N_("Handed over"),
        "closed": N_("Closed"),
        "lapsed": N_("Never judged"),
    },
    "delivery": {
        "pending": N_("being sent"),
        "delivered": N_("delivered"),
        "failed": N_("not delivered"),
    },
    "camera": {
        "watching": N_("Watching"),
        "starting": N_("Starting"),
        "blind": N_("Blind"),
        "moved": N_("Moved"),
        "off": N_("Off"),
    },
    "evidence": {
        "pending": N_("The sequence is being prepared. It appears here by itself."),
        "missing": N_("No sequence could be kept for this alert."),
        "erased": N_("The sequence was erased, as the definition says."),
        "none": N_("This definition keeps no picture and no skeleton: place, time and count only."),
    },
    "actor": {
        "user": N_("You can put this right yourself."),
        "operator": N_("An operator can put this right."),
        "administrator": N_("An administrator of this installation can put this right."),
        "developer": N_("This is a fault of the software: please report it to its developers."),
    },
    "kind": {
        "act": N_("Decision recorded"),
        "act.confirmed": N_("Decision confirmed by a second person"),
        "definition.registered": N_("Definition registered"),
        "contribution.answered": N_("Contribution answered"),
        "contribution.received": N_("Contribution received"),
        "document.stored": N_("Document attached"),
        "annex.recorded": N_("Annex to a definition recorded"),
        "annex.reviewed": N_("Annex to a definition reviewed"),
        "doctrine.registered": N_("Doctrine registered"),
        "use.drafted": N_("Use drafted"),
        "use.revised": N_("Draft changed"),
        "mandate.imported": N_("Mandate of another city taken up"),
        "use.paused": N_("Use stopped on a camera"),
        "use.resumed": N_("Use resumed on a camera"),
        "impact.assessed": N_("Impact study or compass recorded"),
        "impact.risk": N_("Risk recorded"),
        "impact.incident": N_("Incident recorded"),
        "impact.incident_reported": N_("Incident reported to an authority"),
        "impact.duty_done": N_("Duty done"),
        "camera.added": N_("Camera added"),
        "camera.changed": N_("Camera changed"),
        "camera.removed": N_("Camera removed"),
        "camera.commissioned": N_("Camera being set up"),
        "camera.background": N_("Background picture set"),
        "camera.state": N_("State of a camera changed"),
        "camera.cleared": N_("Camera found right again"),
        "camera.doubted": N_("Camera seen to have moved"),
        "alert.raised": N_("Alert raised"),
        "alert.repeated": N_("Counted into an alert that waits"),
        "alert.shown": N_("Alert opened"),
        "alert.escalated": N_("Alert shown to the supervisor"),
        "alert.judged": N_("Alert judged"),
        "alert.handed_over": N_("Alert handed over"),
        "alert.delivery": N_("Delivery recorded"),
        "alert.closed": N_("Alert closed"),
        "alert.lapsed": N_("Alert never judged"),
        "evidence.kept": N_("Sequence kept"),
        "evidence.missing": N_("Sequence lost"),
        "evidence.viewed_clear": N_("Clear image viewed"),
        "evidence.erased": N_("Sequence erased"),
        "ledger.payload_erased": N_("Personal content of an entry erased"),
        "account.created": N_("Account created"),
        "account.changed": N_("Account changed"),
        "account.signed_in": N_("Person signed in"),
        "learning.sampled": N_("Sample added to a learning set"),
        "learning.destroyed": N_("Learning set destroyed"),
        "clock.doubted": N_("Clock seen to be set forward"),
        "clock.confirmed": N_("Clock confirmed by a person"),
        "server.started": N_("Server started"),
        "server.stopped": N_("Server stopped"),
    },
}

REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "confirmed": (
        N_("I see what the definition describes"),
        N_("I checked on another camera"),
        N_("Colleagues on site confirm"),
    ),
    "lifted": (
        N_("Nothing of the kind happens"),
        N_("An ordinary gesture: play, sport, greeting"),
        N_("Expected here: works, event, staff"),
        N_("A fault of the picture: light, rain, reflection"),
    ),
    "unsure": (
        N_("The sequence does not show enough"),
        N_("It happens outside the picture"),
        N_("The picture is too poor"),
    ),
    "pause": (
        N_("Too many alerts for nothing"),
        N_("The camera shows another place than agreed"),
        N_("An event here makes this use meaningless"),
    ),
    "clear": (
        N_("To tell help where to go"),
        N_("The pixelated sequence does not let me judge"),
    ),
}
"""Preset reasons by what they are given for; the first one is what Enter takes."""

REFUSALS: Final = (
    N_("Give a reason of 1 to 500 characters."),
    N_("Say why you stop it; a few words are enough."),
    N_("This alert is already shown."),
    N_("This alert is already confirmed."),
    N_("This alert is already lifted."),
    N_("This alert is already unsure."),
    N_("This alert is already handed_over."),
    N_("This alert is already closed."),
    N_("This alert is already lapsed."),
    N_("The definition that was voted keeps no clear sequence."),
)
"""What other parts of Beffroi refuse an operator, word for word, so that it can be translated."""

PROBLEMS: Final = (
    N_("is missing"),
    N_("is not known here"),
    N_("must be a whole number"),
    N_("must be a number"),
    N_("must be true or false"),
    N_("must be a text"),
    N_("must hold named fields"),
    N_("must be a list"),
    N_("must be one of {expected}"),
    N_("is too short: at least {min_length}"),
    N_("is too long: at most {max_length}"),
    N_("must be more than {gt}"),
    N_("must be at least {ge}"),
    N_("must be less than {lt}"),
    N_("must be at most {le}"),
)
"""What :mod:`beffroi.problems` says of fields, word for word, so that it can be translated."""
