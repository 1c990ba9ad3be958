"""Whether two accounts are two people: what widens takes two of them, and anybody may hold two.

Only their names tell, by what their letters look like: accents, case, order, what nobody sees and a
letter of another alphabet make no other person. Whoever enters one person under two names is found
in the ledger.
"""

import unicodedata
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from beffroi.errors import Actor, NotAuthorised
from beffroi.store.accounts import Account
from beffroi.words import say

_LOOKS: Final = str.maketrans(
    "l10ıɡøł" + "αβεζηικμνορτυχϲ" + "абвекмноргстухіјѕԁһԛԝүӏԍѵ" + "օստ",
    "iioigoi" + "abezhikmnoptyxc" + "abbekmhoprctyxijsdhqwyigv" + "ous",
)
"""What letters of four alphabets look like, small or capital; digits too."""


def require_another(session: Session, first: str, second: str, refusal: str) -> None:
    """Refuse whoever has done the first half already.

    Args:
        session: Any session.
        first: Pseudonym of who recorded something.
        second: Pseudonym of who would stand for it.
        refusal: What to say where they are the same account.

    Raises:
        NotAuthorised: They are the same account, or two that bear the same name.
    """
    if first == second:
        raise NotAuthorised(refusal, actor=Actor.USER)
    names = session.scalars(select(Account.name).where(Account.pseudonym.in_((first, second))))
    one, *others = [_letters(name) for name in names] or [""]
    if one in others:
        raise NotAuthorised(
            say(
                "Both accounts bear the same name, and this takes two people: two who share a name "
                "have accounts whose names tell them apart."
            ),
            actor=Actor.USER,
        )


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKS)
    words = sorted("".join(filter(str.isalnum, word)) for word in plain.split())
    return "".join(words)
