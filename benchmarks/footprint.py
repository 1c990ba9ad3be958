"""What a camera needs of memory, and how long a machine takes to see its first picture."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import films

SECONDS: Final = 4
MORE: Final = 4
"""Cameras beside the first."""


def run() -> dict[str, object]:
    """Measure in processes of their own.

    Returns:
        `memory_per_camera_mb`: what one more 640 x 360 camera adds to the process.
        `start_to_first_frame_s`: from nothing to the first analysed picture, models cached.
    """
    with tempfile.TemporaryDirectory() as folder:
        film = films.busy(Path(folder) / "busy.mp4", SECONDS)
        one, several = (_alone(film, cameras) for cameras in (1, 1 + MORE))
    return {
        "memory_per_camera_mb": round((several["mb"] - one["mb"]) / MORE, 1),
        "start_to_first_frame_s": round(one["start_s"], 2),
    }


def _alone(film: Path, cameras: int) -> dict[str, float]:
    began = time.time()
    command = [sys.executable, "-m", "benchmarks.footprint", str(film), str(cameras), str(began)]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures: dict[str, float] = json.loads(shown)
    return figures


def _look(film: str, cameras: int, began: float) -> None:
    """Watch one film through several cameras at once; print the most memory in use."""
    from beffroi.capture.opening import open_source
    from beffroi.clock import Clock
    from beffroi.evaluation.watch import laboratory_models, loaded
    from beffroi.mandate.laboratory import laboratory_permit
    from beffroi.perception.finders import Need
    from beffroi.perception.inference import Inference
    from beffroi.perception.perceive import Perception

    models = laboratory_models({Need.PEOPLE}, (288, 512), "int8")
    start_s, most = 0.0, 0.0
    with ExitStack() as stack:
        inference = stack.enter_context(Inference(loaded(models), threads=1))
        sources = [
            stack.enter_context(open_source(laboratory_permit(film), clock=Clock(), rate_hz=5))
            for _ in range(cameras)
        ]
        eyes = [Perception(f"c{i}", models, inference) for i in range(cameras)]
        for frames in zip(*(source.frames() for source in sources), strict=True):
            for perception, frame in zip(eyes, frames, strict=True):
                perception.observe(frame)
                start_s = start_s or time.time() - began
            most = max(most, _resident_mb())
    print(json.dumps({"mb": most, "start_s": start_s}))


def _resident_mb() -> float:
    """Memory in use now: loading the models takes more for a moment, however many cameras."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


if __name__ == "__main__":
    _look(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
