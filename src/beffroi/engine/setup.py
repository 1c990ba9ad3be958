"""Looking through a camera to set it up: under a logged commissioning, never sharp, never kept.

The technician sees a picture pixelated as a whole; what stays is a median of many pictures, so
that people who pass are not in it, and blurred, so that nobody who stood still can be recognised.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beffroi.alerts.clip import pixelate
from beffroi.capture.frame import Frame
from beffroi.capture.opening import open_source
from beffroi.capture.source import Source, State
from beffroi.clock import Clock
from beffroi.errors import BeffroiError, NotAuthorised, Unavailable
from beffroi.folder import DataFolder
from beffroi.ledger.append import ORIGIN
from beffroi.mandate.cameras import current_version, load_credentials
from beffroi.mandate.commissioning import commissioning_permit, record_look
from beffroi.mandate.permit import Permit
from beffroi.perception.inference import Inference
from beffroi.perception.models import variant
from beffroi.perception.observation import Observation
from beffroi.perception.perceive import Models, Perception
from beffroi.perception.survey import Survey
from beffroi.store.database import Database

PATIENCE_S: Final = 10
"""How long a camera may take to send its first picture."""

Image = NDArray[np.uint8]

BLOCKS_ACROSS: Final = 60
"""Blocks in the width of a still: enough to place a mask, too few for a face."""

SURVEY_INPUT: Final = (576, 1024)
"""The largest that the pose model reads: whoever is too small for it is too small for all."""

BLUR: Final = 0.006
"""Radius of the blur, as a share of the picture's width."""

PICTURES: Final = 40
"""Of which a background is the median: a quarter of a gigabyte of 1080 lines."""

STRIP: Final = 64
"""Rows whose median is taken at once."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a camera that is being set up.

    Args:
        database: Where the camera is recorded, and each look through it.
        folder: Where its credentials lie.
        clock: The machine's clocks.
        camera: Its id.
        actor: Pseudonym of the account.
        origin: Where the account acts from, for the ledger.
    """

    database: Database
    folder: DataFolder
    clock: Clock
    camera: str
    actor: str
    origin: Mapping[str, str]


def take_still(visit: Visit) -> Image:
    """One picture of a camera, masks burnt in, pixelated as a whole.

    Returns:
        RGB, uint8, shape (height, width, 3).

    Raises:
        NotAuthorised: Nobody has leave to set this camera up now.
        Unavailable: The camera does not answer.
    """
    for frame in _look(visit, "still", rate_hz=5):
        return pixelate(frame.image, max(8, frame.image.shape[1] // BLOCKS_ACROSS))
    raise _blind(visit.camera)


def take_background(visit: Visit, seconds: float) -> Image:
    """The place without the people who pass: the median of many pictures, masked and blurred.

    Args:
        visit: Who looks, and through which camera.
        seconds: How long to look, 1 to 120; two pictures a second are taken, or fewer where that
            would be more than `PICTURES`.

    Raises:
        NotAuthorised: Nobody has leave to set this camera up now.
        Unavailable: The camera does not answer.
    """
    rate_hz = min(2.0, PICTURES / seconds)
    frames = _look(visit, "background", rate_hz=rate_hz)
    pictures = [frame.image for frame in islice(frames, max(3, int(seconds * rate_hz)))]
    if not pictures:
        raise _blind(visit.camera)
    # By strips: the pictures are in memory once, and a median makes copies.
    strips = range(0, len(pictures[0]), STRIP)
    median = np.concatenate(
        [
            np.median(np.stack([one[top : top + STRIP] for one in pictures]), axis=0)
            for top in strips
        ]
    ).astype(np.float32)
    return blur(median, max(2, round(median.shape[1] * BLUR)))


def observe(
    visit: Visit, seconds: float, perception: Perception, rate_hz: float
) -> Iterator[Observation]:
    """What is seen through a camera, for proposals to be drawn and voted; no picture is kept.

    Args:
        visit: Who looks, and through which camera.
        seconds: How long to look.
        perception: What looks.
        rate_hz: Pictures a second.

    Raises:
        NotAuthorised: Nobody has leave to set this camera up now.
        Unavailable: The camera does not answer.
    """
    frames = _look(visit, "directions", rate_hz=rate_hz)
    return (perception.observe(frame) for frame in islice(frames, int(seconds * rate_hz)))


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a camera showed while it was looked through.

    Args:
        people: Everybody's measures.
        pictures: How many were looked at.
        brightness: Mean grey level of the darkest and the brightest picture, 0 to 255.
        size: Width and height in pixels.
    """

    people: Survey
    pictures: int
    brightness: tuple[float, float]
    size: tuple[int, int]


def survey(visit: Visit, seconds: float, progress: Callable[[float], None]) -> Surveyed:
    """Look at who passes, to propose a calibration and say what the camera is fit for.

    Args:
        visit: Who looks, and through which camera.
        seconds: How long to look; at most five pictures a second are measured, and none is kept.
        progress: Told which share of that time has passed.

    Raises:
        NotAuthorised: Nobody has leave to set this camera up now.
        Unavailable: The camera does not answer, or the models are not installed.
    """
    pose = variant("movenet-multipose", SURVEY_INPUT)
    people, levels, size = Survey(), [], (0, 0)
    with Inference([pose], threads=os.cpu_count() or 1) as inference:
        perception = Perception(visit.camera, Models(pose), inference)
        start = visit.clock.monotonic()
        for frame in islice(_look(visit, "survey", rate_hz=5), int(seconds * 5)):
            passed = visit.clock.monotonic() - start
            progress(min(1.0, passed / seconds))
            if passed > seconds:  # a slow machine sees fewer pictures, for no longer
                break
            people.note(perception.observe(frame))
            levels.append(float(frame.image[::8, ::8].mean()))
            size = (frame.image.shape[1], frame.image.shape[0])
    if not levels:
        raise _blind(visit.camera)
    return Surveyed(people, len(levels), (min(levels), max(levels)), size)


def blur(image: NDArray[np.float32], radius: int) -> Image:
    """Three box blurs one after the other, which come close to a Gaussian.

    Args:
        image: Shape (height, width, 3), 0 to 255.
        radius: Of each box, in pixels.
    """
    result = image
    for _ in range(3):
        for axis in (0, 1):
            result = _box(result, radius, axis)
    blurred: Image = result.round().astype(np.uint8)
    return blurred


def _box(image: NDArray[np.float32], radius: int, axis: int) -> NDArray[np.float32]:
    """Mean over 2 radius + 1 pixels along one axis, edges repeated, by a running sum."""
    width = 2 * radius + 1
    padding = [(0, 0)] * image.ndim
    padding[axis] = (radius + 1, radius)
    sums = np.pad(image, padding, mode="edge").cumsum(axis=axis, dtype=np.float64)
    upper = np.take(sums, range(width, sums.shape[axis]), axis=axis)
    lower = np.take(sums, range(sums.shape[axis] - width), axis=axis)
    mean: NDArray[np.float32] = ((upper - lower) / width).astype(np.float32)
    return mean


def _look(visit: Visit, purpose: str, *, rate_hz: float) -> Iterator[Frame]:
    """Frames of a camera for as long as its commissioning lasts, once the look is in the ledger."""
    database, camera, clock = visit.database, visit.camera, visit.clock
    with database.write() as session:
        session.info[ORIGIN] = dict(visit.origin)
        record_look(session, camera, purpose, actor=visit.actor, clock=clock)
        record = current_version(session, camera)

    def ask() -> Permit:
        with database.read() as session:
            if current_version(session, camera).number != record.number:
                raise NotAuthorised(f"The record of {camera} has changed meanwhile; look again.")
            return commissioning_permit(session, camera, clock)

    permit = ask()
    credentials = load_credentials(visit.folder.secrets, camera)
    with (
        open_source(
            permit, clock=clock, masks=record.masks, rate_hz=rate_hz, credentials=credentials
        ) as source,
        _renewing(source, ask),
    ):
        try:
            yield from source.frames()
        except NotAuthorised as error:
            detail = source.health.detail or error.message
            raise Unavailable(f"Camera {camera} gives no picture. {detail}") from error


def _blind(camera: str) -> Unavailable:
    return Unavailable(f"Camera {camera} gave no picture; check its address and its network.")


@contextmanager
def _renewing(source: Source, ask: Callable[[], Permit]) -> Iterator[None]:
    """Renew a source's permit, unless its camera has nothing to show after all this time."""
    done = threading.Event()

    def renew() -> None:
        rounds = 0
        # What the mandate refuses, or cannot be asked, ends the source within a permit's term.
        with contextlib.suppress(BeffroiError):
            while not done.wait(1) and not _hopeless(source.health.state, rounds):
                source.renew(ask())
                rounds += 1

    thread = threading.Thread(target=renew, name="renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _hopeless(state: State, seconds: int) -> bool:
    return state is State.BLIND or (state is State.STARTING and seconds > PATIENCE_S)
