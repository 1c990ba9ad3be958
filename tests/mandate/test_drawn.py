"""What may be drawn for a use: the same for whoever writes it and whoever reads it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from beffroi.errors import BadInput
from beffroi.evaluation.zones import read_zones
from beffroi.events.detector import Zones
from beffroi.events.drawn import read_drawn
from beffroi.mandate.use_text import CameraText
from beffroi.web.use_forms import read_use, usual_values

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]
NONE: dict[str, dict[str, Any]] = {
    "no such thing": {"line": 1},
    "not named": {"lines": [SQUARE[:2]]},
    "no points": {"lines": {"gate": "x"}},
    "one end": {"lines": {"gate": SQUARE[:1]}},
    "three ends": {"lines": {"gate": SQUARE[:3]}},
    "no length": {"lines": {"gate": [[0.5, 0.5], [0.5, 0.5]]}},
    "not a number": {"lines": {"gate": [[0, 0], [0.5, float("nan")]]}},
    "endless": {"area": [[0, 0], [float("inf"), 0], [1, 1]]},
    "outside": {"forbidden": {"rails": [[0, 0], [1.01, 0], [1, 1]]}},
    "a text": {"forbidden": {"rails": [[0, 0], ["1", 0], [1, 1]]}},
    "two points": {"area": SQUARE[:2]},
    "nothing in it": {"forbidden": {"rails": []}},
    "no area": {"forbidden": {"rails": [[0, 0], [0.5, 0.5], [1, 1]]}},
}


@pytest.mark.parametrize("zones", NONE.values(), ids=NONE)
def test_what_is_not_drawn_on_the_picture_is_refused_by_whoever_reads_it(
    zones: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="These zones cannot be read: "):
        read_drawn(zones)
    with pytest.raises(ValidationError):
        CameraText(address="sim://park", ground=None, masks=[], zones=zones)
    file = tmp_path / "zones.json"
    file.write_text(json.dumps(zones))
    with pytest.raises(BadInput, match=r"zones\.json"):
        read_zones(file)
    now = datetime(2026, 5, 4, tzinfo=UTC)
    needed = ("definition", "purpose", "legal_basis")
    day = (now + timedelta(days=9)).date().isoformat()
    values = usual_values(now) | dict.fromkeys(needed, "x") | {"ends": day}
    with pytest.raises(BadInput, match="Zones are JSON"):
        read_use(values | {"camera-park": "on", "zones-park": json.dumps(zones)}, ["park"])


def test_what_is_drawn_is_read_by_detectors_and_kept_as_it_was_written() -> None:
    zones = {"area": [], "forbidden": {"rails": SQUARE[:3]}, "lines": {"gate": SQUARE[:2]}}
    read = Zones(forbidden={"rails": ((0, 0), (1, 0), (1, 1))}, lines={"gate": ((0, 0), (1, 0))})
    assert read_drawn(zones) == read
    kept = CameraText(address="sim://park", ground=None, masks=[], zones=zones)
    assert kept.model_dump(mode="json")["zones"] == zones
