"""Hours of innocent pictures: what is drawn is what was played, and what comes of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beffroi.evaluation.innocence import Innocent
from beffroi.evaluation.recordings import Recordings
from beffroi.evaluation.tasks import innocent_pictures as task
from beffroi.evaluation.tasks.false_alarms import EVENTS, highest_hz
from beffroi.simulation.bare import skeletons

SECONDS = 2.0


def test_an_act_is_drawn_as_it_was_played_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = replace(Innocent.drawn("square", 1002), until_s=SECONDS)
    recordings = Recordings(tmp_path, (288, 512), 1)
    seen = task.looked_at(act, recordings)
    times = [one.t for one in seen]
    assert np.allclose(np.diff(times), 1 / highest_hz())
    (there,) = skeletons(act.act, act.setting.camera, times[-1:])
    assert int((there.heights > 60).sum()) / 2 <= len(seen[-1].tracks) <= len(there.ids)

    monkeypatch.setattr(task, "programme", lambda hour: [act] if hour == 1 else [])
    result = task.false_alarms_in_pictures(tmp_path, recordings)
    assert "gathering_per_day" in result.figures
    assert result.configuration["alarms"].keys() == set(EVENTS)
    quiet = result.figures["false_alarms_per_day"]
    assert quiet.value == 0
    assert quiet.high == pytest.approx(3.689 / 0.25, abs=0.01)
    assert [file.predicted for file in result.files] == [False]
