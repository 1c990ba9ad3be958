"""The lines that stay open: news without loss, figures without delay, at a bounded price."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from beffroi.mandate.pauses import pause, resume
from beffroi.store.cameras import CameraState
from beffroi.web import feed
from beffroi.web.access import COOKIE
from beffroi.web.accounts import disable_account
from beffroi.web.live import Wall
from tests.web.town import Town, observation

USES = ["use-none", "use-counts", "use-skeleton", "use-pixelated", "use-clear"]


def read_events(client: httpx.Client, count: int, **headers: str) -> list[tuple[int, str]]:
    """The first events of a new connection, as (position, alert)."""
    got: list[tuple[int, str]] = []
    with client.stream("GET", "/console/events", headers=headers, timeout=10) as answer:
        position = -1
        for line in answer.iter_lines():
            if line.startswith("id: "):
                position = int(line[4:])
            if line.startswith("data: "):
                got.append((position, json.loads(line[6:])["alert"]))
            if len(got) >= count:
                break
    return got


def test_news_is_complete_after_a_break(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    before = [town.raise_alert() for _ in range(3)]
    got = read_events(client, 3)
    assert got == list(enumerate(before))
    while_away = [town.raise_alert() for _ in range(2)]
    got = read_events(client, 2, **{"Last-Event-ID": "2"})
    assert got == [(3, while_away[0]), (4, while_away[1])]


def test_many_news_come_in_order_and_once(
    client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BATCH", 7)
    client.post(town.link("operator"))
    with town.database.write() as session:
        for number in range(40):
            town.note(session, f"alert-{number}")
    assert read_events(client, 40) == [(i, f"alert-{i}") for i in range(40)]


def test_news_reaches_a_console_that_waits(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    with client.stream("GET", "/console/events", timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        time.sleep(0.5)
        alert = town.raise_alert()
        raised = time.monotonic()
        assert alert in next(line for line in lines if line.startswith("data: "))
    assert time.monotonic() - raised < 2


def test_a_quiet_line_beats_and_ends_when_the_account_does(
    client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HEARTBEAT_S", 0.1)
    client.post(town.link("operator"))
    with client.stream("GET", "/console/events", timeout=10) as answer:
        lines = answer.iter_lines()
        assert [next(line for line in lines if line == ": still here") for _ in range(3)]
        with town.database.write() as session:
            account = session.merge(town.account("operator"))
            disable_account(session, account, actor="system", clock=town.clock)
        assert len(list(lines)) < 20


def test_a_console_that_never_reads_is_let_go(
    app: FastAPI, client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "STALLED_S", 1.0)
    batches: list[int] = []
    read = feed.read_news

    def counted(session: Session, after: int) -> tuple[list[feed.News], int]:
        batches.append(after)
        return read(session, after)

    monkeypatch.setattr("beffroi.web.routes.streams.read_news", counted)
    client.post(town.link("operator"))
    with town.database.write() as session:
        for number in range(3000):
            town.note(session, f"{number:_>2000}")
    with stalled(client, "/console/events"):
        deadline = time.monotonic() + 20
        while not batches or time.monotonic() < deadline:
            seen = len(batches)
            time.sleep(1.5)
            if batches and len(batches) == seen:
                break
    # Six megabytes waited; the server stopped reading them once the socket was full.
    assert max(batches) < 2900
    assert client.get("/health").json()["status"] == "ok"


def test_one_session_holds_so_many_lines_and_no_more(
    client: httpx.Client, app: FastAPI, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.web.routes.streams.LINES_PER_SESSION", 2)
    monkeypatch.setattr(feed, "HEARTBEAT_S", 0.1)
    client.post(town.link("operator"))
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(client.stream("GET", "/console/events"))
            receive(stack.enter_context(watching(client)), '"states"')
        refused = client.get("/console/events")
        assert refused.status_code == 429
        assert "Too many pages" in refused.text
        with pytest.raises(InvalidStatus), watching(client):
            pass
    deadline = time.monotonic() + 10
    while app.state.site.lines and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not app.state.site.lines
    with client.stream("GET", "/console/events") as again, watching(client):
        assert again.status_code == 200


@contextmanager
def stalled(client: httpx.Client, path: str, **headers: str) -> Iterator[socket.socket]:
    """A browser that asks and then never reads, with as small a buffer as the system gives."""
    where = urlsplit(str(client.base_url))
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect((where.hostname, where.port))
        cookie = {"Host": where.netloc, "Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in (cookie | headers).items())]
        raw.sendall("\r\n".join([*lines, "", ""]).encode())
        yield raw


@contextmanager
def watching(client: httpx.Client, origin: str | None = None) -> Iterator[ClientConnection]:
    base = str(client.base_url).rstrip("/")
    cookie = f"{COOKIE}={client.cookies.get(COOKIE, '')}"
    with connect(
        base.replace("http", "ws") + "/console/live",
        origin=Origin(base if origin is None else origin),
        additional_headers={"Cookie": cookie},
    ) as connection:
        yield connection


@contextmanager
def engine(town: Town) -> Iterator[socket.socket]:
    """An engine host, connected to the web's socket."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(town.folder.live_socket))
        yield link


def bring(link: socket.socket, camera: str, t: float) -> None:
    link.sendall(f"{camera} {json.dumps(observation(camera, t))}\n".encode())


def receive(connection: ClientConnection, wanted: str, timeout: float = 5) -> str:
    deadline = time.monotonic() + timeout
    while True:
        message = connection.recv(timeout=deadline - time.monotonic())
        if wanted in str(message):
            return str(message)


def test_figures_reach_the_wall_until_the_use_stops(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    with engine(town) as link, watching(client) as wall:
        assert json.loads(receive(wall, '"states"'))["live"] == ["square"]
        bring(link, "quay", 1.0)
        bring(link, "square", 2.0)
        line = receive(wall, "square {")
        assert json.loads(line.partition(" ")[2])["t"] == 2.0
        with town.database.write() as session:
            for use in USES:
                pause(session, use, "square", "Enough", actor="system", clock=town.clock)
        assert json.loads(receive(wall, "stopped")) == {"type": "stopped", "camera": "square"}
        bring(link, "square", 3.0)
        with pytest.raises(TimeoutError):
            receive(wall, "square {", timeout=1.5)
        with town.database.write() as session:
            resume(session, "use-clear", "square", actor="system", clock=town.clock)
        receive(wall, '"live": ["square"]')
        bring(link, "square", 4.0)
        assert '"t": 4.0' in receive(wall, "square {")


def test_the_state_of_a_camera_is_told_when_it_changes(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    with watching(client) as wall:
        receive(wall, '"states": {}')
        now = town.clock.now()
        with town.database.write() as session:
            session.add(
                CameraState(
                    camera_id="quay",
                    state="blind",
                    detail="",
                    since=now,
                    heard_at=now,
                    analysed=0,
                    skipped=0,
                )
            )
        receive(wall, '"quay": "blind"')


def test_only_the_latest_counts(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    with engine(town) as link, watching(client) as wall:
        receive(wall, '"states"')
        start = time.monotonic()
        for number in range(400):
            bring(link, "square", float(number))
        receive(wall, '"t": 399.0')
        elapsed = time.monotonic() - start
        bring(link, "square", 1000.0)
        receive(wall, '"t": 1000.0')
    assert elapsed < 3


def test_a_line_that_is_no_line_costs_only_its_host(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    with engine(town) as bad, engine(town) as good, watching(client) as wall:
        receive(wall, '"states"')
        for number in range(20):
            with suppress_broken():
                bad.sendall(b"\xff" * 50_000 if number else b"nospace\n")
        bring(good, "square", 7.0)
        assert '"t": 7.0' in receive(wall, "square {")


@contextmanager
def suppress_broken() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1"])
def test_the_wall_answers_its_own_pages_only(client: httpx.Client, town: Town, origin: str) -> None:
    client.post(town.link("operator"))
    with pytest.raises(InvalidStatus), watching(client, origin):
        pass


def test_the_wall_needs_a_person_who_may_watch(client: httpx.Client, town: Town) -> None:
    with pytest.raises(InvalidStatus), watching(client):
        pass
    client.post(town.link("technician"))
    with pytest.raises(InvalidStatus), watching(client):
        pass


def test_the_wall_closes_with_the_account(client: httpx.Client, town: Town) -> None:
    client.post(town.link("operator"))
    with watching(client) as wall:
        with town.database.write() as session:
            account = session.merge(town.account("operator"))
            disable_account(session, account, actor="system", clock=town.clock)
        with pytest.raises(ConnectionClosed):
            receive(wall, "never", timeout=5)


def test_a_wall_that_never_reads_costs_one_line_a_camera(
    client: httpx.Client, app: FastAPI, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.web.routes.streams.STALLED_S", 1.0)
    client.post(town.link("operator"))
    wall: Wall = app.state.site.wall
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": str(client.base_url).rstrip("/"),
    }
    with (
        engine(town) as link,
        watching(client) as other,
        stalled(client, "/console/live", **upgrade),
    ):
        receive(other, '"states"')
        padding = " " * 200_000
        for number in range(60):
            line = json.dumps(observation("square", float(number))) + padding
            link.sendall(f"square {line}\n".encode())
            time.sleep(0.05)
        assert '"t": 59.0' in receive(other, '"t": 59.0')
    assert len(wall._latest) == 1


def test_a_closed_wall_is_what_a_silent_database_means(town: Town, tmp_path: object) -> None:
    wall = Wall(town.database, town.clock, town.folder.live_socket)
    asyncio.run(wall._refresh())
    wall.take("square {}")
    assert wall._latest
    town.database.close()
    town.folder.database.rename(town.folder.path / "away.db")
    town.folder.database.mkdir()
    asyncio.run(wall._refresh())
    assert not wall._latest
    wall.take("square {}")
    assert not wall._latest
