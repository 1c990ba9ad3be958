"""The event definition: what is voted, hashed, published, loaded and cited by each alert.

One object holds the public text *and* everything that makes a detector behave, so that what was
voted is what runs. Its identity is the SHA-256 of its canonical bytes (RFC 8785, text in NFC);
those bytes are stored and hashed as they are, never written anew from the model.
"""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import rfc8785
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beffroi.errors import BadInput

Text = dict[Annotated[str, Field(pattern="^[a-z]{2}$")], str]
"""The same sentence by language, French and English always present."""


class EvidenceClass(StrEnum):
    """What an alert may keep to be judged by; each class includes nothing of the next."""

    NONE = "none"
    COUNTS = "counts"
    SKELETON = "skeleton"
    PIXELATED = "pixelated"
    CLEAR = "clear"


class Definition(BaseModel):
    """One kind of event, as a council votes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = Field(pattern="^[a-z_]+$", description="Name of the kind of event, e.g. `fall`.")
    version: int = Field(ge=1, description="Number of this text, counted from 1.")
    title: Text = Field(description="What residents call it.")
    criterion: Text = Field(description="The observable physical fact, in one plain sentence.")
    not_detected: Text = Field(description="What this definition does not detect.")
    alternative: Text = Field(description="The measure without analysis that was considered.")
    detector: str = Field(description="Which detector looks for it.")
    behaviour: int = Field(ge=1, description="Version of that detector's behaviour.")
    parameters: dict[str, int | float | bool | str] = Field(
        description="Every parameter of the detector, written out."
    )
    models: tuple[str, ...] = Field(description="Names of the models that it needs.")
    precisions: tuple[str, ...] = Field(description="Admitted numeric precisions.")
    rate_hz: int = Field(ge=1, le=30, description="Least number of pictures analysed per second.")
    person_px: int = Field(ge=0, description="Least height of a person in the picture, in pixels.")
    evidence: EvidenceClass = Field(description="What an alert keeps to be judged by.")
    retention_days: int = Field(ge=0, le=30, description="Days until the evidence is erased.")
    severity: int = Field(ge=1, le=3, description="Order in the queue: 1 can wait, 3 comes first.")
    told: Text = Field(description="Who is told once a person has confirmed.")


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
        return hashlib.sha256(self.canonical).hexdigest()


def read_definition(path: Path) -> VotedText:
    """Read a definition written in YAML and make its canonical bytes.

    Raises:
        BadInput: No such file, not YAML, a field missing, unknown or out of range.
    """
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        definition = Definition.model_validate(fields)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BadInput(f"{path.name} is not a definition: {error}.") from error
    _require_languages(definition, path.name)
    return VotedText(definition, rfc8785.dumps(_nfc(definition.model_dump(mode="json"))))


def load_definition(canonical: bytes, digest: str) -> VotedText:
    """Load voted bytes, refusing any that are not the ones voted.

    Raises:
        BadInput: The bytes do not have this digest, or are not a definition.
    """
    if hashlib.sha256(canonical).hexdigest() != digest:
        raise BadInput("The stored text of this definition is not the one that was voted.")
    try:
        definition = Definition.model_validate(json.loads(canonical))
    except ValueError as error:
        raise BadInput(f"These bytes are not a definition: {error}.") from error
    return VotedText(definition, canonical)


def _require_languages(definition: Definition, name: str) -> None:
    texts = ("title", "criterion", "not_detected", "alternative", "told")
    for text in texts:
        missing = {"fr", "en"} - getattr(definition, text).keys()
        if missing:
            raise BadInput(f"{name}: {text} lacks its text in {', '.join(sorted(missing))}.")


def _nfc(value: Any) -> Any:
    """The same value with every text in Unicode normal form C, so that one text has one hash."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {key: _nfc(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    return value
