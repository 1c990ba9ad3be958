"""What perception saw of a clip, looked at once and kept, so that detectors can be run again.

A recording is found again by everything that decides what is in it: the clip's bytes, the model,
its input and precision, the rate, and the code that looks. It is personal data, as the clip is.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from beffroi.capture.frame import Frame
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.evaluation.watch import laboratory_models, loaded, observe
from beffroi.perception.inference import Inference
from beffroi.perception.observation import Observation
from beffroi.perception.perceive import Perception
from beffroi.perception.recording import record, replay

LOOKING = ("capture/imager.py", "capture/motion.py", "capture/timeline.py", "perception")
"""The code that decides what is seen."""


def recordings_directory() -> Path:
    """Where recordings are kept unless said otherwise: in the user's cache."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "beffroi" / "recordings"


class Recordings:
    """Observations of clips, made when they are first asked for.

    Args:
        folder: Where recordings are kept.
        size: Height and width of the pose input.
        threads: Processor threads.
    """

    def __init__(self, folder: Path, size: tuple[int, int], threads: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.models = laboratory_models((), size)
        self._threads = threads
        self._inference: Inference | None = None

    def of(self, path: Path, rate_hz: float) -> list[Observation]:
        """The observations of one clip at one rate.

        Raises:
            BadInput: No such clip, or one that cannot be read.
        """
        try:
            clip = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
        return self._kept(clip, rate_hz, lambda: self._observed(path, rate_hz))

    def made(
        self, name: str, frames: Callable[[], Iterable[Frame]], rate_hz: float
    ) -> list[Observation]:
        """The observations of pictures that are made rather than read; `name` says which."""

        def looked() -> Iterator[Observation]:
            perception = Perception(name, self.models, self._looker())
            return (perception.observe(frame) for frame in frames())

        return self._kept(name, rate_hz, looked)

    def _observed(self, path: Path, rate_hz: float) -> Iterator[Observation]:
        seen = observe(str(path), self.models, self._looker(), rate_hz=rate_hz, clock=Clock())
        return (observation for _, observation in seen)

    def _kept(
        self, what: str, rate_hz: float, look: Callable[[], Iterator[Observation]]
    ) -> list[Observation]:
        kept = self._folder / f"{self.key(what, rate_hz)}.obs"
        if not kept.exists():
            part = kept.with_suffix(".part.obs")
            record(part, look())
            part.replace(kept)
        return list(replay(kept))

    def key(self, what: str, rate_hz: float) -> str:
        """Under what name the observations of something are kept."""
        facts = "\n".join((what, self.models.pose.digest, f"{rate_hz:g}", _code()))
        return hashlib.sha256(facts.encode()).hexdigest()[:32]

    def _looker(self) -> Inference:
        """The models are loaded only if something has not been looked at yet."""
        if self._inference is None:
            self._inference = Inference(loaded(self.models), threads=self._threads)
        return self._inference


@cache
def _code() -> str:
    """SHA-256 of the source of everything that looks."""
    root = Path(str(files("beffroi")))
    modules = sorted(
        module
        for name in LOOKING
        for module in ((root / name).glob("*.py") if (root / name).is_dir() else [root / name])
    )
    return hashlib.sha256(b"".join(module.read_bytes() for module in modules)).hexdigest()
