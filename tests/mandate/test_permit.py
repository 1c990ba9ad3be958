import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from beffroi.clock import Clock, FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.mandate import permit as permits
from beffroi.mandate.laboratory import laboratory_permit
from beffroi.mandate.permit import (
    GRACE_S,
    LONGEST_S,
    TERM_S,
    Basis,
    Permit,
    from_wire,
    issue,
    to_wire,
)


def test_nobody_else_can_make_a_permit() -> None:
    with pytest.raises(NotAuthorised):
        Permit("sim://park", Basis.USE, "park", (), math.inf, permits._Seal())


def test_a_permit_is_for_one_source_only() -> None:
    permit = laboratory_permit("sim://park?seed=1")
    with pytest.raises(NotAuthorised, match="another source"):
        permit.require("sim://square?seed=1", Clock())


def test_a_permit_crosses_the_pipe_to_a_host() -> None:
    clock = Clock()
    deadline = clock.monotonic() + TERM_S
    permit = issue("sim://park", Basis.USE, camera="park", uses=("falls",), deadline=deadline)
    assert from_wire(to_wire(permit), clock) == permit


@pytest.mark.parametrize(
    ("basis", "term"),
    [(Basis.USE, 2 * LONGEST_S), (Basis.USE, math.nan), (Basis.LABORATORY, 1.0)],
)
def test_a_host_takes_no_permit_that_no_gate_would_give(basis: Basis, term: float) -> None:
    clock = Clock()
    forged = issue("sim://park", basis, "park", (), clock.monotonic() + term)
    with pytest.raises(NotAuthorised, match="No gate"):
        from_wire(to_wire(forged), clock)


def test_a_permit_that_is_withdrawn_ends_soon_however_often_one_says_so() -> None:
    clock = FrozenClock(datetime(2026, 11, 23, tzinfo=UTC))
    permit = issue("sim://park", Basis.USE, "park", ("falls",), clock.monotonic() + LONGEST_S)
    permit = permit.withdrawn(clock)
    assert permit.uses == ()
    clock.advance(GRACE_S / 2)
    assert permit.withdrawn(clock) == permit
    clock.advance(GRACE_S / 2)
    assert not permit.valid(clock)


@pytest.mark.parametrize(
    "address", ["rtsp://192.0.2.1/stream", "http://192.0.2.1/a.mp4", "file:///etc/hosts", "tcp://x"]
)
def test_the_laboratory_opens_nothing_live(address: str) -> None:
    with pytest.raises(NotAuthorised, match="laboratory"):
        laboratory_permit(address)


def test_the_laboratory_says_what_it_cannot_find(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        laboratory_permit(str(tmp_path / "absent.mp4"))
    with pytest.raises(BadInput, match="not a regular file"):
        laboratory_permit(str(tmp_path))
