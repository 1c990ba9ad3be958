"""What the people of the demo's fictional city wrote in its studies, in French."""

from typing import Any

from beffroi.mandate.impact.content import Content, read_content
from beffroi.mandate.impact.forms import Study
from beffroi.mandate.impact.texts import raw


def answered(study: Study, content: Content) -> Content:
    """A draft completed with their words, each marked as fiction."""
    written: dict[str, Any] = content.model_dump()
    for part, answers in raw("fiction")[study.value].items():
        written[part] |= answers
    written["texts"] = {name: f"(Fiction) {text}" for name, text in written["texts"].items()}
    return read_content(study, written)
