"""Why a stack of doctrines does not let an event be looked for, quoting the clause."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from beffroi.mandate.definition import VOTED_LANGUAGES, Text
from beffroi.mandate.doctrine.clauses import Asked, Clause, Doctrine
from beffroi.mandate.doctrine.cover import Covering
from beffroi.words import Quoted


class Ground(StrEnum):
    """What kind of objection it is."""

    REFUSED = "refused"
    UNLISTED = "unlisted"
    UNCOVERED = "uncovered"


WORDS: Final = {
    Ground.REFUSED: {
        "en": "{title} refuses `{event}` in mode `{mode}`: “{text}” "
        "({source}; {id}, {clause}){mark}.",
        "fr": "{title} refuse `{event}` en mode `{mode}` : « {text} » "
        "({source} ; {id}, {clause}){mark}.",
    },
    Ground.UNLISTED: {
        "en": "{title} allows only what it lists, and `{event}` in mode `{mode}` is not listed: "
        "“{text}” ({source}; {id}, {clause}){mark}.",
        "fr": "{title} n’admet que ce qui y est énuméré, et `{event}` en mode `{mode}` n’y est "
        "pas : « {text} » ({source} ; {id}, {clause}){mark}.",
    },
    Ground.UNCOVERED: {
        "en": "No law in force covers `{event}` for `{mode}`: {why}. “{text}” "
        "({source}; {id}, {clause}){mark}.",
        "fr": "Aucune loi en vigueur ne couvre `{event}` en mode `{mode}` : {why}. « {text} » "
        "({source} ; {id}, {clause}){mark}.",
    },
}
UNVERIFIED: Final = {"en": " [text not verified]", "fr": " [texte non vérifié]"}
NO_LAW: Final = {"en": "none has been adopted", "fr": "aucune n’a été adoptée"}


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
        """The reason in every language that doctrines are written in."""
        return Quoted({language: self.message(language) for language in VOTED_LANGUAGES})

    def message(self, language: str = "en") -> str:
        """The reason in one or two sentences, quoting the clause; English where unknown."""
        language = language if language in VOTED_LANGUAGES else "en"
        why = ", ".join(law.because(language) for law in self.laws) or NO_LAW[language]
        return WORDS[self.ground][language].format(
            title=self.doctrine.title[language],
            event=self.asked.event,
            mode=self.asked.mode,
            why=why,
            text=self.text[language],
            source=self.source,
            id=self.doctrine_id,
            clause=self.clause_id,
            mark="" if self.verified else UNVERIFIED[language],
        )
