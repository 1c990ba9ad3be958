"""Annexes: what may change about a definition without a vote, each under a hash of its own.

A translation, the figures that were measured, known confusions and whom to ask are worth having
right today rather than at the next council; none of them changes what runs. They are recorded by
one person and reviewed by another, and until then shown as not reviewed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from beffroi.errors import BadInput
from beffroi.mandate.canonical import canonical, digest, parse
from beffroi.mandate.definition import (
    LARGEST,
    Definition,
    Digest,
    Language,
    Name,
    Sentence,
    Text,
    Value,
    explain,
    missing_languages,
    read_fields,
)
from beffroi.mandate.wording import ill_worded

Permille = Annotated[StrictInt, Field(ge=0, le=1000)]
Count = Annotated[StrictInt, Field(ge=0, le=LARGEST)]

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def _harmless(reach: str) -> str:
    """An address that a page may link to, or text that no browser takes for one."""
    scheme = _SCHEME.match(reach)
    if scheme and scheme[1].lower() not in _SCHEMES:
        raise ValueError(
            f"is no address: {scheme[1]}: is none of http:, https:, mailto: and tel:, and plain "
            "text has no colon right after its first word"
        )
    return reach


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasuredShare(_Part):
    """A share in thousandths, with the interval that holds it in 95 of 100 repetitions."""

    permille: Permille
    low: Permille
    high: Permille

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.permille <= self.high:
            raise ValueError("lies outside its own interval")
        return self


class Measure(_Part):
    """How often one conduct was right on one set of data."""

    data: Text = Field(description="What it was measured on, and how the intervals were drawn.")
    synthetic: bool = Field(description="Whether its scenes were drawn rather than filmed.")
    conduct: Digest = Field(description="Of the definitions it holds for, see `Definition`.")
    configuration: dict[Name, Value] = Field(description="Whatever else was fixed.")
    scenes: Count = Field(description="Places or views that are not alike.")
    positives: Count = Field(description="Times that the event happened.")
    negatives: Count = Field(description="Clips, or gestures like it, in which it did not.")
    recall: MeasuredShare = Field(description="Events found among those that happened.")
    precision: MeasuredShare = Field(description="Events that happened among those flagged.")
    source: Digest | None = Field(description="Of the published results; null if only printed.")


class Gap(_Part):
    """How unequally one conduct finds an event among groups of people, at the very most."""

    data: Text = Field(description="Which groups were compared, on what and how.")
    synthetic: bool = Field(description="Whether its scenes were drawn rather than filmed.")
    conduct: Digest = Field(description="Of the definitions it holds for, see `Definition`.")
    most_permille: Permille = Field(
        description="Upper end of the 95 % interval of the widest gap between two groups' shares."
    )


class Figures(_Part):
    """How often the definition is right; no measure means that nobody has measured it."""

    kind: Literal["figures"]
    measures: tuple[Measure, ...]
    bias: tuple[Gap, ...] = Field((), description="Gaps between groups; none: not measured.")

    def widest_gap(self, definition: Definition, *, synthetic: bool = False) -> int | None:
        """The widest gap that may be, in thousandths; None where nobody has measured any.

        Args:
            definition: The one that would run.
            synthetic: Whether drawn scenes will do, as they do for a synthetic city.
        """
        held = (
            gap.most_permille
            for gap in self.bias
            if gap.conduct == definition.conduct and (synthetic or not gap.synthetic)
        )
        return max(held, default=None)

    def hold_for(self, definition: Definition, *, synthetic: bool = False) -> bool:
        """Whether any measure is of what this definition makes run.

        Args:
            definition: The one that would run.
            synthetic: Whether drawn scenes will do, as they do for a synthetic city.
        """
        return any(
            measure.conduct == definition.conduct and (synthetic or not measure.synthetic)
            for measure in self.measures
        )


class Confusions(_Part):
    """What is known to be taken for the event, or to hide it."""

    kind: Literal["confusions"]
    confusions: tuple[Text, ...]


class Contact(_Part):
    """A service to ask, never a person by name."""

    matter: Literal["complaint", "data_protection", "controller", "technical"]
    service: Text
    reach: Annotated[Sentence, AfterValidator(_harmless)] = Field(
        description="Address or number in plain text, or a link."
    )


class Contacts(_Part):
    """Whom to ask about what runs under this definition."""

    kind: Literal["contacts"]
    contacts: tuple[Contact, ...] = Field(min_length=1)


class Translation(_Part):
    """The texts of a definition in a language that was not voted; labels may be lacking."""

    kind: Literal["translation"]
    language: Language
    title: Sentence
    criterion: Sentence
    not_detected: Sentence
    alternative: Sentence
    told: Sentence
    labels: dict[Name, Sentence]

    def added_to(self, definition: Definition) -> Definition:
        """The definition with its texts in this language too: to be read, never to be voted."""
        texts: dict[str, object] = {
            field: getattr(definition, field) | {self.language: getattr(self, field)}
            for field in ("title", "criterion", "not_detected", "alternative", "told")
        }
        texts["labels"] = {
            name: label | ({self.language: self.labels[name]} if name in self.labels else {})
            for name, label in definition.labels.items()
        }
        return definition.model_copy(update=texts)

    @property
    def facts(self) -> dict[str, dict[str, str]]:
        """The texts that say what is looked for, by field, in this language."""
        labels = {f"labels.{name}": label for name, label in self.labels.items()}
        texts = {"title": self.title, "criterion": self.criterion} | labels
        return {field: {self.language: text} for field, text in texts.items()}


Content = Figures | Confusions | Contacts | Translation
_CONTENT: TypeAdapter[Content] = TypeAdapter(Annotated[Content, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True)
class AnnexText:
    """An annex together with its exact bytes.

    Args:
        content: What it says.
        canonical: The bytes that are stored and hashed.
    """

    content: Content
    canonical: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""
        return digest(self.canonical)

    @property
    def language(self) -> str | None:
        """Of a translation; None for the other kinds."""
        return self.content.language if isinstance(self.content, Translation) else None


def read_annex(path: Path) -> AnnexText:
    """Read an annex written in YAML and make its canonical bytes.

    Raises:
        BadInput: Not a file of fields, or its author must mend it: every problem is named.
    """
    try:
        content = _CONTENT.validate_python(read_fields(path))
    except ValidationError as error:
        raise BadInput(f"{path.name} is no annex: {' '.join(explain(error))}") from error
    if problems := _problems(content):
        raise BadInput(f"{path.name} cannot be recorded: {' '.join(problems)}")
    return AnnexText(content, canonical(content.model_dump(mode="json")))


@lru_cache(maxsize=512)
def load_annex(stored: bytes, recorded: str) -> AnnexText:
    """Load recorded bytes, refusing any that are not the ones recorded.

    Raises:
        BadInput: The bytes do not have this digest, are not canonical, or are not an annex.
    """
    if digest(stored) != recorded:
        raise BadInput("The stored text of this annex is not the one that was recorded.")
    try:
        return AnnexText(_CONTENT.validate_python(parse(stored)), stored)
    except ValueError as error:
        raise BadInput(f"These bytes are not an annex: {error}.") from error


def misfits(annex: AnnexText, definition: Definition) -> list[str]:
    """Why an annex is not one of this definition, a line each."""
    content = annex.content
    if not isinstance(content, Translation):
        return []
    lines = []
    if content.language in definition.title:
        lines.append(f"language: {content.language} was voted and changes by a vote only.")
    unknown = sorted(content.labels.keys() - definition.labels.keys())
    return [*lines, *(f"labels: {name} is no parameter: take it out." for name in unknown)]


def _problems(content: Content) -> list[str]:
    match content:
        case Translation():
            return ill_worded(content.facts)
        case Figures():
            texts = {f"measures.{n}.data": one.data for n, one in enumerate(content.measures)}
            texts |= {f"bias.{n}.data": one.data for n, one in enumerate(content.bias)}
        case Confusions():
            texts = {f"confusions.{n}": one for n, one in enumerate(content.confusions)}
        case Contacts():
            texts = {f"contacts.{n}.service": one.service for n, one in enumerate(content.contacts)}
    return missing_languages(texts)
