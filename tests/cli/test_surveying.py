"""What a survey says of a camera follows from what was seen, by the rules of the gate."""

import pytest

from beffroi.cli.surveying import tell
from beffroi.engine.setup import Surveyed
from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.equipment import Equipment
from beffroi.perception.survey import Survey

MODELS = {
    name: digest
    for voted in shipped_definitions()
    for name, digest in voted.definition.models.items()
}


def said(
    *,
    height: float = 0.5,
    top: float = 0.37,
    most: int = 8,
    light: tuple[float, float] = (20, 140),
    models: dict[str, str] = MODELS,
    calibrated: bool = True,
) -> str:
    people = Survey()
    people.heights, people.top, people.most = [height] * 30, top, most
    seen = Surveyed(people, 100, light, (1280, 720))
    return "\n".join(tell(seen, Equipment({}, models, "f32"), calibrated))


def test_a_camera_that_shows_enough_is_fit_for_all_that_ships() -> None:
    told = said()
    assert "Not fit" not in told
    assert all(voted.definition.event in told for voted in shipped_definitions())
    assert "survey again at" not in told


def test_of_small_people_the_events_that_need_them_larger_are_refused_with_the_reason() -> None:
    least = {v.definition.event: v.definition.person_px for v in shipped_definitions()}
    told = said(height=0.05)
    assert "people are 29 pixels high here and the definition needs" in told
    for event, pixels in least.items():
        assert (f"Not fit for {event}:" in told) == (pixels > 28.8), event


def test_what_is_not_installed_is_named() -> None:
    told = said(models={"movenet-multipose": MODELS["movenet-multipose"]})
    assert "Not fit for fire: the model flames is not installed here." in told


@pytest.mark.parametrize(
    ("top", "mask"),
    [(0.37, "[[[0, 0], [1, 0], [1, 0.3], [0, 0.3]]]"), (0.08, None), (0.0, None)],
)
def test_a_mask_is_suggested_clear_of_every_head(top: float, mask: str | None) -> None:
    told = said(top=top)
    assert (mask in told) if mask else ("A mask for it" not in told)


@pytest.mark.parametrize(
    ("light", "most", "advice"),
    [
        ((90, 150), 9, "again at night"),
        ((10, 30), 9, "again by day"),
        ((10, 150), 2, "busiest hour"),
    ],
)
def test_what_was_not_seen_yet_is_asked_for(
    light: tuple[float, float], most: int, advice: str
) -> None:
    assert advice in said(light=light, most=most)


def test_events_that_measure_the_ground_ask_for_a_calibration() -> None:
    assert "gathering" in said(calibrated=False).split("measure the ground")[0].splitlines()[-1]
    assert "measure the ground" not in said()
