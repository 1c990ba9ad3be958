"""A film with identities: whether everybody keeps one track."""

from pathlib import Path

from beffroi.evaluation.figures import Figure
from beffroi.evaluation.identity import identity, read_boxes
from beffroi.evaluation.judging import models_of
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.result import Result


def tracking(folder: Path, recordings: Recordings) -> Result:
    """Identities of the people of PETS 2009 S2.L1, frame by frame."""
    result = identity(
        read_boxes(folder / "PETS2009-S2L1.xml.gz"), recordings.of(folder / "vtest.avi", 10), fps=10
    )
    figures = {
        "idf1": Figure("idf1", result.idf1),
        "recall": Figure("recall", result.recall),
        "precision": Figure("precision", result.precision),
        "ids_per_person": Figure("ids_per_person", result.tracks / max(result.people, 1)),
    }
    return Result("tracking", 1, figures, {"rate_hz": 10, **models_of(recordings)}, ())
