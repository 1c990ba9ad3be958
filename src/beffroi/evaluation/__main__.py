"""`python -m beffroi.evaluation DATA`: the figures of docs/figures.md from labelled clips."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from beffroi.errors import BeffroiError
from beffroi.evaluation.figures import (
    Recordings,
    auc,
    clip_figures,
    detections,
    read_labels,
    strictness,
    visits_found,
    with_interval,
)
from beffroi.evaluation.identity import identity, read_boxes
from beffroi.evaluation.watch import choose_definitions
from beffroi.evaluation.zones import read_zones
from beffroi.events.detector import Zones

TABLE = "| figure | value | 95 % interval over scenes |\n|---|---|---|"


def fights(data: Path, recordings: Recordings) -> Iterator[str]:
    """Strikes on two-second surveillance clips labelled as a whole."""
    clips = read_labels(data / "fight", lambda label: label == "fight")
    scenes = [clip.scene for clip in clips]
    event = np.array([clip.event for clip in clips])
    (voted,) = choose_definitions(["strike"], Zones())
    (single,) = choose_definitions(["strike"], Zones(), {"strike.contacts": "1"})
    seen = [recordings.of(clip.path, voted.rate_hz) for clip in clips]
    scores = np.array([strictness(single, ("speed", "stir"), one) for one in seen])
    yield f"### Strike, {len(clips)} clips of {len(set(scenes))} scenes\n\n{TABLE}"
    yield with_interval("AUC", scenes, lambda at: auc(event[at], scores[at])).row()
    for name, definition in (("as shipped", voted), ("one contact is enough", single)):
        flags = [bool(detections(definition, Zones(), one)) for one in seen]
        for figure in clip_figures(clips, flags):
            yield figure.row().replace("| ", f"| {name}: ", 1)


def falls(data: Path, recordings: Recordings) -> Iterator[str]:
    """Staged falls and daily activity."""
    clips = read_labels(data / "fall", lambda label: label.startswith("fall"))
    (voted,) = choose_definitions(["fall"], Zones())
    (brief,) = choose_definitions(["fall"], Zones(), {"fall.stay_ms": "1000"})
    seen = [recordings.of(clip.path, voted.rate_hz) for clip in clips]
    scenes = len({clip.scene for clip in clips})
    yield f"### Fall, {len(clips)} clips of {scenes} views\n\n{TABLE}"
    for name, definition in (("as shipped", voted), ("one second down", brief)):
        flags = [
            any(
                not clip.event or clip.start_s - 2 <= found.start_t <= clip.end_s + 1
                for found in detections(definition, Zones(), one)
            )
            for clip, one in zip(clips, seen, strict=True)
        ]
        for figure in clip_figures(clips, flags):
            yield figure.row().replace("| ", f"| {name}: ", 1)


def intrusions(data: Path, recordings: Recordings) -> Iterator[str]:
    """Visits to two forbidden zones of one square."""
    zones = read_zones(data / "people" / "zones.json")
    (voted,) = choose_definitions(["intrusion"], zones)
    found = detections(voted, zones, recordings.of(data / "people" / "vtest.avi", voted.rate_hz))
    hits, visits, stray = visits_found(found, data / "people" / "zone_intrusions.csv")
    yield "### Intrusion, one scene of 80 s\n\n| figure | value |\n|---|---|"
    yield f"| visits of 1.5 s and more that were found | {hits} of {visits} |"
    yield f"| detections without an annotated visit | {stray} |"


def tracking(data: Path, recordings: Recordings) -> Iterator[str]:
    """Identities of the same square, frame by frame."""
    truth = read_boxes(data / "people" / "PETS2009-S2L1.xml.gz")
    result = identity(truth, recordings.of(data / "people" / "vtest.avi", 10), fps=10)
    yield "### Tracking, one scene of 80 s\n\n| figure | value |\n|---|---|"
    yield f"| IDF1 | {result.idf1:.3f} |"
    yield f"| recall of annotated boxes | {result.recall:.3f} |"
    yield f"| precision (the far lawn is not annotated) | {result.precision:.3f} |"
    yield f"| ids given to {result.people} people | {result.tracks} |"


SETS: dict[str, Callable[[Path, Recordings], Iterator[str]]] = {
    "fights": fights,
    "falls": falls,
    "intrusions": intrusions,
    "tracking": tracking,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as Markdown; 1 if something cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m beffroi.evaluation", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of labelled clips")
    parser.add_argument("--recordings", type=Path, required=True, help="where to keep observations")
    parser.add_argument("--only", choices=SETS, action="append", help="these sets only")
    parser.add_argument("--size", default="288x512", help="input of the pose model")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    given = parser.parse_args(arguments)
    height, width = (int(side) for side in given.size.split("x"))
    try:
        recordings = Recordings(given.recordings, (height, width), given.threads)
        for name in given.only or SETS:
            for line in SETS[name](given.data, recordings):
                sys.stdout.write(line + "\n")
            sys.stdout.write("\n")
    except BeffroiError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
