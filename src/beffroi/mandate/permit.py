"""The permit: the only key that opens a stream.

A permit is cheap, short-lived and renewed; whoever holds one stops at its deadline without
being told. Only :mod:`beffroi.mandate` can make one: the constructor asks for a seal that never
leaves this package (an import contract and a test watch it).
"""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from beffroi.clock import Clock
from beffroi.errors import NotAuthorised

TERM_S: Final = 5.0
"""How long a gate's permit lasts; an engine that hears nothing more stops within it."""

LONGEST_S: Final = 86_400.0
"""The same at most, where a longer time was voted for a site with a poor link."""

GRACE_S: Final = 2.0
"""What is left of a permit that was withdrawn: time to hold the scene of the last alert."""


class Basis(StrEnum):
    """What a permit rests on."""

    USE = "use"
    COMMISSIONING = "commissioning"
    LABORATORY = "laboratory"


class _Seal:
    """Proof that the maker of a permit is the mandate package."""


_SEAL = _Seal()


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to open one address and to analyse it until a deadline.

    Args:
        address: The one source that may be opened, exactly as the source is named.
        basis: What the permit rests on.
        camera: Camera id, or None in the laboratory.
        uses: Ids of the uses in force for this camera (empty unless ``basis`` is ``use``).
        deadline: Monotonic seconds after which nothing may be read.
        seal: Held by :mod:`beffroi.mandate` alone.

    Raises:
        NotAuthorised: Made without the seal.
    """

    address: str
    basis: Basis
    camera: str | None
    uses: tuple[str, ...]
    deadline: float
    seal: _Seal

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise NotAuthorised("Only a mandate can make a permit.")

    def valid(self, clock: Clock) -> bool:
        """Whether the deadline still lies ahead."""
        return clock.monotonic() < self.deadline

    def withdrawn(self, clock: Clock) -> Self:
        """The same permit for nothing any more, and about to end."""
        deadline = min(self.deadline, clock.monotonic() + GRACE_S)
        return replace(self, uses=(), deadline=deadline)

    def require(self, address: str, clock: Clock) -> None:
        """Check the permit before a stream is opened or read on.

        Raises:
            NotAuthorised: The permit is for another address, or its deadline has passed.
        """
        if address != self.address:
            raise NotAuthorised("This permit was given for another source.")
        if not self.valid(clock):
            raise NotAuthorised("The permit has run out and was not renewed.")


def issue(
    address: str, basis: Basis, camera: str | None, uses: tuple[str, ...], deadline: float
) -> Permit:
    """Make a permit; for :mod:`beffroi.mandate` only, see its gate and laboratory."""
    return Permit(address, basis, camera, uses, deadline, _SEAL)


def to_wire(permit: Permit) -> str:
    """One line of JSON for the pipe to a host process of the same machine."""
    return json.dumps(
        {
            "address": permit.address,
            "basis": permit.basis.value,
            "camera": permit.camera,
            "uses": list(permit.uses),
            "deadline": permit.deadline,
        }
    )


def from_wire(line: str, clock: Clock) -> Permit:
    """Read a permit that the gate's own process wrote to this process's pipe.

    Raises:
        NotAuthorised: It would last longer than a gate ever grants, or is the laboratory's.
    """
    fields: dict[str, Any] = json.loads(line)
    basis = Basis(fields["basis"])
    if basis is Basis.LABORATORY or not fields["deadline"] <= clock.monotonic() + LONGEST_S:
        raise NotAuthorised("No gate gives such a permit to a host.")
    return issue(
        address=fields["address"],
        basis=basis,
        camera=fields["camera"],
        uses=tuple(fields["uses"]),
        deadline=fields["deadline"],
    )
