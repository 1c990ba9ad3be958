"""What is kept of a password, and what it costs to try one."""

import argon2
import pytest

from beffroi.clock import FrozenClock
from beffroi.errors import BadInput, NotAuthorised
from beffroi.web.passwords import authenticate, hash_password
from tests.web.town import PASSWORD, Town


def test_what_is_kept_is_slow_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real cost
    kept = hash_password(PASSWORD)
    parameters = argon2.extract_parameters(kept)
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost) >= (64 * 1024, 3)
    assert PASSWORD not in kept
    assert hash_password(PASSWORD) != kept


def test_a_password_is_neither_short_nor_endless() -> None:
    for password in ("short", "x" * 1025):
        with pytest.raises(BadInput, match="at least 12"):
            hash_password(password)


def test_an_unknown_login_is_refused_like_a_wrong_password(town: Town, clock: FrozenClock) -> None:
    for login, password in (("nobody", PASSWORD), ("operator", "wrong")):
        with pytest.raises(NotAuthorised, match="do not go together"):
            authenticate(town.database, login, password, "here", clock)
    assert authenticate(town.database, "operator", PASSWORD, "here", clock).login == "operator"
