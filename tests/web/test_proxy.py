"""Behind a TLS proxy: it alone is believed, and only if the settings name it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from beffroi.errors import BadInput
from beffroi.folder import DataFolder
from beffroi.settings import Settings
from beffroi.web.app import create_app
from tests.web.serving import serving
from tests.web.town import PASSWORD, Town


@contextmanager
def behind(town: Town, proxy: str) -> Iterator[httpx.Client]:
    """A client of a server whose settings name that proxy; the client asks as a proxy would."""
    town.folder.config.write_text(f"web: {{trusted_proxy: {proxy}}}\n")
    app = create_app(town.folder, Settings.load(town.folder), town.clock)
    with serving(app) as address, httpx.Client(base_url=address) as client:
        yield client


def sign_in(client: httpx.Client, visitor: str, login: str, password: str) -> httpx.Response:
    headers = {"X-Forwarded-For": visitor, "X-Forwarded-Proto": "https"}
    return client.post("/login", data={"login": login, "password": password}, headers=headers)


@pytest.mark.parametrize(
    ("proxy", "believed"),
    [("127.0.0.1", True), ("127.0.0.0/8", True), ("192.0.2.1", False), ("null", False)],
)
def test_guesses_count_for_the_visitor_that_a_trusted_proxy_names(
    town: Town, proxy: str, believed: bool
) -> None:
    with behind(town, proxy) as client:
        for number in range(20):
            assert sign_in(client, "198.51.100.7", f"nobody{number}", "x").status_code == 403
        other = sign_in(client, "198.51.100.8", "operator", PASSWORD)
        assert (other.status_code == 303) == believed
        assert ("secure" in other.headers.get("set-cookie", "").lower()) == believed
        assert sign_in(client, "198.51.100.7", "operator", PASSWORD).status_code == 403


def test_what_a_visitor_puts_before_the_proxys_word_is_not_believed(town: Town) -> None:
    with behind(town, "127.0.0.1") as client:
        for number in range(20):
            forged = f"192.0.2.{number}, 198.51.100.7"
            assert sign_in(client, forged, f"nobody{number}", "x").status_code == 403
        assert sign_in(client, "192.0.2.99, 198.51.100.7", "operator", PASSWORD).status_code == 403


def test_a_proxy_is_an_address_or_a_network(folder: DataFolder) -> None:
    folder.config.write_text("web: {trusted_proxy: proxy.example.org}\n")
    with pytest.raises(BadInput, match=r"web\.trusted_proxy"):
        Settings.load(folder)
