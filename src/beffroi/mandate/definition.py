"""The event definition: what is voted, hashed, published, loaded and cited by each alert.

One object holds the public text *and* everything that makes a detector behave, so that what was
voted is what runs. Its identity is the SHA-256 of its canonical bytes (RFC 8785, text in NFC);
those bytes are stored and hashed as they are, never written anew from the model. No field has a
default: what is not written was not voted.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    ValidationError,
)

from beffroi.errors import Actor, BadInput
from beffroi.mandate.canonical import canonical, digest, parse
from beffroi.mandate.wording import ill_worded
from beffroi.problems import in_plain_words
from beffroi.words import say

VOTED_LANGUAGES: Final = ("fr", "en")
"""Every text is voted in these; others are voted with it or follow as an annex."""

LARGEST_BYTES: Final = 256 * 1024
"""Of a definition, doctrine or annex written in YAML: a hundred times what ships."""

LARGEST: Final = 2**53 - 1
"""Whole numbers beyond it, either way, are not the same to every reader of JSON (RFC 8785)."""

CONDUCT: Final = frozenset(
    {"detector", "behaviour", "parameters", "models", "precisions", "rate_hz"}
)
"""The fields that decide which events are found, whatever the words around them."""


UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that are not seen, or are seen differently by everybody."""

IGNORED: Final = frozenset(
    {
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    }
)
"""Characters of other categories that fonts leave out (Unicode: Default_Ignorable_Code_Point)."""


def _visible(text: str) -> str:
    """A voted text reads as its bytes: nothing in it is invisible or turns it around."""
    if any(unicodedata.category(one) in UNSEEN or ord(one) in IGNORED for one in text):
        raise ValueError("holds a line break or an invisible character")
    return text


def _exact(value: object) -> object:
    """A value that every JSON reader keeps as it is: no fraction, and nothing beyond 53 bits."""
    if isinstance(value, str):
        return _visible(value)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError("is too large a number to be read alike everywhere")
        return value
    raise ValueError(f"{value!r} is not a whole number, true, false or a text")


Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_visible)
]
Text = dict[Language, Sentence]
"""The same sentence by language, French and English always present."""

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
Value = Annotated[bool | int | str, BeforeValidator(_exact)]


class EvidenceClass(StrEnum):
    """What an alert may keep to be judged by; each class includes nothing of the next."""

    NONE = "none"
    COUNTS = "counts"
    SKELETON = "skeleton"
    PIXELATED = "pixelated"
    CLEAR = "clear"


MOST_DAYS: Final = 30
"""Longer than this no evidence is kept, whatever is voted."""


class Definition(BaseModel):
    """One kind of event, as a council votes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Name = Field(description="Name of the kind of event, e.g. `fall`.")
    version: StrictInt = Field(ge=1, le=9999, description="Number of this text, counted from 1.")
    title: Text = Field(description="What residents call it.")
    criterion: Text = Field(description="The observable physical fact, in one plain sentence.")
    not_detected: Text = Field(description="What this definition does not detect.")
    alternative: Text = Field(description="The measure without analysis that was considered.")
    detector: Name = Field(description="Which detector looks for it.")
    behaviour: StrictInt = Field(ge=1, le=9999, description="Version of that detector's behaviour.")
    parameters: dict[Name, Value] = Field(
        description="Every parameter of the detector, written out; the unit ends its name."
    )
    labels: dict[Name, Text] = Field(description="What each parameter is, in a few words.")
    models: dict[Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$")], Digest] = Field(
        description="SHA-256 of each model file that it needs, by name."
    )
    precisions: tuple[Annotated[str, Field(pattern="^[a-z0-9]+$")], ...] = Field(
        min_length=1, description="Admitted numeric precisions."
    )
    rate_hz: StrictInt = Field(ge=1, le=30, description="Least pictures analysed per second.")
    person_px: StrictInt = Field(
        ge=0, le=4000, description="Least height of a person in what the models read, in pixels."
    )
    evidence: EvidenceClass = Field(description="What an alert keeps to be judged by.")
    retention_days: StrictInt = Field(
        ge=0, le=MOST_DAYS, description="Days until the evidence is erased."
    )
    severity: StrictInt = Field(ge=1, le=3, description="1 is routine, 3 comes first in the queue.")
    told: Text = Field(description="Who is told once a person has confirmed.")

    @property
    def texts(self) -> dict[str, Text]:
        """Everything written for people, by field."""
        prose = ("title", "criterion", "not_detected", "alternative", "told")
        named = {f"labels.{name}": label for name, label in self.labels.items()}
        return {field: getattr(self, field) for field in prose} | named

    @property
    def conduct(self) -> str:
        """SHA-256 of the fields of `CONDUCT`.

        Figures measured under one text hold for another of the same conduct, and for no other.
        """
        return digest(canonical(self.model_dump(mode="json", include=set(CONDUCT))))


@dataclass(frozen=True, slots=True)
class VotedText:
    """A definition together with the bytes that were voted.

    Args:
        definition: The parsed text.
        canonical: The exact bytes that are stored and hashed.
    """

    definition: Definition
    canonical: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""
        return digest(self.canonical)


def read_definition(path: Path) -> VotedText:
    """Read a definition written in YAML and make its canonical bytes.

    Raises:
        BadInput: Not a file of fields, or its author must mend it: every problem is named.
    """
    fields = read_fields(path)
    if problems := find_problems(fields):
        raise BadInput(f"{path.name} cannot be put to the vote: {' '.join(problems)}")
    definition = Definition.model_validate(fields)
    return VotedText(definition, canonical(definition.model_dump(mode="json")))


@lru_cache(maxsize=256)  # the gate reads them again and again; other bytes are read anew
def load_definition(stored: bytes, voted: str) -> VotedText:
    """Load voted bytes, refusing any that are not the ones voted.

    Args:
        stored: The canonical bytes.
        voted: The digest under which they were voted.

    Raises:
        BadInput: The bytes do not have this digest, are not a definition, or are one of which two
            readers could take different texts (a key twice, say).
    """
    if digest(stored) != voted:
        raise BadInput(
            say("The stored text of this definition is not the one that was voted."),
            actor=Actor.ADMINISTRATOR,
        )
    try:
        return VotedText(Definition.model_validate(parse(stored)), stored)
    except ValueError as error:
        raise BadInput(f"These bytes are not a definition: {error}.") from error


def read_fields(path: Path) -> Any:
    """What a YAML file says, each key once and nothing by reference.

    Raises:
        BadInput: The file cannot be read, is larger than any text that is voted, or is not YAML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise BadInput(f"{path.name} is larger than {LARGEST_BYTES // 1024} KiB.")
        return yaml.load(data.decode(), _Plain)  # noqa: S506 (is safe)
    except RecursionError as error:
        raise BadInput(f"{path.name} cannot be read: it is nested too deeply.") from error
    except (OSError, ValueError, OverflowError, yaml.YAMLError) as error:
        raise BadInput(f"{path.name} cannot be read: {' '.join(str(error).split())}.") from error


def find_problems(fields: Any) -> list[str]:
    """Why these fields cannot be voted: a line each, with the field and what its author must do."""
    try:
        definition = Definition.model_validate(fields)
    except ValidationError as error:
        return explain(error)
    return [
        *missing_languages(definition.texts),
        *_unlabelled(definition),
        *ill_worded(_worded_as_facts(definition)),
    ]


def explain(error: ValidationError) -> list[str]:
    """What is wrong with each field, a line each."""
    plain = {"missing": "is missing: write it", "extra_forbidden": "is no field: take it out"}
    return [
        f"{'.'.join(str(part) for part in problem['loc']) or 'the file'}: "
        f"{plain.get(problem['type'], in_plain_words(problem))}."
        for problem in error.errors(include_url=False)
    ]


def missing_languages(texts: Mapping[str, Text]) -> list[str]:
    """The texts that lack French or English, a line each."""
    return [
        f"{field}: lacks its text in {language}: write it."
        for field, text in texts.items()
        for language in VOTED_LANGUAGES
        if language not in text
    ]


def _unlabelled(definition: Definition) -> list[str]:
    named, known = definition.parameters.keys(), definition.labels.keys()
    return [
        *(
            f"labels: lacks {name}: say in a few words what it is."
            for name in sorted(named - known)
        ),
        *(f"labels: {name} is no parameter: take it out." for name in sorted(known - named)),
    ]


def _worded_as_facts(definition: Definition) -> dict[str, Text]:
    """What says what is looked for, names included; not what says what is left alone."""
    texts = {
        field: text
        for field, text in definition.texts.items()
        if field in ("title", "criterion") or field.startswith("labels.")
    }
    names = {"event": definition.event} | {
        f"parameters.{key}": key for key in definition.parameters
    }
    spoken = {field: name.replace("_", " ") for field, name in names.items()}
    return texts | {field: dict.fromkeys(VOTED_LANGUAGES, name) for field, name in spoken.items()}


class _Plain(yaml.SafeLoader):
    """YAML of which no two readers can take different values, and that is no larger than it looks.

    A few lines of references to references would fill any memory.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # its stubs say nothing of it
        if getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases (& and *) are not used here", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is written twice", node.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)
