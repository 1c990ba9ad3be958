"""The demo city when it is started again."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from beffroi.cli import city
from beffroi.cli.city import build_city, clear_desk
from beffroi.cli.installation import Installation, make_installation
from beffroi.clock import FrozenClock
from beffroi.events.shipped import shipped_definitions
from beffroi.mandate.procedure.standing import State
from beffroi.mandate.uses import find_use, text_of
from beffroi.store.alerts import Alert
from beffroi.store.procedure import Act
from beffroi.web.camera_uses import read_camera_uses
from beffroi.web.dossiers import read_register
from tests.ringing import ring


def fall(site: Installation) -> None:
    """An alert of a use that is live."""
    (voted,) = (one for one in shipped_definitions() if one.definition.event == "fall")
    with site.database.write() as session:
        assert ring(session, "fall-parc", "parc", voted, site.clock)


def states(site: Installation) -> list[str]:
    with site.database.read() as session:
        return list(session.scalars(select(Alert.state).order_by(Alert.raised_at)))


def begins_once_residents_were_heard(site: Installation) -> None:
    with site.database.read() as session:
        for act in session.scalars(select(Act).where(Act.type == "consultation_opened")):
            use = find_use(session, act.use_id or "")
            assert text_of(session, use).text.first_day > date.fromisoformat(act.details["closes"])


def is_refused_on_every_page(site: Installation) -> None:
    with site.database.read() as session:
        held = dict(read_camera_uses(session, site.clock)["place"].held)
        entries, _ = read_register(session, site.clock.now())
    assert held["gathering-mairie"] == "the use is not in force: refused"
    told = {entry.use_id: entry for entry in entries}
    assert told["gathering-mairie"].state is State.REFUSED
    live = told["gathering-place"]
    assert live.last_day < live.text.last_day, "the authorisation ends it before its text does"


def test_what_the_last_show_left_is_gone_and_what_this_one_shows_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make_installation(tmp_path / "city")
    clock = FrozenClock(opened.clock.now())
    site = Installation(opened.folder, opened.settings, opened.database, clock)
    build_city(site)
    begins_once_residents_were_heard(site)
    is_refused_on_every_page(site)
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
