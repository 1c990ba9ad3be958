"""What changes between two definitions, as people read it: "staying on the ground: 5 s → 8 s".

A council that votes a new version sees each change in its own language, with units; nothing that
differs between the two texts is left out, whatever the language it stands in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from beffroi.mandate.definition import CONDUCT, Definition, Text
from beffroi.mandate.reading import in_language, name_field, render


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text that both versions have, or only one of them."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two definitions.

    Args:
        field: Where it is, e.g. `parameters.stay_ms` or `criterion.fr`.
        label: What people call that.
        before: The value with its unit; empty where there was none.
        after: The same afterwards.
        words: For texts, the words that stay, go and come, in order; empty for values.
        decides: Whether it changes which events are found: then figures must be measured again.
    """

    field: str
    label: str
    before: str
    after: str
    words: tuple[Piece, ...] = ()
    decides: bool = False

    def __str__(self) -> str:
        if not self.words:
            return f"{self.label}: {self.before} → {self.after}"
        marks = {"same": "{}", "removed": "[−{}−]", "added": "[+{}+]"}
        return f"{self.label}: " + "".join(
            marks[piece.kind].format(piece.text.rstrip()) + piece.text[len(piece.text.rstrip()) :]
            for piece in self.words
        )


def differences(before: Definition, after: Definition, language: str = "fr") -> list[Change]:
    """Every difference, in the order in which a definition is read.

    Args:
        before: The version in force.
        after: The version proposed.
        language: In which names and values are written; English where one is lacking.
    """
    names = _Names(language, {**before.labels, **after.labels})
    return [
        change
        for field in Definition.model_fields
        for change in _compare(field, getattr(before, field), getattr(after, field), names)
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    language: str
    labels: Mapping[str, Text]

    def field(self, field: str, key: str = "") -> str:
        """`criterion`, or `model movenet-multipose`, or the label of a parameter."""
        if field == "parameters":
            return in_language(self.labels.get(key, {}), self.language) or key
        name = name_field(field, self.language)
        return f"{name} {key}" if key else name


def _compare(field: str, before: Any, after: Any, names: _Names) -> Iterator[Change]:
    """The differences of one field; values are compared as they are, not as they are shown."""
    decides = field in CONDUCT
    if field == "labels":
        for name in _keys(before, after):
            label = names.field("labels", name)
            yield from _texts(f"labels.{name}", label, before.get(name), after.get(name), names)
    elif field in ("parameters", "models"):
        for key in _keys(before, after):
            if _differ(before.get(key), after.get(key)):
                old, new = (render(key, side.get(key), names.language) for side in (before, after))
                yield Change(f"{field}.{key}", names.field(field, key), old, new, decides=decides)
    elif isinstance(before, dict):
        yield from _texts(field, names.field(field), before, after, names)
    elif _differ(before, after):
        old, new = (render(field, side, names.language) for side in (before, after))
        yield Change(field, names.field(field), old, new, decides=decides)


def _texts(
    field: str, label: str, before: Text | None, after: Text | None, names: _Names
) -> Iterator[Change]:
    """The text in the reader's language first; the others are marked with theirs."""
    before, after = before or {}, after or {}
    for code in sorted(_keys(before, after), key=lambda code: code != names.language):
        old, new = before.get(code, ""), after.get(code, "")
        if old != new:
            shown = label if code == names.language else f"{label} ({code})"
            yield Change(f"{field}.{code}", shown, old, new, _words(old, new))


def _words(before: str, after: str) -> tuple[Piece, ...]:
    old, new = (re.findall(r"\S+\s*", text) for text in (before, after))
    pieces = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(old[i:j])))
        if k < m:
            pieces.append(Piece("added", "".join(new[k:m])))
    return tuple(pieces)


def _differ(before: object, after: object) -> bool:
    """In Python 1 equals true; in a voted text it does not."""
    return (type(before), before) != (type(after), after)


def _keys(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Keys of either, those of `after` first, in their order."""
    return list({**after, **before})
