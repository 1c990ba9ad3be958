"""Definitions as people read them: the voted text with its annexes, which nobody has voted."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from beffroi.events.shipped import shipped_with
from beffroi.mandate.annex_text import Confusions, Contacts, Content, Figures, Translation
from beffroi.mandate.annexes import Recorded, in_use
from beffroi.mandate.definition import Definition, VotedText
from beffroi.mandate.reading import read_out_annex
from beffroi.store.mandates import StoredDefinition


@dataclass(frozen=True, slots=True)
class Reading:
    """A definition to be read, with all that is known of it.

    Args:
        voted: Its text as it was voted.
        annexes: Those in use, or those that ship where none is recorded.
    """

    voted: Definition
    annexes: Sequence[Recorded]

    @property
    def definition(self) -> Definition:
        """Its text in every language that there is: never to be hashed or run."""
        text = self.voted
        for translation, _ in self._translations:
            text = translation.added_to(text)
        return text

    @property
    def translated(self) -> frozenset[str]:
        """Languages in which nobody has voted it."""
        return frozenset(text.language for text, _ in self._translations)

    @property
    def unreviewed(self) -> frozenset[str]:
        """Languages of which nobody has stood for the translation."""
        return frozenset(text.language for text, reviewed in self._translations if not reviewed)

    @property
    def standing(self) -> str:
        """Whether anybody measured how often it is right, as the closed list `standing` says.

        What nobody but its author has read is not said to be measured, as it does not open live.
        """
        for one in self.annexes:
            figures = one.text.content
            if isinstance(figures, Figures) and figures.hold_for(self.voted):
                return "measured" if one.reviewed else "unreviewed"
            if isinstance(figures, Figures) and figures.hold_for(self.voted, synthetic=True):
                return "synthetic"
        return "unmeasured"

    def figures(self, language: str) -> list[tuple[str, str]]:
        """How often it is right and how unequally, with names."""
        return self._rows(Figures, language)

    def confusions(self, language: str) -> list[tuple[str, str]]:
        """What it is known to be mistaken about, with names."""
        return self._rows(Confusions, language)

    def contacts(self, language: str) -> list[tuple[str, str]]:
        """Whom to ask, with names."""
        return self._rows(Contacts, language)

    @property
    def _contents(self) -> list[Content]:
        return [one.text.content for one in self.annexes]

    @property
    def _translations(self) -> list[tuple[Translation, bool]]:
        return [
            (one.text.content, one.reviewed)
            for one in self.annexes
            if isinstance(one.text.content, Translation)
        ]

    def _rows(self, kind: type[Content], language: str) -> list[tuple[str, str]]:
        return [
            row
            for one in self._contents
            if isinstance(one, kind)
            for row in read_out_annex(one, self.voted, language)
        ]


def read(session: Session, voted: VotedText) -> Reading:
    """A definition with its annexes in use; with those that ship while it is not registered here.

    Raises:
        BadInput: Stored bytes are not those recorded.
    """
    registered = session.get(StoredDefinition, voted.digest) is not None
    return Reading(
        voted.definition,
        in_use(session, voted.digest)
        if registered
        else [Recorded(text, reviewed=False) for text in shipped_with(voted)],
    )
