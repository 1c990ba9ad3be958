"""Three times the cameras that this machine carries: what gives way, what is kept, what recovers.

Nothing may queue without bound, so memory and the time until an alert is seen must not grow; no
alert that was raised may be lost; and once the load is gone, pictures must be on time again.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import latency
from benchmarks.cameras import Street, street
from benchmarks.capacity import LATE, LOAD, measure
from benchmarks.city import City, city
from tests.engine.town import Served

TIMES: Final = 3
SAMPLE_S: Final = 11.0
RECOVERY_S: Final = 60.0


def run(busy: Path, folder: Path, carried: float, seconds: float = 600.0) -> dict[str, object]:
    """Load a city beyond its capacity, then take the load away.

    Args:
        busy: The film that every camera sends.
        folder: For the city's data; made here.
        carried: Cameras that this machine carries.
        seconds: How long it is overloaded.

    Returns:
        `overload_cameras`: at work.
        `overload_late`: share of pictures dropped.
        `overload_evenness`: pictures analysed by the camera that got the fewest, over the most.
        `overload_memory_mb_per_min`: by how much memory grows, over the second half.
        `overload_latency_p95_ms` and its like: from picture to news.
        `overload_untold`: alerts in the database of which no news came.
        `overload_recovery_s`: until less than 1 % of pictures are late again; null if never.
        `overload_samples`: memory and lateness over time.
    """
    cameras = max(2, int(TIMES * carried))
    with (
        street([busy]) as senders,
        city(folder, [senders.address(busy.stem, n) for n in range(cameras)]) as (town, served),
    ):
        town.order(cameras)
        time.sleep(SAMPLE_S)
        before = town.seen()
        with latency.Listening(town) as listening:
            samples = [*_samples(town, served, senders, cameras, seconds)]
        after = town.seen()
        recovery = _recovery(town, served, senders, max(1, int(LOAD * carried)))
    rates = [after[name].analysed - before[name].analysed for name in after]
    late = [sample["late"] for sample in samples]
    return {
        "overload_cameras": cameras,
        "overload_late": round(float(np.mean(late)), 3),
        "overload_evenness": round(min(rates) / max(1, *rates), 3),
        "overload_memory_mb_per_min": round(_growth(samples), 2),
        **{f"overload_{name}": value for name, value in listening.figures().items()},
        "overload_recovery_s": recovery,
        "overload_samples": samples,
    }


def _samples(
    town: City, served: Served, senders: Street, cameras: int, seconds: float
) -> Iterator[dict[str, float]]:
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < seconds:
        step = measure(town, served, senders, cameras, SAMPLE_S)
        yield {"t": round(passed), "memory_mb": step.memory_mb, "late": step.late}


def _growth(samples: list[dict[str, float]]) -> float:
    second_half = samples[len(samples) // 2 :]
    line = np.polyfit([s["t"] for s in second_half], [s["memory_mb"] for s in second_half], 1)
    return float(line[0]) * 60


def _recovery(town: City, served: Served, senders: Street, cameras: int) -> float | None:
    begin = time.monotonic()
    town.order(cameras)
    while (passed := time.monotonic() - begin) < RECOVERY_S:
        if measure(town, served, senders, cameras, SAMPLE_S).late < LATE:
            return round(passed, 1)
    return None
