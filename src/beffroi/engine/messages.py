"""What the supervisor and its hosts say to each other: one JSON value a line, over pipes.

The supervisor writes to a host's standard input all the permits that the host holds from then on:
what a line does not name is withdrawn. The host answers on its standard output with how its
cameras do. `FAREWELL` ends it in order; a pipe that ends without it belonged to a supervisor that
died, and the host goes on alone for as long as its last permits last.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from beffroi.clock import Clock
from beffroi.mandate.permit import Permit, from_wire, to_wire
from beffroi.words import pack, unpack

FAREWELL: Final = "farewell\n"


@dataclass(frozen=True, slots=True)
class Order:
    """Which camera to watch, in which version of its record, under which permit.

    Of its pictures only a `share`, 0 to 1, is analysed while others come first.
    """

    camera: str
    version: int
    permit: Permit
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """How a camera does.

    Args:
        camera: Its id.
        state: starting, watching, blind or moved.
        detail: Why, for a person.
        analysed: Pictures analysed since the camera was opened.
        skipped: Pictures that came too fast to be analysed, or were left out for other cameras.
        measured: Whether it was watched for long enough to say the following.
        rate_hz: Pictures analysed per second, where fewer than were asked for.
        person_px: Median height of people in what the models read, once enough were seen.
        spared: Pictures that were not decoded, as nothing was about and their packets told of
            nothing new.
        processor_s: Processor seconds that the host has spent on it.
    """

    camera: str
    state: str
    detail: str
    analysed: int
    skipped: int
    measured: bool = False
    rate_hz: float | None = None
    person_px: float | None = None
    spared: int = 0
    processor_s: float = 0.0


def orders_to_line(orders: Sequence[Order]) -> str:
    """One line for a host's standard input."""
    fields = [
        {
            "camera": order.camera,
            "version": order.version,
            "permit": to_wire(order.permit),
            "share": order.share,
        }
        for order in orders
    ]
    return json.dumps(fields) + "\n"


def orders_from_line(line: str, clock: Clock) -> list[Order]:
    """Read what `orders_to_line` wrote.

    Raises:
        NotAuthorised: It holds a permit that no gate gives.
    """
    return [
        Order(
            fields["camera"],
            fields["version"],
            from_wire(fields["permit"], clock),
            fields["share"],
        )
        for fields in json.loads(line)
    ]


def reports_to_line(reports: list[Report]) -> str:
    """One line for the supervisor: an empty list says that the host is alive."""
    fields = [{**asdict(report), "detail": pack(report.detail)} for report in reports]
    return json.dumps(fields) + "\n"


def reports_from_line(line: str) -> list[Report]:
    """Read what `reports_to_line` wrote."""
    return [Report(**{**fields, "detail": unpack(fields["detail"])}) for fields in json.loads(line)]
