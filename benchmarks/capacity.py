"""How many busy cameras the whole machine carries, over RTSP and with everything that it does.

Cameras are put to work one after the other until the engine drops one picture in a hundred. What
a camera takes of processor and memory is the slope over those steps, which leaves out what the
city takes without any. Then cameras are taken away until four fifths are left, and alerts timed.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import latency
from benchmarks.cameras import Street, street
from benchmarks.city import RATE_HZ, City, city
from benchmarks.processes import memory_mb, processor_s
from tests.engine.town import Served

LATE: Final = 0.01
SLOW: Final = 0.85
"""A reader that falls behind hands on fewer pictures without dropping any; reports are not exact
to the second."""

FIRST: Final = 0.3
LOAD: Final = 0.8
SETTLE_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured with so many cameras at work.

    Args:
        cameras: How many.
        late: Share of the pictures due that were not analysed.
        busy: Processor seconds per second, of all processes of the city.
        memory_mb: Of them all.
        sending: Processor seconds per second of the process that plays the cameras.
    """

    cameras: int
    late: float
    busy: float
    memory_mb: float
    sending: float


def run(
    busy: Path, folder: Path, carried: float, step_s: float = 12.0, alerts_s: float = 40.0
) -> dict[str, object]:
    """Load a city until it is late.

    Args:
        busy: The film that every camera sends.
        folder: For the city's data; made here.
        carried: Cameras that this machine should carry, from what one costs.
        step_s: How long each number of cameras is watched.
        alerts_s: How long alerts are timed.

    Returns:
        `cameras_over_rtsp`: the most busy cameras of which less than 1 % of pictures were late.
        `cameras_per_core_over_rtsp`: 1 / processor seconds a second that one more camera takes.
        `fps_per_core_over_rtsp`: pictures analysed per processor second of all processes.
        `memory_per_camera_mb`: what one more camera takes.
        `energy_wh_per_busy_camera_hour`: estimated from that slope, as the engine estimates it.
        `sending_over_rtsp`: processor seconds of the cameras' process, per camera-second.
        `latency_…`: see `benchmarks.latency`, with `latency_cameras` at work.
        `capacity_steps`: what was measured on the way.
    """
    most = math.ceil(1.5 * carried) + 2
    with (
        street([busy]) as cameras,
        city(folder, [cameras.address(busy.stem, n) for n in range(most)]) as (town, served),
    ):
        steps = [*_climb(town, served, cameras, max(1, int(FIRST * carried)), step_s)]
        highest = max((step.cameras for step in steps if step.late < LATE), default=0)
        loaded = max(1, int(LOAD * highest))
        town.watch(loaded)
        time.sleep(SETTLE_S)
        with latency.Listening(town) as listening:
            time.sleep(alerts_s)
        seen = listening.figures()
        watts = town.site.settings.engine.watts_per_core
    last = max(
        (step for step in steps if step.late < LATE),
        key=lambda step: step.cameras,
        default=steps[-1],
    )
    taken, memory = slope(steps, "busy"), slope(steps, "memory_mb")
    return {
        "cameras_over_rtsp": highest,
        "cameras_per_core_over_rtsp": None if taken is None else round(1 / taken, 2),
        "fps_per_core_over_rtsp": round(last.cameras * RATE_HZ * (1 - last.late) / last.busy, 1),
        "memory_per_camera_mb": None if memory is None else round(memory, 1),
        "energy_wh_per_busy_camera_hour": None if taken is None else round(watts * taken, 2),
        "sending_over_rtsp": round(last.sending / last.cameras, 5),
        **seen,
        "latency_cameras": loaded,
        "capacity_steps": [asdict(step) for step in steps],
    }


def slope(steps: Sequence[Step], name: str) -> float | None:
    """What one more camera adds, by least squares over the steps that were on time."""
    timely = [step for step in steps if step.late < LATE]
    if len(timely) < 2:
        return None
    line = np.polyfit([s.cameras for s in timely], [getattr(s, name) for s in timely], 1)
    return float(line[0])


def _climb(
    town: City, served: Served, cameras: Street, first: int, step_s: float
) -> Iterator[Step]:
    """One camera more at a time, or a tenth more on a large machine, until pictures are late.

    Where they are late at once, half as many are tried first.
    """
    number, timely = first, False
    while 0 < number <= len(town.cameras):
        town.watch(number)
        time.sleep(SETTLE_S)
        step = measure(town, served, cameras, number, step_s)
        yield step
        timely |= step.late < LATE
        if step.late < LATE:
            number += max(1, number // 10)
        elif timely:
            return
        else:
            number //= 2


def measure(town: City, served: Served, cameras: Street, number: int, seconds: float) -> Step:
    """Watch a city at work for some seconds, at least ten: its own counts are that coarse."""
    pids, names = [*served.family()], town.cameras[:number]
    before, begin = town.seen(), time.monotonic()
    busy, sending = processor_s(pids), processor_s([cameras.pid])
    time.sleep(seconds)
    passed = time.monotonic() - begin
    pairs = [(before[name], after) for name, after in town.seen().items() if name in names]
    analysed = sum(after.analysed - earlier.analysed for earlier, after in pairs)
    skipped = sum(after.skipped - earlier.skipped for earlier, after in pairs)
    heard_s = sum((after.heard_at - earlier.heard_at).total_seconds() for earlier, after in pairs)
    # Under a heavy load reports come late, and tell of more than the time they speak of.
    due = max(1.0, RATE_HZ * heard_s, analysed + skipped)
    return Step(
        cameras=number,
        late=round(max(skipped / due, 1 - analysed / due if analysed < SLOW * due else 0), 4),
        busy=round((processor_s(pids) - busy) / passed, 4),
        memory_mb=round(memory_mb(pids), 1),
        sending=round((processor_s([cameras.pid]) - sending) / passed, 5),
    )
