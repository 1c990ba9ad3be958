"""What an installation can run, and what its server last said of that.

The server knows its detectors and models; the pages that explain why something runs load neither.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.mandate.definition import Definition, load_definition
from beffroi.store.base import Json
from beffroi.store.mandates import KnownEquipment, StoredDefinition
from beffroi.words import pack, unpack

MANIFEST: Final = ""
"""Stands for the city's own list of models among what is wrong."""


@dataclass(frozen=True, slots=True)
class Demands:
    """What a detector cannot do without, whatever the text that was voted says of it.

    Args:
        tasks: Of the models whose findings it is shown, see `fitness.FINDS`.
        ground: Whether it measures metres on the ground.
    """

    tasks: frozenset[str] = frozenset()
    ground: bool = False


@dataclass(frozen=True, slots=True)
class Equipment:
    """What this installation can run.

    Args:
        behaviours: Detector id → version of its behaviour in this software.
        models: SHA-256 of each model that can look here, by name; None where nobody asked.
        precision: Numeric precision of the inference.
        tasks: What each model known here is for, by name, whether it can look or not.
        demands: Says what the detector of a definition cannot do without; it may raise `BadInput`.
        faults: Why a model cannot look here, by name, and under `MANIFEST` why the city's own
            cannot be told.
    """

    behaviours: Mapping[str, int]
    models: Mapping[str, str] | None = None
    precision: str = "f32"
    tasks: Mapping[str, str] = field(default_factory=dict)
    demands: Callable[[Definition], Demands] = lambda _: Demands()
    faults: Mapping[str, str] = field(default_factory=dict)


def note_equipment(session: Session, equipment: Equipment, clock: Clock) -> None:
    """Write down what is installed, and what the detector of each stored definition demands."""
    facts = {
        "behaviours": dict(equipment.behaviours),
        "models": dict(equipment.models or {}),
        "precision": equipment.precision,
        "tasks": dict(equipment.tasks),
        "faults": {name: pack(fault) for name, fault in equipment.faults.items()},
        "demands": {
            one.conduct: _demanded(one, equipment)
            for one in _definitions(session)
            if equipment.behaviours.get(one.detector) == one.behaviour
        },
    }
    known = session.get(KnownEquipment, 1)
    if known is None or known.facts != facts:
        session.merge(KnownEquipment(id=1, facts=facts, noted_at=clock.now()))


def known_equipment(session: Session) -> Equipment | None:
    """What the server last said that it can run; None where none has run yet."""
    known = session.get(KnownEquipment, 1)
    if known is None:
        return None
    facts = known.facts

    def demands(definition: Definition) -> Demands:
        return _demands(facts["demands"].get(definition.conduct, {}))

    return Equipment(
        behaviours=facts["behaviours"],
        models=facts["models"],
        precision=facts["precision"],
        tasks=facts["tasks"],
        demands=demands,
        faults={name: unpack(fault) for name, fault in facts["faults"].items()},
    )


def _definitions(session: Session) -> Iterator[Definition]:
    for row in session.scalars(select(StoredDefinition)):
        with suppress(BadInput):  # A changed one is refused before anybody asks what it demands.
            yield load_definition(row.canonical, row.digest).definition


def _demanded(definition: Definition, equipment: Equipment) -> Json:
    try:
        demands = equipment.demands(definition)
    except BadInput as error:
        return {"against": pack(error.message)}
    return {"tasks": sorted(demands.tasks), "ground": demands.ground}


def _demands(facts: Json) -> Demands:
    if "against" in facts:
        raise BadInput(unpack(facts["against"]))
    return Demands(frozenset(facts.get("tasks", ())), facts.get("ground", False))
