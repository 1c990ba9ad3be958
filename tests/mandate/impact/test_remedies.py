"""Rights and remedies: the same rights asked of every regime, and each row with its source."""

from typing import get_args

import pytest

from beffroi.errors import BadInput
from beffroi.mandate.impact.remedies import remedies, rights_of
from beffroi.mandate.use_text import Regime

RIGHTS = {
    *("information", "access", "rectification", "erasure", "restriction"),
    *("objection", "portability", "automated", "complaint"),
}


@pytest.mark.parametrize("regime", get_args(Regime))
def test_every_regime_answers_for_every_right(regime: Regime) -> None:
    rights = rights_of(regime)
    assert len(rights) == len(RIGHTS)
    assert {right.id for right in rights} == RIGHTS
    assert all(right.source for right in rights)


def test_nobody_can_object_to_public_video_protection() -> None:
    for regime in get_args(Regime):
        assert not next(right for right in rights_of(regime) if right.id == "objection").applies


def test_regimes_differ_where_the_law_does() -> None:
    access = {
        regime: next(right for right in rights_of(regime) if right.id == "access").how["fr"]
        for regime in get_args(Regime)
    }
    assert access["gdpr"].startswith("Demande au responsable de traitement")
    assert access["state_security"].startswith("Par la CNIL")
    assert len(set(access.values())) == len(get_args(Regime))


def test_what_nobody_compared_with_the_text_is_marked() -> None:
    rows = [right for regime in get_args(Regime) for right in rights_of(regime)]
    assert all(not row.verified for row in rows if "loi 78-17" in row.source)
    assert any(row.verified for row in rows)


def test_remedies_say_where_and_by_when() -> None:
    assert [remedy.id for remedy in remedies()] == [
        *("request", "court", "suspension", "liberty", "commission", "cnil"),
    ]
    by_id = {remedy.id: remedy for remedy in remedies()}
    assert "Deux mois" in by_id["court"].deadline["fr"]
    assert "quarante-huit heures" in by_id["liberty"].deadline["fr"]


def test_an_unknown_regime_is_refused() -> None:
    with pytest.raises(BadInput, match="one of gdpr, led, state_security"):
        rights_of("none")
