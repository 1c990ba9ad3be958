"""Nothing looks for weapons, and whoever asks is told why and who must act."""

import pytest

from beffroi.errors import Actor, Unavailable
from beffroi.evaluation.watch import choose_definitions
from beffroi.events.detector import Zones
from beffroi.events.registry import DETECTORS, make, shipped_definitions
from tests.events.shipped import VOTED


def test_no_definition_and_no_detector_of_weapons_ships() -> None:
    assert "weapon" not in DETECTORS
    assert "weapon" not in {voted.definition.event for voted in shipped_definitions()}


def test_a_text_that_asks_for_them_is_refused_with_the_way_out() -> None:
    definition = VOTED["intrusion"].definition.model_copy(update={"detector": "weapon"})
    for ask in (lambda: make(definition, Zones()), lambda: choose_definitions(["weapon"], Zones())):
        with pytest.raises(Unavailable, match=r"ships no model.*administrator.*council") as refused:
            ask()
        assert refused.value.actor is Actor.ADMINISTRATOR
