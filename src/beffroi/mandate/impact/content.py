"""What a version of an impact file holds: the configuration's facts beside people's words."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Ranged

from beffroi.errors import BadInput
from beffroi.mandate.impact.facts import Facts
from beffroi.mandate.impact.forms import Field, Form, Study, form
from beffroi.problems import in_plain_words
from beffroi.store.impact import Assessment
from beffroi.words import Language, say


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Closed):
    """Something done against a risk."""

    title: str = Ranged(min_length=1)
    text: str = ""


class Review(_Closed):
    """What the evaluator says of a part: 1 to fix, 2 improvable, 3 acceptable."""

    status: int = Ranged(ge=0, le=3)
    comment: str = ""
    plan: str = ""


class Content(_Closed):
    """What a version holds, by the ids of the form's fields.

    Attributes:
        language: In which people wrote, and the facts are told.
        facts: What the configuration said.
        texts: What people wrote.
        lists: Answers that are lists.
        grades: Gauges (DPIA: 1 to 4), scores (compass: 0 to 2), opinions (0 against, 1 for).
        measures: Measures, in the order in which the lists of the DPIA name them.
        reviews: What the evaluator said, by part.
    """

    language: Language
    facts: dict[str, str] = {}
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    grades: dict[str, int] = {}
    measures: tuple[Measure, ...] = ()
    reviews: dict[str, Review] = {}


def read_content(study: Study, value: object) -> Content:
    """Check what somebody wrote against the form.

    Raises:
        BadInput: It is not a content, or answers something that the form does not ask.
    """
    try:
        content = Content.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadInput(
            say("{where} cannot be used: {why}.", where=where, why=in_plain_words(first))
        ) from error
    known = {field.id for field in form(study).fields()}
    for name in (*content.texts, *content.lists):
        if name not in known:
            raise BadInput(
                say("The {study} asks nothing called {name!r}.", study=study.value, name=name)
            )
    numbers = form(study).grades()
    for name, grade in content.grades.items():
        if grade not in numbers.get(name, ()):
            taken = ", ".join(map(str, numbers.get(name, ()))) or "nothing"
            raise BadInput(
                say(
                    "The grade of {name} is one of {taken}, not {grade}.",
                    name=name,
                    taken=taken,
                    grade=grade,
                )
            )
    return content


def draft(study: Study, facts: Facts, language: Language, before: Content | None) -> Content:
    """A new version to work on: today's facts, and people's words of the version before.

    Args:
        study: Which file.
        facts: What the configuration says (:func:`beffroi.mandate.impact.facts.facts_of`).
        language: Of the facts.
        before: The last version of the same use, if there is one.
    """
    asked = form(study)
    told = {field.id: field.facts for field in asked.fields() if field.facts is not None}
    filled = {name: text[language].format_map(facts) for name, text in told.items()}
    if before is not None:
        return before.model_copy(update={"language": language, "facts": filled})
    standing = {
        field.id: tuple(m.title[language] for m in asked.measures if field.id in m.against)
        for field in asked.fields()
    }
    return Content(
        language=language,
        facts=filled,
        lists={name: titles for name, titles in standing.items() if titles},
        measures=tuple(
            Measure(title=measure.title[language], text=measure.text[language])
            for measure in asked.measures
        ),
    )


def missing(study: Study, content: Content) -> list[Field]:
    """What people still have to answer."""
    return [
        field for field in form(study).fields() if field.required and not _answered(field, content)
    ]


def _answered(field: Field, content: Content) -> bool:
    text = bool(content.texts.get(field.id, "").strip())
    if field.asks == "list":
        return any(item.strip() for item in content.lists.get(field.id, ()))
    if field.asks in {"grade", "opinion"}:
        return field.id in content.grades and text
    return text


def content_of(version: Assessment) -> Content:
    """What a kept version holds."""
    return Content.model_validate(version.content)


def titles(asked: Form, language: Language) -> Mapping[str, str]:
    """What each field of a form is called, by its id."""
    return {field.id: field.title[language] for field in asked.fields()}
