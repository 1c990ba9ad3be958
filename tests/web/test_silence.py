"""Visitors who open lines and ask nothing do not keep others out for long."""

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from beffroi.web import protocol
from tests.web.serving import serving
from tests.web.test_streams import receive, watching
from tests.web.town import Town


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: here\r\n"])
def test_who_asks_nothing_whole_is_let_go(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(protocol, "ASKED_S", 0.2)
    with serving(app) as address:
        place = urlsplit(address)
        with socket.create_connection((str(place.hostname), place.port or 0), 30) as line:
            line.sendall(said)
            line.settimeout(30)
            assert line.recv(1) == b""  # closed, without waiting for thirty seconds


def test_who_asked_and_who_watches_may_stay(
    client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "ASKED_S", 0.2)
    client.post(town.link("operator"))
    with watching(client) as wall:
        receive(wall, '"states"')
        time.sleep(0.5)  # longer than whoever says nothing is borne
        assert client.get("/health").is_success
        wall.ping().wait(30)
        assert wall.protocol.state.name == "OPEN"


def test_a_wall_that_cannot_ask_shows_nothing_and_goes_on_asking(
    client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> set[str]:
        raise ValueError("a row nobody foresaw")

    client.post(town.link("operator"))
    with watching(client) as wall:
        receive(wall, '"states"')
        monkeypatch.setattr("beffroi.web.live.live_cameras", stumble)
        receive(wall, '"stopped"')
    assert client.get("/health").is_success  # which says if nobody asks any more
