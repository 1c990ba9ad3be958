"""A use with a text, as its impact files find it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from beffroi.clock import Clock
from beffroi.mandate.cameras import CameraSpec, add_camera
from beffroi.mandate.definition import VotedText
from beffroi.mandate.uses import ALWAYS, Mode, UseSpec, draft_use
from beffroi.store.mandates import StoredUseText

CLERK = "c" * 32


def write_use(session: Session, use_id: str, voted: VotedText, clock: Clock, **changes: Any) -> str:
    """Draft a use on the camera `park` and write its text; returns the digest of the text."""
    now = clock.now()
    spec = UseSpec(
        mode=Mode.LIVE,
        purpose="Secourir les personnes qui tombent.",
        legal_basis="belfort-fiction",
        timezone="Europe/Paris",
        hours=ALWAYS,
        starts_at=now,
        ends_at=now + timedelta(days=365),
        cameras={"park": {}},
    )
    draft_use(session, use_id, voted, spec, actor=CLERK, clock=clock)
    return write_text(session, use_id, voted, clock, **changes)


def write_text(
    session: Session, use_id: str, voted: VotedText, clock: Clock, **changes: Any
) -> str:
    """Write a text of a use that is there."""
    now = clock.now()
    text = {
        "use": use_id,
        "definition": voted.digest,
        "mode": "live",
        "purpose": "Secourir les personnes qui tombent.",
        "law": "belfort-fiction",
        "regime": "gdpr",
        "controller": "Ville de Belfort-sur-Beffroi",
        "processors": ["Régie informatique"],
        "partners": [],
        "timezone": "Europe/Paris",
        "hours": ALWAYS,
        "occasion": None,
        "starts_at": _iso(now),
        "ends_at": _iso(now + timedelta(days=365)),
        "max_offline_s": None,
        "renews": None,
        "cameras": {
            "park": {"address": "sim://park?seed=1", "ground": None, "masks": [], "zones": {}}
        },
        **changes,
    }
    canonical = rfc8785.dumps(text)
    digest = hashlib.sha256(canonical).hexdigest()
    session.add(StoredUseText(digest=digest, canonical=canonical, written_at=now))
    session.flush()
    return digest


def add_park(session: Session, clock: Clock) -> None:
    """The camera that the uses name."""
    camera = CameraSpec("Le parc", "sim://park?seed=1")
    add_camera(session, "park", camera, actor=CLERK, clock=clock)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
