"""Running detectors over a clip in the laboratory: the whole chain but the mandate and the alert.

What comes out is for judging the detectors: no alert, no evidence, nothing kept.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Protocol

from beffroi.capture.frame import Frame
from beffroi.capture.opening import open_source
from beffroi.clock import Clock
from beffroi.errors import BadInput
from beffroi.events import weapon
from beffroi.events.detector import Counting, Detection, Detector, Zones
from beffroi.events.registry import make, shipped_definitions
from beffroi.mandate.definition import Definition
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.perception.finders import Need, tasks_of
from beffroi.perception.inference import Inference
from beffroi.perception.models import Precision, Variant, variant
from beffroi.perception.observation import Observation
from beffroi.perception.perceive import Models, Perception

POSE = "movenet-multipose"
OBJECTS = "nanodet"
NAMED: Final = frozenset({"intrusion", "traffic", "wrong_way"})
"""Looked for only if named, since lines and zones mean something else to each."""
FLAMES = "flames"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run amounted to.

    Args:
        frames_in: Frames of the clip up to its end, those not due at the rate included.
        frames_analysed: Frames that the models looked at; the motion gate spares the others.
        clip_s: Length of the clip up to its last frame looked at, in seconds.
        seconds: How long the run took.
        fps: Frames looked at or spared, per second of the run.
        detections: How many were found.
        counted: What was added up by detectors that count instead, by event and name.
    """

    frames_in: int
    frames_analysed: int
    clip_s: float
    seconds: float
    fps: float
    detections: int
    counted: Mapping[str, int]


class Viewer(Protocol):
    """Somebody who sees each frame with what was made of it, such as an overlay."""

    def __call__(self, frame: Frame, observation: Observation, found: list[Detection]) -> None:
        """Take the next frame."""


def choose_definitions(
    events: Sequence[str] | None, zones: Zones, changes: Mapping[str, str] | None = None
) -> list[Definition]:
    """The shipped definitions of these events, with parameters changed for a trial.

    Args:
        events: Names; None for all but those of `NAMED`, and intrusion if something is drawn.
        zones: Forbidden zones and lines.
        changes: Values by `event.parameter`.

    Raises:
        BadInput: An event, a parameter or a value is unknown, or nothing is drawn for one that
            needs it.
    """
    known = {voted.definition.event: voted.definition for voted in shipped_definitions()}
    drawn = bool(zones.forbidden or zones.lines)
    names = list(events) if events else [n for n in known if n not in NAMED]
    if drawn and not events:
        names.append("intrusion")
    for name in names:
        weapon.refuse(name)
        if name not in known:
            raise BadInput(f"There is no event named {name!r}; there are {', '.join(known)}.")
    if "intrusion" in names and not drawn:
        raise BadInput("Intrusion needs a forbidden zone or a line: name their file with --zones.")
    if "wrong_way" in names and not zones.lines:
        raise BadInput(
            "wrong_way needs a line that shows the direction: name its file with --zones."
        )
    chosen = {name: known[name] for name in names}
    for key, value in (changes or {}).items():
        event, _, parameter = key.partition(".")
        if event not in chosen or parameter not in chosen[event].parameters:
            raise BadInput(f"{key} is no parameter of what is watched for, e.g. fall.stay_ms.")
        parameters = {**chosen[event].parameters, parameter: value}
        chosen[event] = chosen[event].model_copy(update={"parameters": parameters})
    for definition in chosen.values():
        make(definition, zones)
    return list(chosen.values())


def needed(definitions: Iterable[Definition], zones: Zones) -> frozenset[Need]:
    """What the detectors of these definitions must be shown."""
    return frozenset(need for each in definitions for need in make(each, zones).needs)


def laboratory_models(
    needs: Collection[Need], size: tuple[int, int], precision: Precision = "f32"
) -> Models:
    """The models for these needs; `size` and `precision` are of the pose model."""
    shipped: Mapping[str, tuple[str, tuple[int, int], Precision]] = {
        "pose": (POSE, size, precision),
        "objects": (OBJECTS, (416, 416), "f32"),
        "flames": (FLAMES, (224, 224), "f32"),
    }
    # No model of weapons ships, so that the laboratory has none.
    return Models(**{task: variant(*shipped[task]) for task in tasks_of(needs) & shipped.keys()})


def loaded(models: Models) -> list[Variant]:
    """The variants that an inference queue must hold for these models."""
    every = (getattr(models, field.name) for field in fields(models))
    return [model for model in every if model is not None]


def observe(
    address: str,
    models: Models,
    inference: Inference,
    *,
    needs: Collection[Need],
    rate_hz: float,
    clock: Clock,
) -> Iterator[tuple[Frame, Observation]]:
    """Observe a local clip or a synthetic scene, frame by frame.

    Args:
        address: A path, or `sim://scene?seed=1`.
        models: What to look with.
        inference: A queue with these models loaded.
        needs: What else to look for.
        rate_hz: Frames per second.
        clock: For durations.

    Raises:
        NotAuthorised: A live address.
        BadInput: No such clip, or one that cannot be read.
    """
    permit = laboratory_permit(address)
    name = address if "://" in address else Path(address).name
    perception = Perception(name[:200], models, inference, needs=needs)
    with open_source(permit, clock=clock, rate_hz=rate_hz) as source:
        for frame in source.frames():
            yield frame, perception.observe(frame)


def watch(
    address: str,
    definitions: Sequence[Definition],
    zones: Zones,
    models: Models,
    inference: Inference,
    *,
    clock: Clock,
    rate_hz: float | None = None,
    until_s: float | None = None,
    viewer: Viewer | None = None,
) -> Iterator[Detection | Summary]:
    """Look for events in a clip.

    Args:
        address: A path, or `sim://scene?seed=1`, which has no end.
        definitions: What to look for.
        zones: What is drawn on the picture.
        models: What to look with.
        inference: A queue with these models loaded.
        clock: For durations.
        rate_hz: Frames analysed per second; the most that any definition needs unless given.
        until_s: Time in the clip to stop at; its end unless given.
        viewer: Shown every frame.

    Yields:
        Detections as they are found, then one summary.

    Raises:
        NotAuthorised: A live address.
        BadInput: No such clip, or one that cannot be read.
    """
    detectors = [make(definition, zones) for definition in definitions]
    rate = rate_hz or max(definition.rate_hz for definition in definitions)
    began = clock.monotonic()
    frames_in = looked = analysed = count = 0
    clip_s = 0.0
    needs = needed(definitions, zones)
    seen = observe(address, models, inference, needs=needs, rate_hz=rate, clock=clock)
    for frame, observation in seen:
        if until_s is not None and frame.t > until_s:
            break
        found = detect(detectors, observation)
        if viewer is not None:
            viewer(frame, observation, found)
        yield from found
        frames_in, looked, clip_s = frame.index + 1, looked + 1, frame.t
        analysed += observation.analysed
        count += len(found)
    seconds = clock.monotonic() - began
    counted = {
        f"{detector.id}:{what}": number
        for detector in detectors
        if isinstance(detector, Counting)
        for what, number in detector.take().items()
    }
    yield Summary(frames_in, analysed, clip_s, seconds, looked / max(seconds, 1e-9), count, counted)


def detect(detectors: Iterable[Detector], observation: Observation) -> list[Detection]:
    """What all detectors make of one observation."""
    return [detection for detector in detectors for detection in detector.update(observation)]


def as_row(result: Detection | Summary) -> dict[str, Any]:
    """One line of `beffroi watch --json`."""
    if isinstance(result, Summary):
        fields = asdict(result)
        rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in fields.items()}
        return {"type": "summary", **rounded}
    return {
        "type": "detection",
        "event": result.event,
        "start_s": round(max(result.start_t, 0.0), 3),
        "end_s": round(result.end_t, 3),
        "score": round(result.score, 3),
        "tracks": list(result.tracks),
        "count": result.count,
        "zone": result.zone,
    }
