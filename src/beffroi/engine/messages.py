"""What the supervisor and its hosts say to each other: one JSON object a line, over pipes.

The supervisor writes permits to a host's standard input; the host answers on its standard output
with how its cameras do. When the supervisor dies the pipe ends, and so does the host.
"""

import json
from dataclasses import asdict, dataclass

from beffroi.clock import Clock
from beffroi.mandate.permit import Permit, from_wire, to_wire


@dataclass(frozen=True, slots=True)
class Order:
    """Which camera to watch, in which version of its record, under which permit."""

    camera: str
    version: int
    permit: Permit


@dataclass(frozen=True, slots=True)
class Report:
    """How a camera does.

    Args:
        camera: Its id.
        state: starting, watching, blind or moved.
        detail: Why, for a person.
        analysed: Pictures analysed since the camera was opened.
        skipped: Pictures that came too fast to be analysed.
    """

    camera: str
    state: str
    detail: str
    analysed: int
    skipped: int


def order_to_line(order: Order) -> str:
    """One line for a host's standard input."""
    fields = {"camera": order.camera, "version": order.version, "permit": to_wire(order.permit)}
    return json.dumps(fields) + "\n"


def order_from_line(line: str, clock: Clock) -> Order:
    """Read what `order_to_line` wrote."""
    fields = json.loads(line)
    return Order(fields["camera"], fields["version"], from_wire(fields["permit"], clock))


def reports_to_line(reports: list[Report]) -> str:
    """One line for the supervisor: an empty list says that the host is alive."""
    return json.dumps([asdict(report) for report in reports]) + "\n"


def reports_from_line(line: str) -> list[Report]:
    """Read what `reports_to_line` wrote."""
    return [Report(**fields) for fields in json.loads(line)]
