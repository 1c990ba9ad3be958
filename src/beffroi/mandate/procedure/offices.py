"""Whose task an act is: which right it takes, and which office speaks for itself alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from beffroi.errors import NotAuthorised
from beffroi.mandate.procedure.acts import ActType
from beffroi.mandate.rights import Holder, Permission, Role
from beffroi.words import say

OWN_OPINIONS: Final = MappingProxyType({"dpo": Role.DPO, "ai_committee": Role.COMMITTEE})
"""Bodies whose members have accounts of their own and file their opinion themselves."""


def permission_for(act_type: ActType, details: Mapping[str, Any]) -> Permission:
    """Which right it takes to record an act."""
    if act_type is ActType.OPINION and details.get("by") in OWN_OPINIONS:
        return Permission.GIVE_OPINION
    if act_type is ActType.SUSPENSION and details.get("by") == "supervisor":
        return Permission.SUSPEND_USE
    return Permission.RECORD_ACTS


def require_own_office(account: Holder, act_type: ActType, details: Mapping[str, Any]) -> None:
    """Let nobody speak for another body.

    Raises:
        NotAuthorised: The opinion is that of a body which this account does not sit in.
    """
    body = str(details.get("by"))
    office = OWN_OPINIONS.get(body) if act_type is ActType.OPINION else None
    if office is not None and account.role != office:
        raise NotAuthorised(
            say("An opinion of {by} is recorded by whoever holds that office.", by=body)
        )
