"""The demo city when it is started again."""

from pathlib import Path

import pytest
from sqlalchemy import select

from beffroi.cli import city
from beffroi.cli.city import build_city, clear_desk
from beffroi.cli.installation import Installation, make_installation
from beffroi.clock import FrozenClock
from beffroi.events.shipped import shipped_definitions
from beffroi.store.alerts import Alert
from tests.ringing import ring


def fall(site: Installation) -> None:
    """An alert of a use that is live."""
    (voted,) = (one for one in shipped_definitions() if one.definition.event == "fall")
    with site.database.write() as session:
        assert ring(session, "fall-parc", "parc", voted, site.clock)


def states(site: Installation) -> list[str]:
    with site.database.read() as session:
        return list(session.scalars(select(Alert.state).order_by(Alert.raised_at)))


def test_what_the_last_show_left_is_gone_and_what_this_one_shows_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make_installation(tmp_path / "city")
    clock = FrozenClock(opened.clock.now())
    site = Installation(opened.folder, opened.settings, opened.database, clock)
    build_city(site)
    clock.advance(60)
    fall(site)
    clock.advance(60)
    started = clock.now()
    clock.advance(5)
    fall(site)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(city, "LAW", "a law of a real city")
        clear_desk(site, started)
        assert states(site) == ["raised", "raised"]
    clear_desk(site, started)
    assert states(site) == ["lapsed", "raised"]
    site.database.close()
