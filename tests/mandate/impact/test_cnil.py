"""The DPIA as the CNIL's tool would read it."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from beffroi.mandate.impact.cnil import pia
from beffroi.mandate.impact.content import Content, Review
from beffroi.mandate.impact.forms import Study
from tests.mandate.impact.importer import GAUGES, LISTS, RISKS, SECTIONS, imported

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

Contents = Mapping[Study, Content]


def test_the_tool_reads_every_answer(answered: Contents) -> None:
    content = answered[Study.DPIA]
    read = imported(json.loads(json.dumps(pia("Chutes au parc", content, AT))))
    assert read["name"] == "(IMPORT) Chutes au parc"
    assert read["answers"].keys() == SECTIONS | RISKS
    for code in LISTS:
        assert read["answers"][code]["list"] == list(content.lists[str(code)])
    for code in GAUGES:
        assert read["answers"][code]["gauge"] == content.grades[str(code)]
    for code in SECTIONS:
        paragraphs = re.findall("<p>(.*?)</p>", read["answers"][code]["text"])
        assert paragraphs[-1] == f"Réponse {code} &amp; suite"
        assert len(paragraphs) == 2, "facts first, people's words after"


def test_lists_of_measures_name_measures_that_are_there(answered: Contents) -> None:
    read = imported(pia("Chutes", answered[Study.DPIA], AT))
    named = {item for code in (324, 334, 344) for item in read["answers"][code]["list"]}
    assert named == set(read["measures"].values())


def test_evaluations_follow_their_measure_to_its_new_number(answered: Contents) -> None:
    reviews = {
        "1.1": Review(status=3, comment="Clair."),
        "2.1.213": Review(status=2, plan="Revoir les masques."),
        "3.2": Review(status=1),
        "3.1.Masques à la source": Review(status=3),
        "3.1.Rôles séparés": Review(status=0),
    }
    content = answered[Study.DPIA].model_copy(update={"reviews": reviews})
    read = imported(pia("Chutes", content, AT))
    by_title = {
        read["measures"][int(part.removeprefix("3.1."))]: found["status"]
        for part, found in read["evaluations"].items()
        if part.startswith("3.1.")
    }
    assert by_title == {"Masques à la source": 3, "Rôles séparés": 0}
    assert read["evaluations"]["3.2"]["gauges"] == {
        "x": content.grades["325"],
        "y": content.grades["326"],
    }
    assert read["evaluations"]["1.1"]["gauges"] == {"x": 0, "y": 0}
    assert read["evaluations"]["2.1.213"]["action_plan_comment"] == "<p>Revoir les masques.</p>"


def test_an_unfinished_file_can_be_taken_along(drafts: Contents) -> None:
    file = pia("Chutes", drafts[Study.DPIA], AT)
    assert imported(file)["answers"][325]["gauge"] is None
    assert file["pia"]["status"] == 0
    assert file["pia"]["dpo_status"] is None


def test_times_are_written_as_the_tool_writes_them(drafts: Contents) -> None:
    file = pia("Chutes", drafts[Study.DPIA], AT)
    assert file["pia"]["created_at"] == "2026-11-22T09:00:00.000Z"


@pytest.mark.parametrize("lost", ["answers", "measures", "evaluations", "comments", "pia"])
def test_the_oracle_refuses_what_the_tool_refuses(drafts: Contents, lost: str) -> None:
    file = pia("Chutes", drafts[Study.DPIA], AT)
    del file[lost]
    with pytest.raises(AssertionError):
        imported(file)
