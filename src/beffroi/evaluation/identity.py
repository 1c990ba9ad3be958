"""How long the tracker keeps people apart: IDF1 against annotated boxes with identities.

Ristani et al., Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking, 2016:
each annotated person is paired with one track, and IDF1 is the share of boxes that agree. Pairs are
taken by falling agreement rather than by the best assignment, so the figure errs on the low side.
"""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beffroi.errors import BadInput
from beffroi.evaluation.labels import unzipped
from beffroi.perception.observation import Observation
from beffroi.perception.tracking import overlap

Box = tuple[float, float, float, float]
Truth = Mapping[int, Mapping[int, Box]]
"""Boxes (x1, y1, x2, y2 in pixels) by frame and identity."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Agreement of tracks with truth.

    Args:
        idf1: 0 to 1.
        recall: Share of annotated boxes that some track covers.
        precision: Share of track boxes that cover somebody annotated.
        people: Identities in the truth.
        tracks: Ids that were given.
    """

    idf1: float
    recall: float
    precision: float
    people: int
    tracks: int


def read_boxes(path: Path) -> Truth:
    """Boxes from a gzipped file of the PETS annotations by A. Milan.

    Raises:
        BadInput: It cannot be read.
    """
    try:
        # A file of the developer's own data set, not input from anyone else.
        root = ET.fromstring(unzipped(path))  # noqa: S314
        return {int(frame.attrib["number"]): _boxes(frame) for frame in root.iter("frame")}
    except (ET.ParseError, KeyError, ValueError) as error:
        raise BadInput(f"{path} holds no boxes: {error}.") from error


def _boxes(frame: ET.Element) -> Mapping[int, Box]:
    boxes: dict[int, Box] = {}
    for thing in frame.iter("object"):
        box = thing.find("box")
        if box is not None:
            x, y, w, h = (float(box.attrib[key]) for key in ("xc", "yc", "w", "h"))
            boxes[int(thing.attrib["id"])] = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    return boxes


def identity(
    truth: Truth, observations: Sequence[Observation], fps: float, least: float = 0.5
) -> Identity:
    """Compare tracks with truth.

    Args:
        truth: Boxes by frame.
        observations: Of the same video; times are turned into frame numbers.
        fps: Frames per second of the annotation.
        least: Intersection over union above which two boxes agree.
    """
    together: Counter[tuple[int, str]] = Counter()
    annotated = tracked = covered = covering = 0
    for observation in observations:
        people = truth.get(round(observation.t * fps), {})
        boxes = np.array(list(people.values()), np.float32).reshape(-1, 4)
        tracks = np.array([t.box for t in observation.tracks], np.float32).reshape(-1, 4)
        agree = overlap(boxes, tracks) >= least
        annotated, tracked = annotated + len(boxes), tracked + len(tracks)
        covered += int(agree.any(axis=1).sum())
        covering += int(agree.any(axis=0).sum())
        names = list(people)
        for row, column in np.argwhere(agree).tolist():
            together[names[row], observation.tracks[column].id] += 1
    agreed, taken = 0, set[int | str]()
    for (person, track), count in together.most_common():
        if person not in taken and track not in taken:
            agreed += count
            taken |= {person, track}
    return Identity(
        idf1=2 * agreed / max(annotated + tracked, 1),
        recall=covered / max(annotated, 1),
        precision=covering / max(tracked, 1),
        people=len({name for people in truth.values() for name in people}),
        tracks=len({track.id for observation in observations for track in observation.tracks}),
    )
