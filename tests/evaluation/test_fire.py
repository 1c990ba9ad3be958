"""Pictures and films of fire, in a folder that has never been seen."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from beffroi.evaluation.burning import film
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.tasks import evaluate

HZ = 5


def write(path: Path, pictures: Iterable[np.ndarray]) -> None:
    """A picture or a film, by the ending of its name."""
    with av.open(str(path), "w") as container:
        still = path.suffix == ".png"
        stream = container.add_stream("png" if still else "libx264", rate=HZ)
        stream.width, stream.height = 640, 360
        stream.pix_fmt = "rgb24" if still else "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A still and a film of each, and a file that is neither."""
    rows = ["file,label,anything"]
    for kind, label in (("flames", "fire"), ("lamp", "lookalike")):
        pictures = [frame.image for frame in islice(film(kind, 7, HZ), 12 * HZ)]
        write(tmp_path / f"{kind}.png", pictures[-1:])
        write(tmp_path / f"{kind}.mp4", pictures)
        rows += [f"{kind}.png,{label},", f"{kind}.mp4,{label}_film,"]
    rows.append("marks.xml.gz,annotation,")
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_stills_are_judged_by_their_look_and_films_by_what_flickers(
    folder: Path, tmp_path: Path
) -> None:
    result = evaluate("fire", folder, Recordings(tmp_path / "kept", (288, 512), 1))
    files = {f.file: f for f in result.files}
    assert result.positives == {"flames.png", "flames.mp4"}
    assert files["flames.png"].predicted is True
    assert files["flames.mp4"].predicted is True
    assert files["lamp.png"].predicted is False
    assert files["lamp.mp4"].predicted is False
    shown = result.as_json()
    assert shown["auc"] == 1.0
    assert set(shown["configuration"]["models"]) == {"flames"}
