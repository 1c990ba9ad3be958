"""Carries what the demo city decided through the procedure, day by day.

Every act goes through the same rules as in a real city: consultations have lasted their fifteen
days, four bodies were heard, a second person confirmed. Only the calendar is wound back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from beffroi.cli.stories import COUNCIL, Story
from beffroi.clock import FrozenClock
from beffroi.events.shipped import shipped_definitions, shipped_with
from beffroi.mandate.annexes import record_shipped, review_annex
from beffroi.mandate.counting import DETECTIONS, QUARTER, WATCHED_SECONDS, count
from beffroi.mandate.doctrine.shipped import shipped_doctrines
from beffroi.mandate.impact.agenda import agenda
from beffroi.mandate.impact.assessment import record
from beffroi.mandate.impact.content import draft
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.fiction import answered
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.reminders import mark_done
from beffroi.mandate.impact.subject import subject_of
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import WIDENING, ActType
from beffroi.mandate.procedure.adoption import register_doctrine
from beffroi.mandate.procedure.consultation import answer, contribute
from beffroi.mandate.procedure.documents import attach
from beffroi.mandate.procedure.record import confirm_act, record_act, record_change
from beffroi.mandate.rights import Role
from beffroi.mandate.uses import UseSpec, draft_use, find_use, text_of
from beffroi.store.mandates import UseCount
from beffroi.store.procedure import Act

BEGINNING: Final = timedelta(days=130)
"""How long ago the story begins."""

NOTICE: Final = timedelta(days=16)
"""From the publication to the day on which it takes effect."""

LAW: Final = "belfort-fiction"
ARTICLE: Final = "Loi fictive de la ville synthétique, article 1 (ce texte n’existe pas)"
MEMBERS: Final = (
    "A. Blanc (fiction)",
    "B. Colin (fiction)",
    "C. Dumas (fiction)",
    "D. Evrard (fiction)",
    "E. Faure (fiction)",
)


class Chronicle:
    """Tells stories into the database, all in the order of their days.

    Args:
        session: A write session.
        clock: Wound back to the beginning; it is moved on as the story goes.
        people: Who holds which role, by pseudonym.
        drawn: Camera → what is drawn on it.
    """

    def __init__(
        self,
        session: Session,
        clock: FrozenClock,
        people: Mapping[Role, str],
        drawn: Mapping[str, dict[str, Any]],
    ) -> None:
        self._session = session
        self._clock = clock
        self._beginning = clock.now()
        self._people = people
        self._drawn = drawn
        self._definitions = {voted.definition.event: voted for voted in shipped_definitions()}

    def tell(self, stories: Iterable[Story]) -> None:
        """Carry every story through, day by day."""
        days: list[tuple[int, Callable[[], object]]] = [
            (0, lambda: self._adopt(LAW)),
            (40, lambda: self._adopt("belfort-charte")),
        ]
        for story in stories:
            days.extend(self._days(story))
        for day, happen in sorted(days, key=lambda entry: entry[0]):
            at = self._beginning + timedelta(days=day)
            self._clock.advance(max(1.0, (at - self._clock.now()).total_seconds()))
            happen()
        self._keep_up()

    def _keep_up(self) -> None:
        """Everything due up to a week ago was done."""
        week_ago = self._clock.now().date() - timedelta(weeks=1)
        for duty in agenda(self._session, self._clock.now()):
            if duty.text.task and duty.due <= week_ago:
                mark_done(self._session, duty, actor=self._people[Role.CLERK], clock=self._clock)

    def _days(self, story: Story) -> Sequence[tuple[int, Callable[[], object]]]:
        first = story.day
        days: list[tuple[int, Callable[[], object]]] = [(first, lambda: self._draft(story))]
        if story.until == "drafted":
            return days
        days += [
            (first + 1, lambda: self._assess(story)),
            (first + 1, lambda: self._act(story, ActType.CONSULTATION_OPENED, self._dates())),
            (first + 4, lambda: self._discuss(story)),
        ]
        if story.until == "opened":
            return days
        adopted = story.until != "rejected"
        days += [
            (first + 17, lambda: self._act(story, ActType.CONSULTATION_CLOSED)),
            (first + 18, lambda: self._hear(story)),
            (first + 19, lambda: self._act(story, ActType.WORKER_NOTICE)),
            (first + 20, lambda: self._act(story, ActType.VOTE, _ballot(adopted))),
        ]
        if not adopted:
            return days
        if story.mode is Mode.LIVE:
            days.append((first + 28, lambda: self._authorise(story)))
        publish = first + _published(story.mode)
        days.append((publish, lambda: self._publish(story)))
        if story.mode is Mode.SHADOW:
            days += [
                (publish + NOTICE.days + day, lambda: self._shadow(story))
                for day in range(10)
                if publish + NOTICE.days + day < first + story.term
            ]
        for day, act_type, body, details in story.ending:
            days.append((day, _then(self._act, story, act_type, details, body)))
        return days

    def _adopt(self, doctrine: str) -> None:
        text = shipped_doctrines()[doctrine]
        clerk = self._people[Role.CLERK]
        register_doctrine(self._session, text, actor=clerk, clock=self._clock)
        act = record_change(
            self._session,
            ActType.ADOPTION,
            doctrine,
            version_digest=text.digest,
            actor=clerk,
            clock=self._clock,
            **self._said(COUNCIL, text.doctrine.summary["fr"]),
        )
        self._confirm(act)

    def _draft(self, story: Story) -> None:
        voted = self._definitions[story.event]
        spec = UseSpec(
            mode=story.mode,
            purpose=story.purpose,
            law=LAW,
            legal_basis=ARTICLE,
            controller="Ville de Belfort-les-Eaux (fiction)",
            processors=("Régie informatique de Belfort-les-Eaux (fiction)",),
            # Whoever writes it down knows how long residents, bodies and the council will take.
            starts_at=self._clock.now() + timedelta(days=_published(story.mode)) + NOTICE,
            ends_at=self._clock.now() + timedelta(days=story.term),
            places=(story.tag,),
            cameras={story.camera: self._drawn[story.camera]},
        )
        clerk = self._people[Role.CLERK]
        draft_use(self._session, story.use, voted, spec, actor=clerk, clock=self._clock)
        record_shipped(
            self._session, voted.digest, shipped_with(voted), actor=clerk, clock=self._clock
        )
        secretary = self._people[Role.SECRETARY]
        review_annex(self._session, voted.digest, "figures", actor=secretary, clock=self._clock)

    def _assess(self, story: Story) -> None:
        """The impact files, as the people of the fictional city wrote them."""
        subject = subject_of(self._session, story.use)
        facts = facts_of(self._session, subject, "fr", now=self._clock.now())
        for study in Study:
            record(
                self._session,
                story.use,
                study,
                answered(study, draft(study, facts, "fr", None)),
                actor=self._people[Role.DPO],
                clock=self._clock,
            )

    def _discuss(self, story: Story) -> None:
        clerk = self._people[Role.CLERK]
        said = contribute(
            self._session,
            story.use,
            "(Fiction) Et si quelqu’un s’allonge simplement pour dormir ?",
            "réunion publique",
            actor=clerk,
            clock=self._clock,
        )
        if story.until == "opened":
            return
        answer(
            self._session,
            said.id,
            "(Fiction) Être allongé n’est pas un événement : rien n’est signalé.",
            actor=clerk,
            clock=self._clock,
        )

    def _hear(self, story: Story) -> None:
        interests = "(Fiction) Aucun intérêt."
        for body, by in (
            ("Délégué à la protection des données (fiction)", "dpo"),
            ("Comité IA (fiction)", "ai_committee"),
            ("Panel citoyen (fiction)", "panel"),
            ("Représentants des agents (fiction)", "staff_representatives"),
        ):
            details = {"by": by, "outcome": "favourable", "interests": interests}
            self._act(story, ActType.OPINION, details, body)

    def _authorise(self, story: Story) -> None:
        text = text_of(self._session, find_use(self._session, story.use)).text
        until = (text.today(self._clock.now()) + timedelta(days=330)).isoformat()
        details = {"by": "prefect", "granted": True, "until": until}
        self._act(story, ActType.AUTHORISATION, details, "Préfet de la fiction")

    def _publish(self, story: Story) -> None:
        effect = (self._clock.now() + NOTICE).date().isoformat()
        url = f"https://belfort-les-eaux.example/actes/{story.use}"
        self._act(story, ActType.PUBLICATION, {"url": url, "effect_on": effect})

    def _shadow(self, story: Story) -> None:
        """A day of it: one detection, and somebody who always looked."""
        now = self._clock.now()
        count(self._session, story.use, story.camera, now, DETECTIONS, 1, now=now)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._session.add_all(
            UseCount(
                use_id=story.use,
                camera_id=story.camera,
                quarter=midnight + number * QUARTER,
                what=WATCHED_SECONDS,
                value=int(QUARTER.total_seconds()),
            )
            for number in range(96)
        )

    def _act(
        self,
        story: Story,
        act_type: ActType,
        details: Mapping[str, Any] | None = None,
        body: str = COUNCIL,
    ) -> None:
        clerk = self._people[Role.CLERK]
        words = f"(Fiction) {body} – {act_type.value} – {story.use}\n".encode()
        paper = attach(
            self._session,
            f"{act_type.value}-{story.use}.txt",
            words,
            actor=clerk,
            clock=self._clock,
        )
        act = record_act(
            self._session,
            story.use,
            act_type,
            details=details,
            document=paper.digest,
            actor=clerk,
            clock=self._clock,
            **self._said(body, story.purpose),
        )
        if act_type in WIDENING:
            self._confirm(act)

    def _confirm(self, act: Act) -> None:
        secretary = self._people[Role.SECRETARY]
        self._clock.advance(60)
        confirm_act(self._session, act.id, actor=secretary, clock=self._clock)

    def _said(self, body: str, motives: str) -> dict[str, str]:
        day = self._clock.now().date().isoformat()
        return {
            "body": body,
            "date": day,
            "reference": f"FICTION-{day}",
            "motives": motives,
        }

    def _dates(self) -> dict[str, str]:
        opens = self._clock.now().date() + timedelta(days=1)
        closes = opens + timedelta(days=14)
        return {
            "opens": opens.isoformat(),
            "closes": closes.isoformat(),
            "where": "Mairie de Belfort-les-Eaux (fiction) et site de la ville",
        }


def _published(mode: Mode) -> int:
    """Days from the draft to the publication; an authorisation takes some."""
    return 29 if mode is Mode.LIVE else 21


def _ballot(adopted: bool) -> dict[str, Any]:
    most, few = MEMBERS[:3], MEMBERS[3:4]
    return {
        "members": len(MEMBERS),
        "votes_for": most if adopted else few,
        "votes_against": few if adopted else most,
        "abstained": MEMBERS[4:],
    }


def _then(
    act: Callable[[Story, ActType, Mapping[str, Any], str], object],
    story: Story,
    act_type: ActType,
    details: Mapping[str, Any],
    body: str,
) -> Callable[[], object]:
    return lambda: act(story, act_type, details, body)
