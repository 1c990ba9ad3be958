"""A DPIA as the file that the CNIL's PIA tool imports.

The tool's format is not documented: the structure follows what its importer reads (PIA 4.1.0). The
importer gives new ids to everything and uses those of the measures only, to find the evaluations
that name them.
"""

import html
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from beffroi.mandate.impact.content import Content
from beffroi.mandate.impact.forms import Form, Study, form
from beffroi.store.base import Json

PIA: Final = 1
"""Id of the file within itself; the importer gives it another."""

IN_PROGRESS: Final = 0
"""Status of the file: people validate it in the tool, not here."""


def pia(name: str, content: Content, at: datetime) -> Json:
    """Make the file.

    Args:
        name: What the tool shows it as; it puts "(IMPORT) " before.
        content: A version of the DPIA.
        at: When that version was recorded, aware.
    """
    made = {"created_at": _time(at), "updated_at": _time(at)}
    ids = {measure.title: number for number, measure in enumerate(content.measures, 1)}
    measures = [
        {
            "id": ids[measure.title],
            "pia_id": PIA,
            "title": measure.title,
            "content": _paragraph(measure.text),
            "placeholder": None,
            **made,
        }
        for measure in content.measures
    ]
    return {
        "pia": {**_head(name, content), **made},
        "answers": [
            {"id": number, "pia_id": PIA, **answer, **made}
            for number, answer in enumerate(_answers(form(Study.DPIA), content), 1)
        ],
        "measures": measures,
        "evaluations": [
            {"id": number, "pia_id": PIA, **evaluation, **made}
            for number, evaluation in enumerate(_evaluations(content, ids, at), 1)
        ],
        "comments": [],
    }


def _head(name: str, content: Content) -> Json:
    texts, grades = content.texts, content.grades
    asked = "people" in grades
    return {
        "id": PIA,
        "status": IN_PROGRESS,
        "name": name,
        "category": "",
        "author_name": texts.get("author", ""),
        "evaluator_name": texts.get("evaluator", ""),
        "validator_name": texts.get("validator", ""),
        "dpo_status": grades.get("dpo"),
        "dpo_opinion": texts.get("dpo", ""),
        "dpos_names": texts.get("dpo_name", ""),
        "concerned_people_status": grades.get("people"),
        "concerned_people_opinion": texts.get("people", ""),
        "concerned_people_searched_opinion": asked,
        "concerned_people_searched_content": texts.get("people_not_asked", ""),
        "people_names": texts.get("people_names", ""),
        "rejection_reason": "",
        "applied_adjustments": "",
        "is_example": 0,
        "structure_id": None,
        "structure_name": None,
        "structure_sector_name": None,
        "structure_data": None,
    }


def _answers(asked: Form, content: Content) -> Iterator[dict[str, Any]]:
    """The tool's questions are the fields of the form whose id is a number."""
    for field in asked.fields():
        if not field.id.isdigit():
            continue
        parts = (content.facts.get(field.id, ""), content.texts.get(field.id, ""))
        yield {
            "reference_to": int(field.id),
            "data": {
                "text": "".join(map(_paragraph, parts)),
                "gauge": content.grades.get(field.id),
                "list": list(content.lists.get(field.id, ())),
            },
        }


def _evaluations(content: Content, ids: dict[str, int], at: datetime) -> Iterator[dict[str, Any]]:
    """Parts are named as in the tool, but for measures: `3.1.<title>` becomes `3.1.<id>`."""
    for part, review in content.reviews.items():
        title = part.removeprefix("3.1.")
        severity, likelihood = (content.grades.get(f"3{part[-1]}{row}", 0) for row in (5, 6))
        risk = part in {"3.2", "3.3", "3.4"}
        yield {
            "reference_to": f"3.1.{ids[title]}" if title != part else part,
            "status": review.status,
            "global_status": 2 if review.status else 0,
            "evaluation_comment": _paragraph(review.comment),
            "action_plan_comment": _paragraph(review.plan),
            "evaluation_date": _time(at),
            "gauges": {"x": severity if risk else 0, "y": likelihood if risk else 0},
            "estimated_implementation_date": None,
            "person_in_charge": "",
        }


def _paragraph(text: str) -> str:
    """Text as the HTML that the tool's editor keeps."""
    return f"<p>{html.escape(text, quote=False)}</p>" if text.strip() else ""


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
