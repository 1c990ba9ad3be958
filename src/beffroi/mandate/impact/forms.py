"""The forms of the impact files: what they ask, of whom, and what the configuration answers."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Literal

from beffroi.mandate.impact.texts import Data, Text, read


class Study(StrEnum):
    """The files of a use; the names that :class:`beffroi.store.impact.Assessment` keeps."""

    DPIA = "dpia"
    FRIA = "fria"
    COMPASS = "compass"


class Field(Data):
    """One question.

    Attributes:
        id: Its code in the form.
        asks: ``text``, ``list`` of texts, ``grade`` of the form's scale with a text, or an
            ``opinion``: 0 against, 1 for, with a text.
        title: The question.
        required: Whether people have to answer before the file is complete.
        facts: What the configuration says, with names of :func:`~.facts.facts_of` as blanks.
    """

    id: str
    asks: Literal["text", "list", "grade", "opinion"] = "text"
    title: Text
    required: bool = False
    facts: Text | None = None


class Section(Data):
    """Questions that belong together."""

    title: Text
    fields: tuple[Field, ...]


class StandingMeasure(Data):
    """A measure that the software takes by itself, named in the DPIA as answer to risks.

    Attributes:
        title: What it is called.
        text: What it does.
        against: Ids of the lists in which it stands.
    """

    title: Text
    text: Text
    against: tuple[str, ...]


class Form(Data):
    """A whole form.

    Attributes:
        title: What the file is called.
        sections: In the order of reading.
        scale: Grade → what it is called; empty for a form without grades.
        measures: Measures that are there without anybody's doing.
    """

    title: Text
    sections: tuple[Section, ...]
    scale: Mapping[int, Text] = {}
    measures: tuple[StandingMeasure, ...] = ()

    def fields(self) -> Iterator[Field]:
        """Every question, in order."""
        for section in self.sections:
            yield from section.fields

    def grades(self) -> Mapping[str, tuple[int, ...]]:
        """The questions that are answered by a number, with the numbers they take."""
        taken = {"grade": tuple(self.scale), "opinion": (0, 1)}
        return {field.id: taken[field.asks] for field in self.fields() if field.asks in taken}


@cache
def form(study: Study) -> Form:
    """The form of a study, read once."""
    return read(study.value, Form)
