"""A use with a text, as its impact files find it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import VotedText
from beffroi.mandate.uses import UseSpec, draft_use, revise_use

CLERK = "c" * 32


def write_use(session: Session, use_id: str, voted: VotedText, clock: Clock, **changes: Any) -> str:
    """Draft a use on the camera `park`; returns the digest of its text."""
    use = draft_use(session, use_id, voted, _spec(clock, **changes), actor=CLERK, clock=clock)
    return use.text_digest


def write_text(
    session: Session, use_id: str, voted: VotedText, clock: Clock, **changes: Any
) -> str:
    """Write another text of a use that is there."""
    spec = _spec(clock, **changes)
    use = revise_use(session, use_id, voted, spec, reason="better", actor=CLERK, clock=clock)
    return use.text_digest


def add_park(session: Session, clock: Clock) -> None:
    """The camera that the uses name."""
    camera = CameraSpec("Le parc", "sim://park?seed=1")
    add_camera(session, "park", camera, actor=CLERK, clock=clock)


def _spec(clock: Clock, **changes: Any) -> UseSpec:
    spec = UseSpec(
        purpose="Secourir les personnes qui tombent.",
        law="belfort-fiction",
        legal_basis="Loi fictive, article 1",
        controller="Ville de Belfort-sur-Beffroi",
        processors=("Régie informatique",),
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(days=365),
        cameras={"park": {}},
    )
    return replace(spec, **changes)
