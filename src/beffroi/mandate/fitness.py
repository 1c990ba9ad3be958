"""Whether a camera can see what a definition was voted for.

A definition states the least that it needs; below that, its figures say nothing about this camera,
and the use is off there. What has not been measured yet is not held against a camera: the height
of people is known once some were seen, the rate once the stream runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from beffroi.errors import BadInput
from beffroi.mandate.conditions import Condition
from beffroi.mandate.definition import Definition
from beffroi.mandate.equipment import MANIFEST, Demands, Equipment
from beffroi.mandate.records import Records
from beffroi.store.cameras import CameraVersion
from beffroi.words import Words, say, together

REMEASURE: Final = timedelta(minutes=5)
"""A camera or a machine that could not keep up is tried again after this long."""

FINDS: Final[Mapping[str, Words]] = {
    "pose": say("people"),
    "objects": say("vehicles and luggage"),
    "flames": say("flames"),
    "weapons": say("weapons"),
}
"""What a model of each task finds."""


NO_DEMANDS: Final = Demands()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a camera really gives.

    Args:
        rate_hz: Pictures analysed per second over the last minutes, where fewer than were asked
            for; None before there are any, and while the camera and this machine keep up.
        person_px: Half of the people who stood on it were at least this high, in pixels of what
            the models read; None before enough people were seen.
        precision: Numeric precision of the inference, e.g. `f32`.
        models: SHA-256 of each model file that runs, by name.
        tasks: What each of them is for, by name.
        calibrated: Whether its ground is known in metres.
        faults: Why a model does not run, see `Equipment`.
    """

    rate_hz: float | None
    person_px: float | None
    precision: str
    models: Mapping[str, str]
    tasks: Mapping[str, str] = field(default_factory=dict)
    calibrated: bool = True
    faults: Mapping[str, str] = field(default_factory=dict)


def unfit(definition: Definition, profile: Profile, demands: Demands = NO_DEMANDS) -> list[str]:
    """Why this definition may not run on this camera, a sentence each; empty if it may."""
    return [
        *_undemanded(definition, profile, demands),
        *_short_of(definition, profile),
        *_unlike(definition, profile),
    ]


def _undemanded(definition: Definition, profile: Profile, demands: Demands) -> Iterator[Words]:
    """What the detector cannot do without, whatever was voted."""
    if demands.ground and not profile.calibrated:
        yield say(
            "it measures metres on the ground and this camera is not calibrated: a technician "
            "measures its ground with `beffroi camera survey --view … --height …`"
        )
    if MANIFEST in profile.faults and definition.models.keys() - profile.tasks.keys():
        return  # of a model of a list that cannot be read nobody knows what it finds
    named = {profile.tasks.get(name) for name in definition.models}
    for task in sorted(demands.tasks - named):
        yield say(
            "the definition names no model that finds {what}, and its detector cannot do without: "
            "another text has to be voted",
            what=FINDS[task],
        )


def _short_of(definition: Definition, profile: Profile) -> Iterator[Words]:
    """What was measured here and is less than was voted.

    A rate within 5 % of the one voted is that rate: streams of 25 and 24.97 pictures are alike.
    """
    if profile.rate_hz is not None and profile.rate_hz < 0.95 * definition.rate_hz:
        yield say(
            "it analysed {rate:.1f} pictures per second here and the definition needs {least}: "
            "it is tried again within {minutes} minutes; if it stops again, give this machine "
            "fewer cameras or a smaller model input",
            rate=profile.rate_hz,
            least=definition.rate_hz,
            minutes=REMEASURE.seconds // 60,
        )
    if profile.person_px is not None and profile.person_px < definition.person_px:
        yield say(
            "people are {height:.0f} pixels high here and the definition needs {least}: choose "
            "a larger model input or a nearer view",
            height=profile.person_px,
            least=definition.person_px,
        )


def _unlike(definition: Definition, profile: Profile) -> Iterator[Words]:
    """What is installed here and is not what was voted."""
    if profile.precision not in definition.precisions:
        yield say(
            "this machine computes in {precision} and the definition admits {admitted}",
            precision=profile.precision,
            admitted=", ".join(definition.precisions),
        )
    for name, voted in definition.models.items():
        if name not in profile.models:
            yield _absent(name, profile.faults)
        elif profile.models[name] != voted:
            yield say("the model {model} installed here is not the one that was voted", model=name)


def _absent(model: str, faults: Mapping[str, str]) -> Words:
    fault = faults.get(model, faults.get(MANIFEST))
    if fault is None:
        return say("the model {model} is not installed here", model=model)
    return say("the model {model} cannot look here: {why}", model=model, why=fault)


def fitness(
    records: Records, definition: Definition, camera: CameraVersion, equipment: Equipment | None
) -> Iterator[Condition]:
    """Whether this software, this machine and this camera are what the definition needs.

    Args:
        records: What is on record at the moment asked about.
        definition: What was voted.
        camera: The camera as it is.
        equipment: What is installed; None where nobody can tell, and only the camera counts.
    """
    if equipment is None:
        untold = Equipment({}, None, definition.precisions[0])
        yield _measured(records, definition, camera, untold)
        return
    shipped = equipment.behaviours.get(definition.detector) == definition.behaviour
    against = say(
        "version {behaviour} of detector {detector} was voted and this software does not ship it",
        behaviour=definition.behaviour,
        detector=definition.detector,
    )
    yield Condition(
        say("The software ships the detector as it was voted."),
        None if shipped else against,
        f"{definition.detector} {definition.behaviour}",
    )
    yield _measured(records, definition, camera, equipment)


def _measured(
    records: Records, definition: Definition, camera: CameraVersion, equipment: Equipment
) -> Condition:
    shipped = equipment.behaviours.get(definition.detector) == definition.behaviour
    profile = _profile(records, definition, camera, equipment)
    try:
        demands = equipment.demands(definition) if shipped else NO_DEMANDS
        shortfalls = unfit(definition, profile, demands)
    except BadInput as error:
        shortfalls = [error.message]
    return Condition(
        say("The camera and this machine give what the definition needs."),
        together(shortfalls, "; ") if shortfalls else None,
        f"{camera.camera_id}, {camera.number}",
    )


def _profile(
    records: Records, definition: Definition, camera: CameraVersion, equipment: Equipment
) -> Profile:
    """What was measured on the camera as it is now."""
    rate = height = None
    state = records.state(camera.camera_id)
    if state and state.measured_at is not None and state.measured_version == camera.number:
        rate = state.rate_hz if records.now < state.measured_at + REMEASURE else None
        height = state.person_px
    return Profile(
        rate_hz=rate,
        person_px=height,
        precision=equipment.precision,
        models=definition.models if equipment.models is None else equipment.models,
        tasks=equipment.tasks,
        calibrated=camera.ground is not None,
        faults=equipment.faults,
    )
