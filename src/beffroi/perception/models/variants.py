"""A model as it is used: its file, input size and precision, under a digest that can be voted."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import rfc8785

from beffroi.errors import BadInput
from beffroi.perception.models.manifest import Model, Size

Precision = Literal["f32", "bf16", "int8"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One model with everything that decides what comes out, the machine's rounding apart.

    Args:
        model: Its manifest entry.
        path: Where its ONNX file lies.
        size: Height and width of the input in pixels, one of the model's closed list.
        precision: Of the arithmetic; `f32` is the portable reference.

    Raises:
        BadInput: If the model does not have this size or this precision.
    """

    model: Model
    path: Path
    size: Size
    precision: Precision = "f32"
    digest: str = field(init=False)
    """SHA-256 of the facts about this variant as canonical JSON (RFC 8785)."""

    def __post_init__(self) -> None:
        if self.size not in self.model.sizes:
            choices = ", ".join(f"{height}x{width}" for height, width in self.model.sizes)
            raise BadInput(
                f"Model {self.model.name} has no input size {self.size[0]}x{self.size[1]}; "
                f"choose one of {choices}."
            )

        if self.precision == "int8" and self.model.int8 is None:
            raise BadInput(f"Model {self.model.name} cannot run in 8-bit integers; choose f32.")
        facts: dict[str, str | list[int]] = {
            "contract": self.model.contract,
            "model": self.model.name,
            "precision": self.precision,
            "sha256": self.sha256,
            "size": list(self.size),
        }
        object.__setattr__(self, "digest", hashlib.sha256(rfc8785.dumps(facts)).hexdigest())

    @property
    def sha256(self) -> str:
        """Of the file that is loaded."""
        return (self.precision == "int8" and self.model.int8) or self.model.sha256


def digest(variants: Iterable[Variant]) -> str:
    """SHA-256 of a set of variants, whatever their order, for definitions to cite."""
    digests = sorted({variant.digest for variant in variants})
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
