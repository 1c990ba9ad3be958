"""What a person can ask for and where to turn, by the legal regime that a use declares.

The table is data: a lawyer corrects it without reading code. Rows that nobody has compared with
the text they cite say ``verified: false`` and are shown as such.
"""

from collections.abc import Mapping
from functools import cache
from typing import cast, get_args

from beffroi.errors import BadInput
from beffroi.mandate.impact.texts import Data, Text, read
from beffroi.mandate.use_text import Regime
from beffroi.words import say


class Right(Data):
    """One right of the people who are filmed, under one regime.

    Attributes:
        id: Its name in code, the same under every regime.
        title: What it is called.
        applies: Whether it can be exercised.
        how: To whom one turns, or why it does not apply.
        source: The article.
        verified: Whether somebody has compared this row with that article.
    """

    id: str
    title: Text
    applies: bool
    how: Text
    source: str
    verified: bool


class Remedy(Data):
    """One way to contest a use.

    Attributes:
        id: Its name in code.
        title: What it is called.
        where: Before whom.
        deadline: By when, and what silence means.
        source: The article.
        verified: Whether somebody has compared this row with that article.
    """

    id: str
    title: Text
    where: Text
    deadline: Text
    source: str
    verified: bool


class _Tables(Data):
    rights: Mapping[Regime, tuple[Right, ...]]
    remedies: tuple[Remedy, ...]


@cache
def _tables() -> _Tables:
    return read("remedies", _Tables)


def rights_of(regime: str) -> tuple[Right, ...]:
    """The rights under a regime, those that do not apply included.

    Raises:
        BadInput: No such regime.
    """
    rights = _tables().rights.get(cast(Regime, regime))
    if rights is None:
        raise BadInput(
            say(
                "{regime!r} is no legal regime: it is one of {regimes}.",
                regime=regime,
                regimes=", ".join(get_args(Regime)),
            )
        )
    return rights


def remedies() -> tuple[Remedy, ...]:
    """The ways to contest a use, the nearest first."""
    return _tables().remedies
