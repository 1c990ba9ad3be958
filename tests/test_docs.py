"""What is written can be typed, followed and believed."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scripts import figures, performance, settings_page
from tests.commands import complaint

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`((?:beffroi|make) [^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def typed(page: Path) -> Iterator[str]:
    """Every line of the page that a reader may type."""
    text = page.read_text()
    for block in BLOCK.findall(text):
        yield from (line.split("#")[0].strip() for line in block.splitlines())
    yield from (" ".join(span.split()) for span in INLINE.findall(BLOCK.sub("", text)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    for line in filter(None, typed(page)):
        program, *words = line.split()
        if program == "beffroi":
            assert complaint(line) is None
        elif program == "make":
            assert {word for word in words if "=" not in word} <= targets, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if "://" not in link and not link.startswith("#"):
            assert (page.parent / link.split("#")[0]).exists(), link


def test_both_readmes_say_the_same_commands() -> None:
    english, french = (list(typed(ROOT / name)) for name in ("README.md", "README.fr.md"))
    assert english == french


def test_page_of_settings_is_fresh() -> None:
    assert settings_page.PAGE.read_text() == settings_page.page(), "run `make docs`"


def test_picture_speaks_to_those_who_cannot_see_it() -> None:
    picture = ET.parse(ROOT / "docs" / "flow.svg").getroot()
    parts = {child.tag.rpartition("}")[2]: child for child in picture}
    assert picture.attrib["role"] == "img"
    assert len("".join(parts["desc"].itertext())) > 100


def test_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert re.findall(r"^(\d+)\.", text, re.MULTILINE) == [str(number) for number in range(1, 16)]
    assert "Appendix" in text


def test_publiccode_keeps_to_the_standard() -> None:
    code = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    required = {"publiccodeYmlVersion", "name", "url", "releaseDate", "platforms", "categories"}
    required |= {"developmentStatus", "softwareType", "description", "legal", "maintenance"}
    assert required | {"localisation"} <= code.keys()
    assert code["maintenance"]["contacts"]
    for text in code["description"].values():
        assert len(text["genericName"]) <= 35
        assert len(text["shortDescription"]) <= 150
        assert 500 <= len(text["longDescription"]) <= 10_000
        assert text["features"]


def test_the_page_of_figures_is_the_one_that_the_scores_make() -> None:
    for path, text in {**figures.pages(), **figures.bias_pages()}.items():
        assert path.read_text(encoding="utf-8") == text, "run `make figures`"


def test_the_page_of_performance_is_the_one_that_the_last_run_makes() -> None:
    for path, text in performance.pages().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m scripts.performance`"


def test_a_figure_that_drops_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = json.loads(figures.RESULTS.read_text(encoding="utf-8"))
    worse = [{**row, "recall": row["recall"] - 0.02} for row in kept if row.get("recall")]
    monkeypatch.setattr(figures, "_evaluated", lambda _task, _clips: worse)
    named = list(figures._dropped(ROOT))
    assert len(named) == len(worse) > 0
    assert all("recall was" in line for line in named)
    monkeypatch.setattr(figures, "_evaluated", lambda _task, _clips: kept)
    assert not list(figures._dropped(ROOT))
