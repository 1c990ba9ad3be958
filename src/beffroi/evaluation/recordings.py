"""What perception saw of a clip, looked at once and kept, so that detectors can be run again.

A recording is found again by everything that decides what is in it: the clip's bytes, the model,
its input and precision, the rate, and the code that looks. It is personal data, as the clip is.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from beffroi.capture.frame import Frame
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.evaluation.watch import laboratory_models, loaded, observe
from beffroi.perception.finders import Need, tasks_of
from beffroi.perception.inference import Inference
from beffroi.perception.models import Precision
from beffroi.perception.observation import Observation
from beffroi.perception.perceive import Models, Perception
from beffroi.perception.recording import record, replay

LOOKING: Final = (
    "capture/imager.py",
    "capture/motion.py",
    "capture/timeline.py",
    *(
        f"perception/{name}.py"
        for name in ("forms", "inference", "letterbox", "observation", "perceive", "tracking")
    ),
)
"""The code that decides what is seen of anything."""
LOOKING_FOR: Final[Mapping[Need, tuple[str, ...]]] = MappingProxyType(
    {
        Need.PEOPLE: ("perception/pose.py",),
        Need.OBJECTS: ("perception/objects.py", "perception/things.py"),
        Need.FLOW: ("perception/flow.py",),
        Need.STILL: tuple(
            f"perception/{name}.py" for name in ("backgrounds", "patches", "still", "stood")
        ),
        Need.FIRE: ("perception/fire.py", "perception/patches.py"),
    }
)
"""And what is seen because somebody needs it."""

PEOPLE: Final = frozenset({Need.PEOPLE})

SAMPLES_HZ: Final = 0.2
"""At which rate made films are compared with those that were looked at."""


def digest(frames: Iterable[Frame]) -> str:
    """What pictures show, as a name: a film that is drawn the same need not be looked at again."""
    pictures = hashlib.sha256()
    for frame in frames:
        pictures.update(frame.image.tobytes())
    return pictures.hexdigest()[:16]


def recordings_directory() -> Path:
    """Where recordings are kept unless said otherwise: in the user's cache."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "beffroi" / "recordings"


class Recordings:
    """Observations of clips, made when they are first asked for.

    Args:
        folder: Where recordings are kept.
        size: Height and width of the pose input; kept as an attribute.
        threads: Processor threads.
        precision: Of the pose model.
    """

    def __init__(
        self, folder: Path, size: tuple[int, int], threads: int, precision: Precision = "f32"
    ) -> None:
        # Skeletons are personal data too: they are for whoever looked.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self.size = folder, size
        self.models = laboratory_models(set(Need), size, precision)
        self._threads = threads
        self._inference: Inference | None = None

    def models_for(self, needs: Collection[Need]) -> Models:
        """Those of the models that these needs call for."""
        return Models(**{task: getattr(self.models, task) for task in tasks_of(needs)})

    def of(self, path: Path, rate_hz: float, needs: Collection[Need] = PEOPLE) -> list[Observation]:
        """The observations of one clip at one rate.

        Raises:
            BadInput: No such clip, or one that cannot be read.
        """
        try:
            clip = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
        return self._kept(clip, rate_hz, needs, lambda: self._observed(path, rate_hz, needs))

    def made(
        self,
        name: str,
        frames: Callable[[], Iterable[Frame]],
        rate_hz: float,
        needs: Collection[Need] = PEOPLE,
    ) -> list[Observation]:
        """The observations of pictures that are made rather than read; `name` says which."""

        def looked() -> Iterator[Observation]:
            models = self.models_for(needs)
            perception = Perception(name, models, self._looker(), needs=needs)
            return (perception.observe(frame) for frame in frames())

        return self._kept(name, rate_hz, needs, looked)

    def _observed(
        self, path: Path, rate_hz: float, needs: Collection[Need]
    ) -> Iterator[Observation]:
        seen = observe(
            str(path),
            self.models_for(needs),
            self._looker(),
            needs=needs,
            rate_hz=rate_hz,
            clock=Clock(),
        )
        return (observation for _, observation in seen)

    def _kept(
        self,
        what: str,
        rate_hz: float,
        needs: Collection[Need],
        look: Callable[[], Iterator[Observation]],
    ) -> list[Observation]:
        kept = self.folder / f"{self.key(what, rate_hz, needs)}.obs"
        if not kept.exists():
            part = kept.with_suffix(f".{os.getpid()}.part.obs")
            record(part, look())
            part.replace(kept)
        return list(replay(kept))

    def key(self, what: str, rate_hz: float, needs: Collection[Need] = PEOPLE) -> str:
        """Under what name the observations of something are kept."""
        models = [model.digest for model in loaded(self.models_for(needs))]
        facts = "\n".join((what, *models, f"{rate_hz:g}", *sorted(needs), _code(frozenset(needs))))
        return hashlib.sha256(facts.encode()).hexdigest()[:32]

    def _looker(self) -> Inference:
        """The models are loaded only if something has not been looked at yet."""
        if self._inference is None:
            self._inference = Inference(loaded(self.models), threads=self._threads)
        return self._inference


@cache
def _code(needs: frozenset[Need]) -> str:
    """SHA-256 of the source of everything that looks."""
    root = Path(str(files("beffroi")))
    names = [*LOOKING, *(name for need in sorted(needs) for name in LOOKING_FOR.get(need, ()))]
    return hashlib.sha256(b"".join((root / name).read_bytes() for name in names)).hexdigest()
