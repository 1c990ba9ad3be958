"""Every kind of page in every language: nothing that Beffroi says is shown in another one."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from babel.messages.pofile import read_po
from sqlalchemy import select

import beffroi.mandate
from beffroi.cli.city import build_city
from beffroi.cli.installation import make_installation
from beffroi.store.procedure import Act
from beffroi.web import passwords
from beffroi.web.accounts import create_link, find_account
from beffroi.web.app import create_app
from beffroi.web.i18n import LOCALES
from beffroi.words import LANGUAGES, Language
from tests.passwords import QUICK
from tests.web.serving import serving

DATA = Path(beffroi.mandate.__file__).parents[1]
STARTS = ("/", "/city", "/console", "/city/reports?span=quarter", "/city/explain?camera=parc")
BLANK = re.compile(r"%\(\w+\)s|%s|\{[\w!]+\}")
LEAST_WORDS = 3
"""Fewer may be the same in two languages, or a name."""


class Page(HTMLParser):
    """What a page says in its own language, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self._said: list[str] = []
        self._tongues = [""]
        self.feed(text)

    @property
    def said(self) -> str:
        return "\n".join(" ".join(part.split()) for part in self._said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "html":
            self._tongues[0] = found["lang"]
        silent = tag in ("script", "style")
        self._tongues.append("" if silent else found.get("lang", self._tongues[-1]))
        for name in ("aria-label", "title", "alt", "placeholder"):
            self.handle_data(found.get(name, ""))
        if tag == "a" and found.get("href", "").startswith("/"):
            self.links.append(found["href"].partition("#")[0])
        if tag in ("meta", "link", "br", "img", "input", "hr", "source"):
            self._tongues.pop()

    def handle_endtag(self, tag: str) -> None:
        if len(self._tongues) > 1:
            self._tongues.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self._tongues[-1] == self._tongues[0]:
            self._said.append(data)


def texts(node: Any) -> Iterator[dict[str, str]]:
    """Every text of a data file that is there in several languages."""
    if isinstance(node, dict) and isinstance(node.get("en"), str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from texts(child)


@pytest.fixture(scope="module")
def sentences() -> dict[str, set[str]]:
    """What Beffroi says, by language: whole, or what stands between its blanks."""
    whole: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for language in set(LANGUAGES) - {"en"}:
        with (LOCALES / f"{language}.po").open("rb") as file:
            for message in read_po(file, locale=language):
                for code, said in (("en", message.id), (language, message.string)):
                    whole[code].update([said] if isinstance(said, str) else said or ())
    # The method by which figures were measured is written in French and English only.
    for path in set(DATA.rglob("*.yaml")) - set(DATA.rglob("*-figures.yaml")):
        for text in texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            for spoken in whole.keys() & text.keys():
                whole[spoken].add(text[spoken])
    return {
        code: {" ".join(part.split()) for one in said for part in BLANK.split(one)}
        for code, said in whole.items()
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, set[str], str]]:
    """The demo city, a page of each kind that its clerk can reach, and what its people wrote."""
    site = make_installation(tmp_path_factory.mktemp("demo") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", QUICK)
        build_city(site)
    with site.database.write() as session:
        acts = session.scalars(select(Act)).all()
        written = "\n".join(text for act in acts for text in (act.body, act.motives))
        link = create_link(session, find_account(session, "service-des-actes"), site.clock)
    with (
        serving(create_app(site.folder, site.settings, site.clock)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        paths = kinds_of_pages(client)
        client.post(f"/login/{link}")
        paths |= kinds_of_pages(client)
        yield client, paths, written
    site.database.close()


def kinds_of_pages(client: httpx.Client) -> set[str]:
    """Follow every link, to one page of each kind."""
    known: dict[str, str] = {}
    waiting = list(STARTS)
    while waiting:
        path = waiting.pop()
        kind = re.sub(r"[0-9a-f]{64}|(?<=uses/)[^/]+|=[^&]+|\d+", "", path)
        if kind in known or re.search(r"\.\w+(\?|$)|/documents/|\?lang=", path):
            continue
        answer = client.get(path, headers={"Accept": "text/html"})
        known[kind] = path
        waiting += Page(answer.text).links
    return set(known.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_anything_in_another_language(
    city: tuple[httpx.Client, set[str], str], sentences: dict[str, set[str]], language: Language
) -> None:
    client, paths, written = city
    assert len(paths) > 35
    own = "\n".join(sentences[language])
    foreign = {
        said
        for code in ("en", "fr")
        for said in sentences[code] - sentences[language]
        if len(said.split()) >= LEAST_WORDS and said not in own and said not in written
    }
    leaks = {}
    for path in sorted(paths):
        answer = client.get(path, headers={"Accept-Language": language, "Accept": "text/html"})
        said = Page(answer.text).said
        assert f'<html lang="{language}">' in answer.text, path
        if found := [sentence for sentence in foreign if sentence in said]:
            leaks[path] = found
    assert leaks == {}
