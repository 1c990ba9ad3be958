"""Why a stack of doctrines does not let an event be looked for, quoting the clause."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from beffroi.mandate.definition import Text
from beffroi.mandate.doctrine.clauses import Asked, Clause, Doctrine
from beffroi.mandate.doctrine.cover import Covering
from beffroi.mandate.doctrine.translations import is_translated, told
from beffroi.mandate.reading import word
from beffroi.words import LANGUAGES, Quoted


class Ground(StrEnum):
    """What kind of objection it is."""

    REFUSED = "refused"
    UNLISTED = "unlisted"
    UNCOVERED = "uncovered"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against, with the clause that it rests on.

    Args:
        ground: What kind of reason it is.
        doctrine: Whose clause it is.
        clause: The clause.
        asked: The question.
        laws: For `UNCOVERED`, how far each law of the stack comes.
    """

    ground: Ground
    doctrine: Doctrine
    clause: Clause
    asked: Asked
    laws: tuple[Covering, ...] = ()

    @property
    def doctrine_id(self) -> str:
        """Id of the doctrine."""
        return self.doctrine.id

    @property
    def version(self) -> int:
        """Version of the doctrine."""
        return self.doctrine.version

    @property
    def clause_id(self) -> str:
        """Id of the clause within the doctrine."""
        return self.clause.id

    @property
    def text(self) -> Text:
        """What the clause says, by language."""
        return self.clause.text

    @property
    def source(self) -> str:
        """Where the clause comes from."""
        return self.clause.source

    @property
    def verified(self) -> bool:
        """Whether that source was read again."""
        return self.clause.verified

    @property
    def quoted(self) -> Quoted:
        """The reason in every language."""
        return Quoted({language: self.message(language) for language in LANGUAGES})

    def message(self, language: str = "en") -> str:
        """The reason in one or two sentences, quoting the clause; English where unknown."""
        why = ", ".join(law.because(language) for law in self.laws)
        return word("objections", self.ground, language).format(
            title=told(self.doctrine.title, language),
            event=self.asked.event,
            mode=word("modes", self.asked.mode, language),
            why=why or word("covers", "none", language),
            text=told(self.text, language),
            source=self.source,
            clause=f"{self.doctrine_id}, {self.clause_id}",
            mark="".join(word("objections", mark, language) for mark in self._marks(language)),
        )

    def _marks(self, language: str) -> Iterator[str]:
        if not self.verified:
            yield "unverified"
        if is_translated(self.text, language):
            yield "translated"
