"""Carry uses through the procedure in tests: a fictional law that asks for next to nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.mandate.annex_text import AnnexText, Figures, Gap, Measure, MeasuredShare
from beffroi.mandate.annexes import record_annex, review_annex
from beffroi.mandate.canonical import canonical
from beffroi.mandate.doctrine.clauses import DoctrineText, read_doctrine
from beffroi.mandate.procedure.acts import WIDENING, ActType
from beffroi.mandate.procedure.adoption import adopted, register_doctrine
from beffroi.mandate.procedure.documents import attach
from beffroi.mandate.procedure.record import confirm_act, record_act, record_change
from beffroi.mandate.uses import definition_of, find_use, text_of
from beffroi.store.procedure import Act

FIRST, SECOND = "a" * 32, "b" * 32
LAW = "fiction-minimal"

COUNCIL = {"members": 3, "votes_for": ["Ada", "Ben"], "votes_against": ["Cem"]}


def fiction() -> DoctrineText:
    """The law of the tests."""
    return read_doctrine(Path(__file__).parent / "mandate" / "doctrine" / f"{LAW}.yaml")


def adopt(session: Session, clock: Clock, text: DoctrineText | None = None) -> None:
    """Adopt a law or doctrine, unless it is in force already; two people do."""
    text = text or fiction()
    if text.doctrine.id in adopted(session, clock.now()):
        return
    register_doctrine(session, text, actor=FIRST, clock=clock)
    act = record_change(
        session,
        ActType.ADOPTION,
        text.doctrine.id,
        version_digest=text.digest,
        actor=FIRST,
        clock=clock,
        **_said(clock),
    )
    confirm_act(session, act.id, actor=SECOND, clock=clock)


def enact(
    session: Session,
    use_id: str,
    act_type: ActType,
    clock: Clock,
    details: Mapping[str, Any] | None = None,
) -> Act:
    """Record an act, with what it needs, and have it confirmed where that is needed."""
    today = text_of(session, find_use(session, use_id)).text.today(clock.now()).isoformat()
    usual: dict[ActType, dict[str, Any]] = {
        ActType.VOTE: COUNCIL,
        ActType.PUBLICATION: {"url": "https://town.example/acts", "effect_on": today},
        ActType.SUSPENSION: {"by": "council"},
        ActType.RESUMPTION: {"by": "council"},
    }
    paper = attach(session, "paper.txt", b"minutes", actor=FIRST, clock=clock)
    act = record_act(
        session,
        use_id,
        act_type,
        details=usual.get(act_type, {}) if details is None else details,
        document=paper.digest,
        actor=FIRST,
        clock=clock,
        **_said(clock),
    )
    if act_type in WIDENING:
        confirm_act(session, act.id, actor=SECOND, clock=clock)
    return act


def measure(
    session: Session, use_id: str, clock: Clock, *, gap: int | None = None, review: bool = True
) -> None:
    """Note that the definition of a use was measured, and that a second person has read it."""
    voted = definition_of(session, text_of(session, find_use(session, use_id)).text)
    share = MeasuredShare(permille=900, low=800, high=1000)
    data = {"fr": "Essai.", "en": "Test."}
    figures = Figures(
        kind="figures",
        bias=()
        if gap is None
        else (
            Gap(
                data=data,
                synthetic=False,
                conduct=voted.definition.conduct,
                most_permille=gap,
            ),
        ),
        measures=(
            Measure(
                data=data,
                synthetic=False,
                conduct=voted.definition.conduct,
                configuration={},
                scenes=1,
                positives=10,
                negatives=10,
                recall=share,
                precision=share,
                source=None,
            ),
        ),
    )
    annex = AnnexText(figures, canonical(figures.model_dump(mode="json")))
    record_annex(session, voted.digest, annex, actor=FIRST, clock=clock)
    if review:
        review_annex(session, voted.digest, "figures", actor=SECOND, clock=clock)


def put_in_force(session: Session, use_id: str, clock: Clock) -> None:
    """Adopt the law of the tests, note figures, vote and publish a use."""
    adopt(session, clock)
    measure(session, use_id, clock)
    for act_type in (ActType.VOTE, ActType.PUBLICATION):
        enact(session, use_id, act_type, clock)


def _said(clock: Clock) -> dict[str, str]:
    day = clock.now().date().isoformat()
    return {"body": "council", "date": day, "reference": "2026-1", "motives": "as debated"}
