"""A body whose length is not said beforehand could be of any length: it is not read."""

import httpx
import pytest


@pytest.mark.parametrize("path", ["/login", "/city/draft"])
def test_a_body_in_chunks_is_refused_unread(client: httpx.Client, path: str) -> None:
    refused = client.post(path, content=iter([b"a" * 1000, b"b" * 1000]))
    assert refused.status_code == 411
