"""Made films hold what they say, and the real clip is found."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from beffroi.cli.evaluate import app
from beffroi.evaluation.composites import DISTRACTORS, EFFECTS, SECONDS, Composite, composites
from beffroi.evaluation.tasks.abandoned_object import SEEDS


def test_there_are_films_enough_of_kinds_enough() -> None:
    made = list(composites(SEEDS))
    assert len(made) >= 60
    assert len(DISTRACTORS) >= 8
    assert {"sleeping", "sitting_on_the_ground"} <= set(DISTRACTORS)
    assert len({film.name for film in made}) == len(made)


def test_a_film_is_known_again_by_what_it_shows() -> None:
    one, again = Composite("dog", 1).made_of, Composite("dog", 1).made_of
    assert one == again != Composite("dog", 2).made_of


@pytest.mark.parametrize("kind", DISTRACTORS)
def test_in_every_film_somebody_leaves_a_bag_early_enough(kind: str) -> None:
    film = Composite(kind, 1)
    assert film.event.event == "abandoned_object"
    assert film.event.instant_s + 32 < SECONDS
    assert film.carrier(film.event.start_s) is not None
    assert film.carrier(film.event.instant_s + 10) is None


@pytest.mark.parametrize("kind", EFFECTS)
def test_light_and_water_come_and_stay(kind: str) -> None:
    film = Composite(kind, 2)
    frames = list(film.frames(0.1))
    again = next(iter(Composite(kind, 2).frames(0.1)))
    assert (frames[0].image == again.image).all()
    first, *_, last = (frame.image.astype(int) for frame in frames)
    changed = np.abs(last - first).max(axis=-1) > 30
    assert changed.mean() > 0.004


@pytest.mark.usefixtures("models")
def test_the_real_clip_is_found(real_data: Path, tmp_path: Path) -> None:
    given = ["abandoned_object", str(real_data), "--json", "--recordings", str(tmp_path)]
    shown = json.loads(CliRunner().invoke(app, given).stdout)
    assert shown["n"] == shown["recall"] == 1
    assert shown["auc"] is shown["false_positive_rate"] is None
