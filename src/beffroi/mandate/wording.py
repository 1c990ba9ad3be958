"""The words that a definition may not look for: intent, emotion, suspicion, identity.

A criterion names what anybody could see. A machine that is asked for what people want, feel, are
likely to do or are would be guessing, and guessing that from bodies is what the European regulation
on artificial intelligence forbids or restricts (article 5 and annex III of Regulation (EU)
2024/1689). The words are data, in `wording.yaml`; a quotation is left alone, and so are the texts
that say what is *not* looked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

_QUOTATION: Final = re.compile("«[^»]*»|“[^”]*”|„[^“”]*[“”]|»[^«]*«")

MEANING: Final[Mapping[str, str]] = {
    "intent": "says what somebody means to do",
    "emotion": "says what somebody feels",
    "suspicion": "says what somebody is thought capable of, or that something is out of the norm",
    "identity": "says who or what kind of person somebody is",
}
"""What is wrong with a word, by reason."""


@dataclass(frozen=True, slots=True)
class IllWord:
    """A word that a definition may not use.

    Args:
        word: As it was written.
        language: Of the text it stands in, two letters.
        reason: One of `MEANING`.
    """

    word: str
    language: str
    reason: str


def ill_words(text: str, language: str) -> Iterator[IllWord]:
    """The refused words of a text, in their order; case and accents make no difference.

    Args:
        text: Plain text; what stands in quotation marks is not read.
        language: Two letters; for a language without a list nothing is found.
    """
    pattern = _patterns().get(language)
    if pattern is None:
        return
    read = _QUOTATION.sub(lambda quoted: " " * len(quoted[0]), unicodedata.normalize("NFC", text))
    for found in pattern.finditer(_plain(read)):
        yield IllWord(read[found.start() : found.end()], language, str(found.lastgroup))


def ill_worded(texts: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What is wrong with the wording, a line for each word.

    Args:
        texts: Field → language → text.
    """
    return [
        f"{field}.{language}: “{ill.word}” is a word of {ill.reason}, it {MEANING[ill.reason]}: "
        "name what anybody could see."
        for field, text in texts.items()
        for language, sentence in text.items()
        for ill in ill_words(sentence, language)
    ]


def languages() -> frozenset[str]:
    """The languages whose words are listed."""
    return frozenset(_patterns())


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """For each language one expression, with a group for each reason."""
    listed = yaml.safe_load((files(__package__) / "wording.yaml").read_text(encoding="utf-8"))
    return {
        language: re.compile("|".join(_group(reason, words) for reason, words in reasons.items()))
        for language, reasons in listed.items()
    }


def _group(reason: str, words: Iterable[str]) -> str:
    """`word` stands for itself, `word*` for every word that begins so, blanks for any gap."""
    longest_first = sorted((_plain(word) for word in words), key=len, reverse=True)
    each = (
        re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"[\s'’-]+") for word in longest_first
    )
    return rf"(?P<{reason}>\b(?:{'|'.join(each)})\b)"


def _plain(text: str) -> str:
    """Lower case without accents, letter for letter, so that places in the text stay."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[0] for letter in text)
