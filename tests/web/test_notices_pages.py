"""What is printed for the public: a notice and a sign, in the reader's language, for anybody."""

import httpx
import pytest

from beffroi.mandate.notices import press
from tests.web.test_mandate import draft
from tests.web.town import Town, signed_in

__all__ = ["draft"]

USE = "use-skeleton"


@pytest.mark.parametrize("paper", ["notice", "sign"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_paper_is_a_tagged_pdf(client: httpx.Client, paper: str, language: str) -> None:
    assert f"/uses/{USE}/{paper}.pdf" in client.get(f"/uses/{USE}").text
    made = client.get(f"/uses/{USE}/{paper}.pdf?lang={language}")
    assert made.headers["content-type"] == "application/pdf"
    assert "attachment" in made.headers["content-disposition"]
    assert made.content.startswith(b"%PDF")
    assert f"({language}".encode() in made.content
    assert b"StructTreeRoot" in made.content


@pytest.mark.parametrize("paper", ["notice", "sign"])
def test_what_nobody_has_voted_on_is_not_printed(
    client: httpx.Client, town: Town, draft: str, paper: str
) -> None:
    for use in (draft, "nothing"):
        assert client.get(f"/uses/{use}/{paper}.pdf").status_code == 404
    with signed_in(client, town, "clerk"):
        assert "/notice.pdf" not in client.get(f"/city/uses/{draft}").text


def test_where_nothing_can_be_printed_the_office_reads_what_the_administrator_does(
    client: httpx.Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "find_spec", lambda library: None)
    assert "notice.pdf" not in client.get(f"/uses/{USE}").text
    with signed_in(client, town, "clerk"):
        page = client.get(f"/city/uses/{USE}").text
    assert "notice.pdf" not in page
    assert "python -m pip install" in page
