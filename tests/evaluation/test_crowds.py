"""Films of runs and crowds, judged; here an exact eye looks in place of the models."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import numpy as np
import pytest

from beffroi.capture.frame import Frame
from beffroi.evaluation.recordings import PEOPLE, Recordings
from beffroi.evaluation.tasks.crowds import AFTER_S, BEFORE_S, Film, judged_films
from beffroi.perception.finders import Need
from beffroi.perception.observation import Observation, Track
from beffroi.simulation.bare import play, skeletons
from beffroi.simulation.scenes import SETTINGS


class Exact(Recordings):
    """Sees every skeleton as it is."""

    def made(
        self,
        name: str,
        frames: Callable[[], Iterable[Frame]],
        rate_hz: float,
        needs: Collection[Need] = PEOPLE,
    ) -> list[Observation]:
        del frames, needs
        scene, seed = name.split(" ")[0].split("-")
        film = Film(scene, int(seed))
        first = round(film.event.start_s - BEFORE_S)
        times = (first + np.arange((BEFORE_S + AFTER_S) * rate_hz) / rate_hz).tolist()
        seen = []
        for one in skeletons(play(SETTINGS[scene], film.seed), film.play.camera, times):
            sure = np.where(one.shown, 0.9, 0.05)[..., np.newaxis]
            tracks = [
                Track(f"{who:08x}", "person", tuple(box), 0.9, joints, None, 0.1, 0)
                for who, box, joints in zip(
                    one.ids.tolist(),
                    one.boxes.tolist(),
                    np.concatenate([one.keypoints, sure], axis=2).astype(np.float32),
                    strict=True,
                )
            ]
            seen.append(Observation(scene, one.t, None, film.play.size, 0.1, True, tuple(tracks)))
        return seen


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(("event", "recall"), [("running", 1), ("crowd_motion", np.nan)])
def test_what_is_seen_exactly_is_found_and_nothing_else(
    event: str, recall: float, tmp_path: Path
) -> None:
    result = judged_films(event, [Film("forecourt", 31)], Exact(tmp_path, (384, 640), 1))
    assert (result.task, result.n) == (f"{event}_synthetic", 1)
    values = {name: figure.value for name, figure in result.figures.items()}
    for suffix in ("", "_calibrated"):
        assert np.array_equal(values[f"recall{suffix}"], recall, equal_nan=True)
        assert values[f"false_positive_rate{suffix}"] == 0
    assert [file.predicted for file in result.files] == 2 * [recall == 1]


def test_the_pictures_of_a_film_lie_around_its_event() -> None:
    film = Film("forecourt", 31)
    frames = list(film.frames(0.5))
    assert film.event.event == "running"
    assert frames[0].t < film.event.start_s - BEFORE_S + 1
    assert film.event.start_s + AFTER_S - 4 < frames[-1].t < film.event.start_s + AFTER_S + 1
    assert film.made_of != Film("forecourt", 32).made_of
