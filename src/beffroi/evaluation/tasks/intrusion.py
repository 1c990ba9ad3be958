"""A film with zones: whether the visits to them are found, and nothing else."""

import json
from pathlib import Path

import numpy as np

from beffroi.evaluation.figures import Figure, visits_found
from beffroi.evaluation.judging import configuration, found_in
from beffroi.evaluation.labels import reading
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Judged, Result
from beffroi.evaluation.watch import choose_definitions
from beffroi.evaluation.zones import read_zones


def intrusion(folder: Path, recordings: Recordings) -> Result:
    """Visits to the zones of one place; `n` is their number."""
    zones = read_zones(folder / "zones.json")
    (definition,) = choose_definitions(["intrusion"], zones)
    film = folder / (_zoned(folder) or "vtest.avi")
    found = found_in(definition, zones, recordings.of(film, definition.rate_hz))
    hits, visits, stray = visits_found(found, folder / "zone_intrusions.csv")
    figures = {
        "recall": Figure("recall", hits / visits if visits else np.nan),
        "stray": Figure("stray", stray),
    }
    files = (Judged(film.name, "zone visits", None, float(len(found))),)
    return Result("intrusion", visits, figures, configuration(definition, recordings), files)


def _zoned(folder: Path) -> str:
    """The film that the zones are drawn on, as their file or the only film of the visits says."""
    drawn = json.loads((folder / "zones.json").read_text(encoding="utf-8")).get("video")
    with reading(folder / "zone_intrusions.csv") as rows:
        named = {row.get("video") or "" for row in rows}
    return drawn or (named.pop() if len(named) == 1 else "")
