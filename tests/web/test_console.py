"""The console without scripts: every act is a form, and every act is recorded."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from beffroi.mandate.definition import EvidenceClass
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.reading import day
from beffroi.store.alerts import Alert
from beffroi.store.cameras import CameraState
from beffroi.store.ledger import LedgerEntry
from beffroi.store.procedure import Act
from beffroi.web.routes import journal
from tests.web.town import Town, signed_in


def test_the_queue_puts_the_most_severe_first_and_then_the_oldest(
    client: httpx.Client, town: Town
) -> None:
    late = town.raise_alert(severity=2, ago_s=5)
    urgent = town.raise_alert(severity=3, ago_s=1)
    early = town.raise_alert(severity=2, ago_s=50)
    with signed_in(client, town, "operator") as browser:
        page = browser.get("/console/queue").text
        following = browser.get("/console/next", params={"after": urgent})
    places = [page.index(f"item-{alert}") for alert in (urgent, early, late)]
    assert places == sorted(places)
    assert following.url.path == f"/console/alerts/{early}"


def test_an_alert_is_judged_and_only_then_shows_its_score(client: httpx.Client, town: Town) -> None:
    alert = town.raise_alert()
    path = f"/console/alerts/{alert}"
    with signed_in(client, town, "operator") as browser:
        before = browser.get(path).text
        assert town.state(alert) == "shown"
        assert "84%" not in before
        assert "8437" not in before
        assert "Person on the ground" in before
        assert "A person goes from standing" in before
        after = browser.post(f"{path}/judge", path, verdict="confirmed", reason="I see it")
    assert town.state(alert) == "confirmed"
    assert "84%" in after.text
    assert "I see it" in after.text
    assert town.ledger()[-2:] == ["alert.shown", "alert.judged"]


def test_a_confirmed_alert_is_handed_over_by_a_click_and_closed(
    client: httpx.Client, town: Town
) -> None:
    alert = town.raise_alert()
    path = f"/console/alerts/{alert}"
    with signed_in(client, town, "operator") as browser:
        page = browser.get(path).text
        assert "hand-over" not in page
        refused = browser.post(f"{path}/hand-over", path, channel="fire-brigade")
        assert refused.status_code == 403
        browser.post(f"{path}/judge", path, verdict="confirmed", reason="Seen")
        unknown = browser.post(f"{path}/hand-over", path, channel="newspaper")
        assert unknown.status_code == 400
        page = browser.post(f"{path}/hand-over", path, channel="fire-brigade").text
        assert re.search("Handed over to fire-brigade at .*: being sent", page)
        assert "hand-over" not in page, "it was handed over to all there are"
        browser.post(f"{path}/close", path)
    assert town.state(alert) == "closed"


def test_a_storm_shows_on_the_alert_that_takes_it_in(client: httpx.Client, town: Town) -> None:
    alert = town.raise_alert()
    with town.database.write() as session:
        row = session.get_one(Alert, alert)
        row.repeats, row.escalated_at = 1234, town.clock.now()
    with signed_in(client, town, "supervisor") as browser:
        queue = browser.get("/console/queue").text
        assert "Rings too often: 1,234 more" in queue
        assert "Waits too long" not in queue
        page = browser.get(f"/console/alerts/{alert}").text
        assert "<dt>Further detections</dt><dd>1,234</dd>" in page


def test_a_verdict_needs_a_reason_and_comes_once(client: httpx.Client, town: Town) -> None:
    alert = town.raise_alert()
    path = f"/console/alerts/{alert}"
    with signed_in(client, town, "operator") as browser:
        browser.get(path)
        assert browser.post(f"{path}/judge", path, verdict="lifted").status_code == 400
        assert browser.post(f"{path}/judge", path, verdict="maybe", reason="x").status_code == 400
        browser.post(f"{path}/judge", path, verdict="lifted", reason="A game", note="football")
        again = browser.post(f"{path}/judge", path, verdict="confirmed", reason="No")
        assert again.status_code == 400
        assert "A game · football" in browser.get(path).text


@pytest.mark.parametrize(("estimated", "said"), [(True, "about 2.3 Wh"), (False, "2.3 Wh")])
def test_what_a_camera_takes_is_on_the_board_and_in_the_register(
    client: httpx.Client, town: Town, estimated: bool, said: str
) -> None:
    now = town.clock.now()
    state = CameraState(
        camera_id="square", state="watching", detail="", since=now, heard_at=now, analysed=9,
        skipped=4, spared=70_123, energy_mwh=2_300, energy_estimated=estimated, energy_at=now,
    )  # fmt: skip
    with town.database.write() as session:
        session.merge(state)
    with signed_in(client, town, "operator") as browser:
        board = browser.get("/console/cameras?lang=en").text
    assert "70,123" in board
    assert "2.3" in board
    assert ("estimated" in board) is estimated
    register = client.get("/uses/use-clear?lang=en").text
    assert f"It takes {said}" in register
    assert ("estimated from computing time" in register) is estimated


def test_an_operator_stops_a_use_and_a_supervisor_resumes_it(
    client: httpx.Client, town: Town
) -> None:
    alert = town.raise_alert()
    path = f"/console/alerts/{alert}"
    resume = "/console/cameras/square/uses/use-clear/resume"
    with signed_in(client, town, "operator") as browser:
        browser.get(path)
        page = browser.post(f"{path}/stop", path, reason="Too many").text
        assert "This use is stopped on this camera" in page
        assert browser.post(resume).status_code == 403
    with signed_in(client, town, "supervisor") as browser:
        assert "Resume" in browser.get("/console/cameras").text
        page = browser.post(resume, "/console/cameras").text
        assert "Too many" not in page
    assert [kind for kind in town.ledger() if kind.startswith("use.")][-2:] == [
        "use.paused",
        "use.resumed",
    ]


@pytest.mark.parametrize(
    ("evidence", "video", "figures", "clear"),
    [
        (EvidenceClass.NONE, False, False, False),
        (EvidenceClass.COUNTS, False, False, False),
        (EvidenceClass.SKELETON, False, True, False),
        (EvidenceClass.PIXELATED, True, True, False),
        (EvidenceClass.CLEAR, True, True, True),
    ],
)
def test_the_pane_offers_what_the_definition_keeps(
    client: httpx.Client,
    town: Town,
    evidence: EvidenceClass,
    video: bool,
    figures: bool,
    clear: bool,
) -> None:
    path = f"/console/alerts/{town.raise_alert(evidence)}"
    with signed_in(client, town, "operator") as browser:
        page = browser.get(path).text
        offered = ("<video" in page, 'id="replay"' in page, f"{path}/clear" in page)
        assert offered == (video, figures, clear)
        statuses = [
            browser.get(f"{path}/pixelated.mp4").status_code == 200,
            browser.get(f"{path}/skeletons.jsonl").status_code == 200,
            browser.post(f"{path}/clear", path, reason="To help").status_code == 200,
        ]
    assert statuses == [video, figures, clear]


def test_evidence_is_not_stored_by_browsers_and_comes_in_parts(
    client: httpx.Client, town: Town
) -> None:
    path = f"/console/alerts/{town.raise_alert(video=b'0123456789')}"
    with signed_in(client, town, "operator") as browser:
        browser.get(path)
        whole = browser.get(f"{path}/pixelated.mp4")
        part = browser.get(f"{path}/pixelated.mp4", headers={"Range": "bytes=2-4"})
        rest = browser.get(f"{path}/pixelated.mp4", headers={"Range": "bytes=8-"})
    assert whole.headers["cache-control"] == "no-store"
    assert (part.status_code, part.content) == (206, b"234")
    assert rest.headers["content-range"] == "bytes 8-9/10"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=10-", "bytes=-3", f"bytes={'9' * 5000}-", "bytes=0-" + "9" * 5000]
)
def test_a_range_that_makes_no_sense_gets_the_whole(
    client: httpx.Client, town: Town, asked: str
) -> None:
    path = f"/console/alerts/{town.raise_alert(video=b'0123456789')}"
    with signed_in(client, town, "operator") as browser:
        browser.get(path)
        answer = browser.get(f"{path}/pixelated.mp4", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, b"0123456789")


def test_the_clear_image_needs_a_reason_and_leaves_a_line(client: httpx.Client, town: Town) -> None:
    path = f"/console/alerts/{town.raise_alert()}"
    with signed_in(client, town, "operator") as browser:
        browser.get(path)
        assert browser.post(f"{path}/clear", path, reason="  ").status_code == 400
        assert town.ledger()[-1] == "alert.shown"
        seen = browser.post(f"{path}/clear", path, reason="To tell help where to go")
    assert seen.content == b"clear film"
    assert town.ledger()[-1] == "evidence.viewed_clear"


def test_htmx_gets_the_pane_alone(client: httpx.Client, town: Town) -> None:
    alert = town.raise_alert()
    with signed_in(client, town, "operator") as browser:
        answer = browser.get(f"/console/alerts/{alert}", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert answer.headers["hx-push-url"] == f"/console/alerts/{alert}"


def test_the_journal_tells_the_story_in_plain_words(client: httpx.Client, town: Town) -> None:
    town.raise_alert()
    with signed_in(client, town, "supervisor") as browser:
        page = browser.get("/console/journal").text
        french = browser.get("/console/journal?lang=fr").text
    assert "Alert raised" in page
    assert "Beffroi, by itself" in page
    assert "Supervisor Martin" in page
    assert '<dt lang="en">role</dt><dd>Secrétariat du conseil</dd>' in french


def test_the_journal_follows_positions_and_not_ids(
    client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAGE", 4)
    with town.database.write() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
        for entry in entries:
            entry.position = len(entries) - entry.id
    with signed_in(client, town, "supervisor") as browser:
        page = browser.get("/console/journal").text
        assert len(re.findall('class="figure">to come<', page)) == 2
        read = _positions(page)
        while earlier := re.search(r'href="\?(before=\d+)"', page):
            page = browser.get(f"/console/journal?{earlier[1]}").text
            read += _positions(page)
    assert read == list(reversed(range(len(entries))))


def _positions(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<td class="figure">(\d+)</td>', page)]


def test_a_camera_whose_row_was_changed_by_hand_hides_no_alert(
    client: httpx.Client, town: Town
) -> None:
    alert = town.raise_alert()
    with town.database.write() as session:
        session.execute(text("UPDATE camera_version SET masks = '['"))
    with signed_in(client, town, "operator") as browser:
        assert alert in browser.get("/console").text
        assert "changed by hand" in browser.get(f"/console/alerts/{alert}?lang=en").text
        assert browser.get("/console/cameras").status_code == 200


def test_an_alert_and_the_public_page_tell_one_last_day(client: httpx.Client, town: Town) -> None:
    alert = town.raise_alert()
    end = town.clock.now().replace(hour=12) + timedelta(days=2)
    with town.database.write() as session:
        made = select(Act).where(Act.use_id == "use-clear", Act.type == ActType.PUBLICATION)
        publication = session.scalars(made).one()
        publication.details = publication.details | {"ends_at": end.isoformat()}
    last = day(end.date(), "en")
    assert f"{last} is its last day" in client.get("/uses/use-clear?lang=en").text
    with signed_in(client, town, "operator") as browser:
        assert f"until {last}" in browser.get(f"/console/alerts/{alert}?lang=en").text
