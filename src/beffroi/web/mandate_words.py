"""What people call the steps of a mandate, and what each of them asks of whoever records it."""

from collections.abc import Mapping
from typing import Final

from beffroi.web.i18n import N_

MANDATE: Final[Mapping[str, Mapping[str, str]]] = {
    "use": {
        "draft": N_("Draft"),
        "consultation": N_("In consultation"),
        "opinions": N_("Waiting for opinions and the vote"),
        "vote": N_("Voted"),
        "authorised": N_("Authorised"),
        "published": N_("Published"),
        "in_force": N_("In force"),
        "suspended": N_("Suspended"),
        "expired": N_("Expired"),
        "repealed": N_("Repealed"),
        "rejected": N_("Rejected"),
        "withdrawn": N_("Withdrawn"),
        "refused": N_("Refused"),
    },
    "use_meaning": {
        "draft": N_("Written down. Nothing runs, and the text may still change."),
        "consultation": N_("Residents may read the text and answer. Nothing runs."),
        "opinions": N_("The consultation is closed. Opinions are gathered, then the vote is held."),
        "vote": N_("The council has voted for it. It is not published yet, so nothing runs."),
        "authorised": N_("Voted and authorised. It is not published yet, so nothing runs."),
        "published": N_("Published. It runs once its day of effect has come."),
        "in_force": N_("It may run, on the cameras and in the hours that were voted."),
        "suspended": N_("It was stopped by a decision and does not run until that is lifted."),
        "expired": N_("Its term is over and it does not run. Going on needs a new vote."),
        "repealed": N_("It was ended by a decision and will not run again."),
        "rejected": N_("It was put to the vote and not adopted."),
        "withdrawn": N_("It was given up before it took effect."),
        "refused": N_("A text in force here refuses it, so it cannot go on."),
    },
    "act": {
        "consultation_opened": N_("Opening of the consultation"),
        "consultation_closed": N_("Closing of the consultation"),
        "opinion": N_("Opinion"),
        "override": N_("Answer to an adverse opinion"),
        "worker_notice": N_("Notice to the staff"),
        "evaluation": N_("Evaluation"),
        "vote": N_("Vote"),
        "authorisation": N_("Authorisation"),
        "publication": N_("Publication"),
        "suspension": N_("Suspension"),
        "resumption": N_("End of the suspension"),
        "revalidation": N_("Re-validation of a camera"),
        "motion": N_("Motion for a new vote"),
        "repeal": N_("Repeal"),
        "withdrawal": N_("Withdrawal"),
        "adoption": N_("Adoption of a doctrine"),
        "removal": N_("Removal of a doctrine"),
    },
    "act_help": {
        "consultation_opened": N_(
            "Fix the days beforehand: they cannot be shortened afterwards. Say where one can read "
            "the file and answer."
        ),
        "consultation_closed": N_(
            "Once its last day is over and everybody was answered. Attach the summary."
        ),
        "opinion": N_("Of a body that must be heard. Attach the signed opinion."),
        "override": N_("Say in writing why the city goes against an adverse opinion."),
        "worker_notice": N_(
            "That those who work with the system, or in front of it, were told of it."
        ),
        "evaluation": N_("What the term that ends has shown. Attach the report."),
        "vote": N_(
            "With the roll call: one name a line. It is adopted if more are for than against. "
            "Attach the minutes."
        ),
        "authorisation": N_("The leave, or refusal, of an authority outside the city."),
        "publication": N_(
            "That anybody can read the text, and from when it binds. It lets more run: a second "
            "person confirms it."
        ),
        "suspension": N_("It stops within five seconds; one person is enough."),
        "resumption": N_("Who stopped it, or the council, lets it run again; two people confirm."),
        "revalidation": N_(
            "That a camera which was moved or changed still shows what was voted. A second person "
            "confirms it."
        ),
        "motion": N_("A member of the council or a petition asks for a new vote."),
        "repeal": N_("It ends at once and for good; one person is enough."),
        "withdrawal": N_("It is given up before it takes effect."),
        "adoption": N_("It binds after the delay that the doctrines in force ask for."),
        "removal": N_("It no longer binds after the delay that the doctrines in force ask for."),
    },
    "body": {
        "dpo": N_("Data protection officer"),
        "ai_committee": N_("AI committee"),
        "panel": N_("Citizens’ panel"),
        "staff_representatives": N_("Staff representatives"),
        "commission": N_("Video protection commission"),
        "data_protection_authority": N_("Data protection authority"),
        "police": N_("Police"),
        "prefect": N_("Prefect"),
        "supervisor": N_("Supervisor"),
        "council": N_("Council"),
        "judge": N_("Judge"),
        "automatic": N_("Beffroi itself"),
        "member": N_("A member of the council"),
        "petition": N_("A petition"),
    },
    "stated": {"body": N_("Body"), "reference": N_("Reference"), "motives": N_("Motives")},
    "outcome": {
        "favourable": N_("Favourable"),
        "reserved": N_("With reservations"),
        "adverse": N_("Adverse"),
    },
    "mode": {
        "statistics": N_("Statistics: counts only"),
        "shadow": N_("Shadow: counted, shown to nobody"),
        "live": N_("Live: a person judges each alert"),
        "learning": N_("Learning: what the detector computed, and the verdicts"),
    },
    # Of those that ship, the definition says it.
    "event": {
        "categorisation": N_("Biometric categorisation"),
        "crime_prediction": N_("Predicting offences"),
        "emotion": N_("Emotions"),
        "gunshot": N_("Gunshots"),
        "identification": N_("Identifying people"),
        "intention": N_("What people intend"),
        "lying": N_("Somebody lies, without having fallen"),
        "profiling": N_("Profiling of people"),
        "scream": N_("Screams"),
        "sound": N_("Sounds"),
        "weapon": N_("A weapon in sight"),
    },
    "kept": {
        "statistics": N_("Nothing: only counts are kept, and no sequence."),
        "shadow": N_("Nothing: what is found is counted, and no sequence is kept."),
        "learning": N_("No sequence: what the detector computed is kept, and the verdict."),
    },
    "place": {
        "street": N_("street"),
        "square": N_("square"),
        "park": N_("park"),
        "station": N_("station"),
        "school": N_("school"),
        "town-hall": N_("town hall"),
        "public-transport": N_("public transport"),
        "event-venue": N_("venue of an event"),
        "event-surroundings": N_("surroundings of an event"),
        "crime-hotspot": N_("place of frequent offences"),
    },
    "vehicle": {
        "car": N_("Cars"),
        "motorcycle": N_("Motorcycles"),
        "bus": N_("Buses"),
        "truck": N_("Lorries"),
        "bicycle": N_("Bicycles"),
    },
    "yes": {"yes": N_("Yes"), "no": N_("No")},
    "regime": {
        "gdpr": N_("GDPR"),
        "led": N_("Law Enforcement Directive"),
        "state_security": N_("State security"),
    },
    "detail": {
        "opens": N_("First day"),
        "closes": N_("Last day, included"),
        "where": N_("Where one can read the file and answer"),
        "by": N_("By whom"),
        "outcome": N_("Outcome"),
        "interests": N_("Declaration of interests"),
        "members": N_("Seats"),
        "votes_for": N_("For"),
        "votes_against": N_("Against"),
        "abstained": N_("Abstained"),
        "granted": N_("Granted"),
        "until": N_("Valid until, included"),
        "url": N_("Address where anybody reads it"),
        "effect_on": N_("First day of effect"),
        "urgent": N_("Urgent: it binds before the usual delay and ends by itself"),
        "ends_at": N_("Ends by itself on"),
        "camera": N_("Camera"),
        "version": N_("Version of the camera"),
        "signatures": N_("Signatures"),
        "delay_days": N_("Binds so many days after its confirmation"),
    },
    "weekday": {
        "0": N_("Monday"),
        "1": N_("Tuesday"),
        "2": N_("Wednesday"),
        "3": N_("Thursday"),
        "4": N_("Friday"),
        "5": N_("Saturday"),
        "6": N_("Sunday"),
    },
    "typed": {
        "missing": N_("This is needed."),
        "day": N_("Give a day."),
        "number": N_("Give a whole number."),
        "choice": N_("Pick one of the list."),
        "name": N_("Use small letters, digits and hyphens."),
        "other": N_("This cannot be used."),
    },
}
