"""The studies of the demo's city: whole, as a real council would have to have them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from beffroi.mandate.impact.cnil import pia
from beffroi.mandate.impact.content import Content, missing
from beffroi.mandate.impact.fiction import answered
from beffroi.mandate.impact.forms import Study
from tests.mandate.impact.importer import imported


@pytest.mark.parametrize("study", Study)
def test_nothing_is_left_to_answer(drafts: Mapping[Study, Content], study: Study) -> None:
    assert missing(study, answered(study, drafts[study])) == []


def test_the_tool_reads_it(drafts: Mapping[Study, Content]) -> None:
    content = answered(Study.DPIA, drafts[Study.DPIA])
    read = imported(pia("Démonstration", content, datetime(2026, 11, 22, tzinfo=UTC)))
    assert len(read["evaluations"]) == len(content.reviews)
