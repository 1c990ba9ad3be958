"""`python -m benchmarks [--long] [--json]`: run the benchmarks and write what they found.

`latest.json` is one flat object of figures, `series.json` what is drawn; both lie beside the code
that made them and are not tracked. `--long` adds growth, the web and overload.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from beffroi.perception.models import variant
from beffroi.perception.runtime import ov
from benchmarks import (
    capacity,
    films,
    growth,
    overload,
    peers,
    pipeline,
    start,
    web,
)

LATEST: Final = Path(__file__).with_name("latest.json")
SERIES: Final = Path(__file__).with_name("series.json")

SECONDS: Final = {"busy": 20.0, "light": 10.0, "empty": 20.0, "dense": 10.0}
LONG_SECONDS: Final = {"large": 8.0}
"""Length of each film."""

Found = dict[str, object]


def main() -> None:
    """Run, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON only")
    parser.add_argument("--long", action="store_true", help="also growth, web and overload")
    given = parser.parse_args()
    found = _where()
    for part in _run(long=given.long):
        found |= part
    figures = {name: value for name, value in found.items() if not isinstance(value, list)}
    series = {name: value for name, value in found.items() if isinstance(value, list)}
    LATEST.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    SERIES.write_text(json.dumps(series, indent=1) + "\n", encoding="utf-8")
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:36} {value}")


def _run(*, long: bool) -> Iterator[Found]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _say("filming the synthetic city")
        reel = films.film_all(folder, SECONDS)
        _say("pipeline and bound")
        yield (found := pipeline.run(reel, SECONDS))
        carried = pipeline.CORES * float(str(found["cameras_per_core"]))
        _say("peers")
        yield peers.run(reel, SECONDS)
        _say("start")
        yield start.run(reel["busy"])
        _say("the whole machine, over RTSP")
        yield (found := capacity.run(reel["busy"], folder / "city", carried))
        if not long:
            return
        carried = float(str(found["cameras_over_rtsp"]))
        _say("growth")
        reel |= films.film_all(folder, LONG_SECONDS)
        yield growth.run(reel, {**SECONDS, **LONG_SECONDS}, folder / "archive")
        _say("the web")
        yield web.run(reel["light"], folder / "town", carried)
        _say("overload")
        yield overload.run(reel["busy"], folder / "metropolis", carried)


def _say(what: str) -> None:
    print(f"beffroi: measuring {what} …", file=sys.stderr, flush=True)


def _where() -> Found:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGESIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "commit": commit.stdout.strip(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 1),
        "system": " ".join((platform.system(), platform.release().partition("-")[0])),
        "python": platform.python_version(),
        "openvino": ov.__version__.partition("-")[0],
        "pose_input": "{}x{}".format(*pipeline.INPUT),
        "pose_precision": "int8",
        "pose_digest": variant("movenet-multipose", pipeline.INPUT, "int8").digest,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


if __name__ == "__main__":
    main()
