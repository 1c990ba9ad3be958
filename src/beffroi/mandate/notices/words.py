"""The words of notices and signs: data, in every language."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from beffroi.mandate.impact.texts import Data, Text

Columns = Mapping[str, tuple[str, ...]]


class Section(Data):
    """A part of a notice: paragraphs with facts as blanks, or one of the tables."""

    heading: Text
    paragraphs: tuple[Text, ...] = ()
    table: Literal["acts", "rights", "remedies"] | None = None


class Notice(Data):
    """What a notice says, in the order of reading."""

    title: Text
    check: Text
    code: Text
    columns: Mapping[str, Columns]
    sections: tuple[Section, ...]


class Sign(Data):
    """What a street sign says; in other words where no use of it rings for anybody."""

    title: Text
    picture: Text
    lead: Text
    quiet_lead: Text
    until: Text
    promise: Text
    quiet_promise: Text
    controller: Text
    rights: Text
    more: Text
    code: Text


class Words(Data):
    """All of it.

    Attributes:
        standing: What is said of a use by its state.
        ballot: What is said of a vote.
        kept: What is kept and who is told, of a `live` use and of a `quiet` one.
    """

    notice: Notice
    standing: Mapping[str, Text]
    ballot: Text
    kept: Mapping[Literal["live", "quiet"], Text]
    sign: Sign


@cache
def words() -> Words:
    """The words, read once."""
    text = (files(__package__) / "words.yaml").read_text(encoding="utf-8")
    return Words.model_validate(yaml.safe_load(text))
