"""What changed between two versions of an impact file, and the contribution that caused it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from beffroi.errors import BadInput
from beffroi.mandate.impact.assessment import versions
from beffroi.mandate.impact.content import Content, content_of, titles
from beffroi.mandate.impact.forms import Study, form
from beffroi.store.impact import Assessment
from beffroi.store.procedure import Contribution
from beffroi.words import Language, say


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that is not what it was.

    Args:
        field: Id of the question, or ``measures``.
        title: The question.
        part: What changed: ``facts``, ``text``, ``list``, ``grade``, ``measures`` or ``review``.
        before: As it was; empty if there was nothing.
        after: As it is; empty if there is nothing any more.
    """

    field: str
    title: str
    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side.

    Args:
        before: Number of the earlier version.
        after: Number of the later version.
        changes: What differs, in the order of the form.
        causes: Contributions that caused a version in between, oldest first.
    """

    before: int
    after: int
    changes: tuple[Change, ...]
    causes: tuple[Contribution, ...]


def compare(
    session: Session, use_id: str, study: Study, before: int, after: int, language: Language
) -> Comparison:
    """Compare two versions by their numbers.

    Raises:
        BadInput: There is no version of that number.
    """
    numbered = {version.number: version for version in versions(session, use_id, study)}
    for number in (before, after):
        if number not in numbered:
            raise BadInput(
                say(
                    "There is no version {number} of the {study} of {use}.",
                    number=number,
                    study=study.value,
                    use=use_id,
                )
            )
    between = [numbered[number] for number in sorted(numbered) if before < number <= after]
    return Comparison(
        before,
        after,
        tuple(changes(study, content_of(numbered[before]), content_of(numbered[after]), language)),
        tuple(_causes(session, between)),
    )


def _causes(session: Session, between: list[Assessment]) -> Iterator[Contribution]:
    for version in between:
        if version.contribution_id is not None:
            yield session.get_one(Contribution, version.contribution_id)


def changes(study: Study, before: Content, after: Content, language: Language) -> Iterator[Change]:
    """What differs between two contents, in the order of the form."""
    names = titles(form(study), language)
    was, now = _flat(before), _flat(after)
    places = [*names, *sorted({field for field, _ in (*was, *now)} - names.keys())]
    for field, part in sorted({*was, *now}, key=lambda key: (places.index(key[0]), key[1])):
        old, new = was.get((field, part), ""), now.get((field, part), "")
        if old != new:
            yield Change(field, names.get(field, field), part, old, new)


def _flat(content: Content) -> dict[tuple[str, str], str]:
    """Every answer as a line of text, by its field and part."""
    measures = "\n".join(f"{measure.title}: {measure.text}" for measure in content.measures)
    return {
        **{(name, "facts"): text for name, text in content.facts.items()},
        **{(name, "text"): text for name, text in content.texts.items()},
        **{(name, "list"): "\n".join(items) for name, items in content.lists.items()},
        **{(name, "grade"): str(grade) for name, grade in content.grades.items()},
        **{
            (name, "review"): f"{review.status} {review.comment} {review.plan}".strip()
            for name, review in content.reviews.items()
        },
        **({("measures", "measures"): measures} if measures else {}),
    }
