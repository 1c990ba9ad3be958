"""The tasks that can be evaluated: what is looked for, where, and what counts as right.

A task is a module here and a line in `TASKS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Result
from beffroi.evaluation.tasks.abandoned_object import (
    abandoned_object,
    abandoned_object_synthetic,
)
from beffroi.evaluation.tasks.count import count
from beffroi.evaluation.tasks.crowds import crowd_motion_synthetic, running_synthetic
from beffroi.evaluation.tasks.density import density
from beffroi.evaluation.tasks.fall import fall
from beffroi.evaluation.tasks.false_alarms import false_alarms
from beffroi.evaluation.tasks.fire import fire, fire_synthetic
from beffroi.evaluation.tasks.innocent_pictures import false_alarms_in_pictures
from beffroi.evaluation.tasks.intrusion import intrusion
from beffroi.evaluation.tasks.strike import strike
from beffroi.evaluation.tasks.tracking import tracking
from beffroi.evaluation.tasks.traffic import traffic


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be judged.

    Args:
        folder: Where in a collection its files lie.
        run: Judges the files of a folder.
        size: Height and width of the pose input that suits how small people are there.
        positive: How labels of files begin in which the event happens; empty if none is judged so.
    """

    folder: str
    run: Callable[[Path, Recordings], Result]
    size: tuple[int, int] = (288, 512)
    positive: str = ""


SMALL: Final = (384, 640)
"""For people of some 40 pixels, as on squares seen from a roof."""

SYNTHETIC: Final = "synthetic"
"""The folder of tasks that look at no file. They take long, and are no part of all tasks of a
collection, which need not be ours."""

TASKS: Final[Mapping[str, Task]] = MappingProxyType(
    {
        "strike": Task("fight", strike, positive="fight"),
        "fall": Task("fall", fall, positive="fall"),
        "fire": Task("fire", fire, positive="fire"),
        "fire_synthetic": Task(SYNTHETIC, fire_synthetic),
        "abandoned_object": Task("abandoned", abandoned_object, positive="abandoned_bag"),
        "abandoned_object_synthetic": Task(SYNTHETIC, abandoned_object_synthetic),
        "intrusion": Task("people", intrusion, SMALL),
        "count": Task("people", count, SMALL),
        "tracking": Task("people", tracking, SMALL),
        "traffic": Task("traffic", traffic),
        "density": Task("crowd", density),
        "running_synthetic": Task(SYNTHETIC, running_synthetic, SMALL),
        "crowd_motion_synthetic": Task(SYNTHETIC, crowd_motion_synthetic, SMALL),
        "false_alarms": Task(SYNTHETIC, false_alarms),
        "false_alarms_in_pictures": Task(SYNTHETIC, false_alarms_in_pictures),
    }
)


def evaluate(task: str, folder: Path, recordings: Recordings) -> Result:
    """Evaluate one task on one folder.

    Args:
        task: One of `TASKS`.
        folder: With a `labels.csv`, or a collection that has one in the task's own folder.
        recordings: What perception saw, or will look at.

    Raises:
        BadInput: Nothing there for this task, or something that cannot be read.
    """
    inner = folder / TASKS[task].folder
    return TASKS[task].run(inner if (inner / "labels.csv").exists() else folder, recordings)
