"""What is printed from the pages of the office: a notice and a sign, in the reader's language."""

import httpx
import pytest

from tests.web.town import Town, signed_in

USE = "use-skeleton"


@pytest.mark.parametrize("paper", ["notice", "sign"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_paper_is_a_tagged_pdf(
    client: httpx.Client, town: Town, paper: str, language: str
) -> None:
    with signed_in(client, town, "clerk") as browser:
        assert f"/city/uses/{USE}/print/{paper}.pdf" in browser.get(f"/city/uses/{USE}").text
        path = f"/city/uses/{USE}/print/{paper}.pdf?lang={language}"
        made = browser.get(path)
    assert made.headers["content-type"] == "application/pdf"
    assert "attachment" in made.headers["content-disposition"]
    assert made.content.startswith(b"%PDF")
    assert f"({language}".encode() in made.content
    assert b"StructTreeRoot" in made.content


@pytest.mark.parametrize("who", ["operator", "technician"])
def test_whoever_sees_no_mandates_prints_none(client: httpx.Client, town: Town, who: str) -> None:
    with signed_in(client, town, who) as browser:
        assert browser.get(f"/city/uses/{USE}/print/notice.pdf").status_code == 403


def test_what_is_not_there_is_not_printed(client: httpx.Client, town: Town) -> None:
    with signed_in(client, town, "clerk") as browser:
        assert browser.get("/city/uses/nothing/print/notice.pdf").status_code == 404
