"""Uses that fail what the doctrines ask of them are suspended by themselves, and say why.

Precision is held against the floor by the upper end of its 95 % interval, so that a use is stopped
only when even luck does not explain its errors; alerts of a day are held against the cap. Both are
counted since the use last began to run: what was resumed by two people starts anew.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput, Tampered
from beffroi.ledger.append import SYSTEM
from beffroi.mandate.impact.figures import figures
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.procedure.case import Case, case_of
from beffroi.mandate.procedure.record import record_act
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.uses import list_uses
from beffroi.store.database import Database
from beffroi.store.mandates import Use
from beffroi.store.procedure import Act
from beffroi.words import Words, say, together

BODY: Final = "Beffroi"
DAY: Final = timedelta(hours=24)


PRECISION: Final = (
    "{confirmed} alertes confirmées sur {judged} jugées depuis le {since} : au mieux {upper} % "
    "(intervalle à 95 %), pour {floor} % exigés ({clause})."
)
ALERTS: Final = "{alerts} alertes en 24 heures, pour {cap} au plus ({clause})."
"""The motives of the act, public and kept for good, are written in French and English at once."""


def suspend_failing(database: Database, clock: Clock) -> list[Act]:
    """Suspend every live use in force that fails its floor or its cap.

    Verdicts are counted while others may write, and again before an act is recorded.

    Args:
        database: Where the uses and their alerts are.
        clock: Gives the time.

    Returns:
        The acts recorded.
    """
    with database.read() as session:
        if not any(_failing(session, clock.now())):
            return []
    with database.write() as session:
        failing = list(_failing(session, clock.now()))
        return [_suspend(session, use, case, motives, clock) for use, case, motives in failing]


def _failing(session: Session, now: datetime) -> Iterator[tuple[Use, Case, list[str]]]:
    for use in list_uses(session):
        try:
            case = case_of(session, use, now)
            motives = failings(session, use.id, case)
        except (BadInput, Tampered):
            # What was tampered with does not run, whatever its figures.
            continue
        if motives:
            yield use, case, motives


def failings(session: Session, use_id: str, case: Case) -> list[str]:
    """What a use fails, a sentence each with its figures; empty for one that is not live.

    Verdicts of blind tests are to be left out here once there are such tests.
    """
    if case.standing.state is not State.IN_FORCE or case.written.text.mode is not Mode.LIVE:
        return []
    procedure, since = case.procedure, _began(case.acts)
    judged = figures(session, use_id, since, case.now + timedelta(microseconds=1)).precision
    of_day = figures(session, use_id, max(since, case.now - DAY), case.now).alerts
    failed = []
    floor, (_, upper) = procedure.precision_floor_percent, judged.interval
    enough = judged.total >= max(1, procedure.precision_minimum)
    if floor is not None and enough and 100 * upper < floor:
        failed.append(
            _motive(
                PRECISION,
                confirmed=judged.part,
                judged=judged.total,
                since=since.date().isoformat(),
                upper=round(100 * upper),
                floor=floor,
                clause=procedure.clause_of("precision_floor_percent"),
            )
        )
    cap = procedure.alerts_per_day
    if cap is not None and of_day > cap:
        clause = procedure.clause_of("alerts_per_day")
        failed.append(_motive(ALERTS, alerts=of_day, cap=cap, clause=clause))
    return failed


def _imprecise(**figures: object) -> Words:
    return say(
        "{confirmed} alerts confirmed of {judged} judged since {since}: {upper} % at best (95 % "
        "interval), and {floor} % are asked ({clause}).",
        **figures,
    )


def _too_many(**figures: object) -> Words:
    return say(
        "{alerts} alerts within 24 hours, and {cap} at most are admitted ({clause}).", **figures
    )


_SAID: Final = {PRECISION: _imprecise, ALERTS: _too_many}


def motives_of(act: Act) -> str:
    """Why an act was taken; what Beffroi wrote by itself can be read in every language."""
    if act.recorded_by != SYSTEM:
        return act.motives
    read = [
        sentence(**found.groupdict())
        for french, sentence in _SAID.items()
        if (found := _as_written(french).search(act.motives)) is not None
    ]
    return together(read) if read else act.motives


@cache
def _as_written(sentence: str) -> re.Pattern[str]:
    """What finds a sentence among others: its values are numbers, days and the name of a clause."""
    written = re.escape(sentence).replace(r"\{clause\}", "(?P<clause>[^()]+)")
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[0-9-]+)", written))


def _motive(french: str, **figures: object) -> str:
    return f"{french.format_map(figures)} / {_SAID[french](**figures)}"


def _began(acts: Sequence[Act]) -> datetime:
    """When the use last began to run."""
    begun = (ActType.PUBLICATION, ActType.RESUMPTION)
    return max(act.confirmed_at for act in acts if act.type in begun and act.confirmed_at)


def _suspend(session: Session, use: Use, case: Case, motives: Sequence[str], clock: Clock) -> Act:
    return record_act(
        session,
        use.id,
        ActType.SUSPENSION,
        body=BODY,
        date=case.written.text.today(case.now).isoformat(),
        reference=f"auto-{case.now:%Y%m%d-%H%M%S}",
        motives=" ".join(motives),
        actor=SYSTEM,
        clock=clock,
        details={"by": "automatic"},
    )
