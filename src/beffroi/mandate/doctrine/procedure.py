"""The procedure that the doctrines of a stack ask for together, and which clause asked for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from beffroi.mandate.definition import Text
from beffroi.mandate.doctrine.clauses import Clause, Doctrine
from beffroi.mandate.doctrine.rules import FORMS, Combine, Rule, Takes

Bound = tuple[Doctrine, Clause]
"""A clause that holds, and the doctrine that it stands in."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """What must happen before a use may run, and what limits it while it runs.

    Each field is the rule of its name in :class:`~beffroi.mandate.doctrine.rules.Rule`; None
    says that no doctrine limits it. `urgency_hours` None says that there is no urgency.

    Args:
        because: Which clause set each value, as (id of the doctrine, clause), by the name of the
            field; for bodies by field and body: `opinions.dpo`, `authorisation.prefect`.
    """

    consultation_days: int = 0
    publication_delay_days: int = 0
    doctrine_delay_days: int = 0
    quorum_percent: int = 0
    shadow_days: int = 0
    precision_floor_percent: int | None = None
    precision_minimum: int = 0
    ledger_retention_days: int = 0
    ledger_cap_days: int | None = None
    motion_signatures: int | None = None
    urgency_hours: int | None = None
    term_days: int | None = None
    authorisation_days: int | None = None
    evidence_days: int | None = None
    alerts_per_day: int | None = None
    energy_mwh_per_camera_hour: int | None = None
    bias_gap_permille: int | None = None
    opinions: frozenset[str] = frozenset()
    authorisation: frozenset[str] = frozenset()
    dpia: bool = False
    fria: bool = False
    worker_notice: bool = False
    evaluation_on_renewal: bool = False
    compass: bool = False
    masks: bool = False
    remedies: tuple[Text, ...] = ()
    because: Mapping[str, tuple[str, Clause]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )

    def clause_of(self, rule: str) -> str:
        """Which clause asks for this, as (doctrine, clause); for bodies, the first of them."""
        source = self.because.get(rule) or next(
            (self.because[name] for name in sorted(self.because) if name.startswith(f"{rule}.")),
            None,
        )
        return "–" if source is None else f"{source[0]}, {source[1].id}"


_BODIES: Final = {
    Rule.OPINIONS: Rule.OPINIONS,
    Rule.CONDITIONAL: Rule.OPINIONS,
    Rule.AUTHORISATION: Rule.AUTHORISATION,
}
"""Rule → field that its bodies are added to: a condition is an opinion asked for some events."""

_NOT_PROCEDURE: Final = (Rule.ALLOW, Rule.REFUSE, Rule.LAW_REQUIRED)


def combine(bound: Iterable[Bound]) -> Procedure:
    """Combine the clauses that hold, in the order given; of equal numbers the first is quoted."""
    values: dict[str, Any] = {}
    because: dict[str, tuple[str, Clause]] = {}
    for doctrine, clause in bound:
        if clause.rule in _NOT_PROCEDURE:
            continue
        name = _BODIES.get(clause.rule, clause.rule).value
        if clause.rule is Rule.REMEDIES:
            values[name] = (*values.get(name, ()), clause.text)
        elif FORMS[clause.rule].takes is Takes.BODIES:
            values[name] = values.get(name, frozenset()) | set(clause.bodies)
            for body in clause.bodies:
                because.setdefault(f"{name}.{body}", (doctrine.id, clause))
        elif name not in values or _narrows(clause, values[name]):
            values[name] = True if clause.value is None else clause.number
            because[name] = (doctrine.id, clause)
    if values.get(Rule.URGENCY_HOURS) == 0:
        del values[Rule.URGENCY_HOURS]
    return Procedure(**values, because=MappingProxyType(because))


def _narrows(clause: Clause, value: int) -> bool:
    if clause.combine is Combine.MAX:
        return clause.number > value
    return clause.combine is Combine.MIN and clause.number < value
