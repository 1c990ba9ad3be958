"""How long a machine takes from nothing to its first analysed picture, models cached."""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

REPEATS: Final = 3


def run(film: Path) -> dict[str, object]:
    """Measure in processes of their own.

    Args:
        film: With somebody in it.

    Returns:
        `start_to_first_frame_s`.
    """
    _once(film)  # what the disk gives only once is not the program's
    taken = statistics.median(_once(film) for _ in range(REPEATS))
    return {"start_to_first_frame_s": round(taken, 2)}


def _once(film: Path) -> float:
    began = time.time()
    command = [sys.executable, "-m", "benchmarks.start", str(film)]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(shown) - began


def _look(film: str) -> None:
    """Analyse one picture and print when that was done."""
    from beffroi.capture.opening import open_source
    from beffroi.clock import Clock
    from beffroi.evaluation.watch import laboratory_models, loaded
    from beffroi.mandate.laboratory import laboratory_permit
    from beffroi.perception.finders import Need
    from beffroi.perception.inference import Inference
    from beffroi.perception.perceive import Perception

    models = laboratory_models({Need.PEOPLE}, (288, 512), "int8")
    with (
        Inference(loaded(models), threads=1) as inference,
        open_source(laboratory_permit(film), clock=Clock(), rate_hz=5) as source,
    ):
        Perception("bench", models, inference).observe(next(source.frames()))
        print(time.time())


if __name__ == "__main__":
    _look(sys.argv[1])
