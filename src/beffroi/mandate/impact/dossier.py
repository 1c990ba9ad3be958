"""Documents written from the facts: the Annex IV file, the practice sheet, a study on paper."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from beffroi.mandate.impact.content import Content
from beffroi.mandate.impact.document import Document, Part, Table
from beffroi.mandate.impact.facts import Facts
from beffroi.mandate.impact.forms import Field, Study, form
from beffroi.mandate.impact.texts import Data, Text, phrase, read
from beffroi.words import Language

Dossier = Literal["annex_iv", "practice"]


class _Part(Data):
    heading: Text
    facts: Text | None = None
    people: Text | None = None
    table: str | None = None


class _Pattern(Data):
    title: Text
    parts: tuple[_Part, ...]


@cache
def _pattern(name: Dossier) -> _Pattern:
    return read(name, _Pattern)


def dossier(
    name: Dossier, facts: Facts, language: Language, tables: Mapping[str, Table]
) -> Document:
    """Write a document from its pattern.

    What only people know is named in its place as still to be written.

    Args:
        name: Which document.
        facts: What the configuration says.
        language: Of the words.
        tables: By the names that the pattern uses.
    """
    pattern = _pattern(name)

    def written(part: _Part) -> Part:
        told = () if part.facts is None else (part.facts[language].format_map(facts),)
        left = (
            ()
            if part.people is None
            else (phrase("to_write", language, what=part.people[language]),)
        )
        table = None if part.table is None else tables[part.table]
        return Part(part.heading[language], told + left, table)

    title = pattern.title[language].format_map(facts)
    return Document(title, language, tuple(written(part) for part in pattern.parts))


def printed(study: Study, content: Content, name: str) -> Document:
    """A version of a study as a document.

    Args:
        study: Which study.
        content: What the version holds.
        name: What it is about, for the title.
    """
    asked, language = form(study), content.language

    def paragraphs(field: Field) -> tuple[str, ...]:
        grade = content.grades.get(field.id)
        graded = "" if grade is None else _grade(study, field, grade, language)
        items = phrase("then", language).join(content.lists.get(field.id, ()))
        told = (content.facts.get(field.id, ""), graded, items, content.texts.get(field.id, ""))
        found = tuple(text for text in told if text.strip())
        return found or (phrase("no_answer", language),)

    def heading(field: Field) -> str:
        """The numbers and letters that the law or the CNIL gave are shown, our names are not."""
        official = field.id.isdigit() or len(field.id) == 1
        return f"{field.id} · {field.title[language]}" if official else field.title[language]

    parts = [Part(heading(field), paragraphs(field)) for field in asked.fields()]
    if content.measures:
        rows = tuple((measure.title, measure.text) for measure in content.measures)
        heads = (phrase("measure", language), phrase("what_it_does", language))
        parts.append(Part(phrase("measures", language), table=Table(heads, rows)))
    return Document(f"{asked.title[language]} · {name}", language, tuple(parts))


def _grade(study: Study, field: Field, grade: int, language: Language) -> str:
    if field.asks == "opinion":
        return phrase("favourable" if grade else "adverse", language)
    return f"{grade} · {form(study).scale[grade][language]}"
