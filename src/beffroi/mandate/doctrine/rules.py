"""What a clause can say: a closed list of rules, each with its value, unit and way to combine.

Every rule combines in the direction that narrows: the longest delay, the shortest term, all the
opinions that anybody asks for. So adopting one more doctrine never lets more run; only a law,
which covers events, opens anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Rule(StrEnum):
    """What a clause decides."""

    ALLOW = "allow"
    REFUSE = "refuse"
    CONDITIONAL = "conditional"
    LAW_REQUIRED = "law_required"
    CONSULTATION_DAYS = "consultation_days"
    PUBLICATION_DELAY_DAYS = "publication_delay_days"
    DOCTRINE_DELAY_DAYS = "doctrine_delay_days"
    QUORUM_PERCENT = "quorum_percent"
    SHADOW_DAYS = "shadow_days"
    PRECISION_FLOOR_PERCENT = "precision_floor_percent"
    PRECISION_MINIMUM = "precision_minimum"
    LEDGER_RETENTION_DAYS = "ledger_retention_days"
    LEDGER_CAP_DAYS = "ledger_cap_days"
    MOTION_SIGNATURES = "motion_signatures"
    URGENCY_HOURS = "urgency_hours"
    TERM_DAYS = "term_days"
    AUTHORISATION_DAYS = "authorisation_days"
    EVIDENCE_DAYS = "evidence_days"
    ALERTS_PER_DAY = "alerts_per_day"
    ENERGY_MWH_PER_CAMERA_HOUR = "energy_mwh_per_camera_hour"
    BIAS_GAP_PERMILLE = "bias_gap_permille"
    OPINIONS = "opinions"
    AUTHORISATION = "authorisation"
    DPIA = "dpia"
    FRIA = "fria"
    WORKER_NOTICE = "worker_notice"
    EVALUATION_ON_RENEWAL = "evaluation_on_renewal"
    COMPASS = "compass"
    MASKS = "masks"
    REMEDIES = "remedies"


class Combine(StrEnum):
    """How the clauses of several doctrines make one rule.

    ``MAX`` keeps the largest number, ``MIN`` the smallest, ``UNION`` everything that any of them
    says, ``INTERSECTION`` only what all of them say, ``ANY`` holds as soon as one says so.
    """

    MAX = "max"
    MIN = "min"
    UNION = "union"
    INTERSECTION = "intersection"
    ANY = "any"


class Body(StrEnum):
    """Who gives an opinion or an authorisation."""

    DPO = "dpo"
    AI_COMMITTEE = "ai_committee"
    PANEL = "panel"
    STAFF_REPRESENTATIVES = "staff_representatives"
    COMMISSION = "commission"
    DATA_PROTECTION_AUTHORITY = "data_protection_authority"
    POLICE = "police"
    PREFECT = "prefect"


class Takes(StrEnum):
    """What stands in the value of a clause."""

    NOTHING = "nothing"
    NUMBER = "number"
    BODIES = "bodies"


@dataclass(frozen=True, slots=True)
class Form:
    """How the clauses of one rule are written.

    Args:
        combine: The ways in which it may combine.
        takes: What its value is.
        unit: Unit of a number.
        most: Largest number that makes sense.
    """

    combine: frozenset[Combine]
    takes: Takes = Takes.NOTHING
    unit: str | None = None
    most: int = 0


def _number(combine: Combine, unit: str, most: int) -> Form:
    return Form(frozenset({combine}), Takes.NUMBER, unit, most)


_YEARS: Final = 36_525
_UNION, _ANY = frozenset({Combine.UNION}), frozenset({Combine.ANY})
_FLAG, _BODIES = Form(_ANY), Form(_UNION, Takes.BODIES)

FORMS: Final[Mapping[Rule, Form]] = MappingProxyType(
    {
        Rule.ALLOW: Form(frozenset({Combine.UNION, Combine.INTERSECTION})),
        Rule.REFUSE: Form(_UNION),
        Rule.CONDITIONAL: _BODIES,
        Rule.LAW_REQUIRED: _FLAG,
        Rule.CONSULTATION_DAYS: _number(Combine.MAX, "days", _YEARS),
        Rule.PUBLICATION_DELAY_DAYS: _number(Combine.MAX, "days", _YEARS),
        Rule.DOCTRINE_DELAY_DAYS: _number(Combine.MAX, "days", _YEARS),
        Rule.QUORUM_PERCENT: _number(Combine.MAX, "percent", 100),
        Rule.SHADOW_DAYS: _number(Combine.MAX, "days", _YEARS),
        Rule.PRECISION_FLOOR_PERCENT: _number(Combine.MAX, "percent", 100),
        Rule.PRECISION_MINIMUM: _number(Combine.MIN, "verdicts", 1_000_000),
        Rule.LEDGER_RETENTION_DAYS: _number(Combine.MAX, "days", _YEARS),
        Rule.LEDGER_CAP_DAYS: _number(Combine.MIN, "days", _YEARS),
        Rule.MOTION_SIGNATURES: _number(Combine.MIN, "signatures", 100_000_000),
        Rule.URGENCY_HOURS: _number(Combine.MIN, "hours", 8_766),
        Rule.TERM_DAYS: _number(Combine.MIN, "days", _YEARS),
        Rule.AUTHORISATION_DAYS: _number(Combine.MIN, "days", _YEARS),
        Rule.EVIDENCE_DAYS: _number(Combine.MIN, "days", 30),
        Rule.ALERTS_PER_DAY: _number(Combine.MIN, "alerts", 1_000_000),
        Rule.ENERGY_MWH_PER_CAMERA_HOUR: _number(Combine.MIN, "mWh", 1_000_000_000),
        Rule.BIAS_GAP_PERMILLE: _number(Combine.MIN, "permille", 1_000),
        Rule.OPINIONS: _BODIES,
        Rule.AUTHORISATION: _BODIES,
        Rule.DPIA: _FLAG,
        Rule.FRIA: _FLAG,
        Rule.WORKER_NOTICE: _FLAG,
        Rule.EVALUATION_ON_RENEWAL: _FLAG,
        Rule.COMPASS: _FLAG,
        Rule.MASKS: _FLAG,
        Rule.REMEDIES: Form(_UNION),
    }
)
"""Every rule: the form that its clauses must have."""

FLOORS_AND_CAPS: Final = ((Rule.LEDGER_RETENTION_DAYS, Rule.LEDGER_CAP_DAYS),)
"""Pairs of rules on one quantity: at least the first, at most the second.

An installation has one of each, so that these meet whatever events, modes and places they name.
"""
