"""Rules about a vote: who took part."""

import unicodedata

from beffroi.mandate.procedure.acts import (
    Ballot,
)
from beffroi.mandate.procedure.case import Case, Step, clause_of
from beffroi.words import Words, say


def roll_called(case: Case, step: Step) -> Words | None:
    """Nobody votes twice, and no more vote than there are seats."""
    ballot: Ballot = step.details
    written = (*ballot.votes_for, *ballot.votes_against, *ballot.abstained)
    names = [_spelt_alike(name) for name in written]
    if len(set(names)) != len(names):
        return say("Somebody is named twice in the roll call.")
    if len(names) > ballot.members:
        return say("More people voted than the body has members.")
    return None


def quorum(case: Case, step: Step) -> Words | None:
    """Enough members took part."""
    ballot: Ballot = step.details
    least = case.procedure.quorum_percent
    if 100 * ballot.present >= least * ballot.members:
        return None
    return say(
        "The quorum is {least} % of {members} members, and {present} were present ({clause}).",
        least=least,
        members=ballot.members,
        present=ballot.present,
        clause=clause_of(case, "quorum_percent"),
    )


def _spelt_alike(name: str) -> str:
    """A name as it would sound, so that no other spelling makes a second person of it."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
