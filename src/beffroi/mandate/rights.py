"""Who may do what: nine roles, a short list of permissions, and nothing that is not listed.

Duties are kept apart on purpose: whoever manages accounts sees no alert, whoever judges alerts
does not resume what was stopped, and whoever inspects changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from beffroi.errors import NotAuthorised
from beffroi.words import say


class Role(StrEnum):
    """What a person is here for."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"
    CLERK = "clerk"
    SECRETARY = "secretary"
    DPO = "dpo"
    COMMITTEE = "committee"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that an account may be allowed to do."""

    SIGN_IN = "sign_in"
    SEE_ALERTS = "see_alerts"
    WATCH_LIVE = "watch_live"
    JUDGE = "judge"
    HAND_OVER = "hand_over"
    VIEW_CLEAR = "view_clear"
    ERASE_EVIDENCE = "erase_evidence"
    PAUSE_USE = "pause_use"
    RESUME_USE = "resume_use"
    SEE_CAMERAS = "see_cameras"
    SET_UP_CAMERAS = "set_up_cameras"
    SUSPEND_USE = "suspend_use"
    SEE_MANDATES = "see_mandates"
    DRAFT_USES = "draft_uses"
    RECORD_ACTS = "record_acts"
    CONFIRM_ACTS = "confirm_acts"
    GIVE_OPINION = "give_opinion"
    KEEP_FILES = "keep_files"
    SEE_JOURNAL = "see_journal"
    MANAGE_ACCOUNTS = "manage_accounts"
    ERASE_RECORDS = "erase_records"
    CONFIRM_CLOCK = "confirm_clock"


_EVERYONE: Final = {Permission.SIGN_IN, Permission.SEE_CAMERAS}
_OPERATOR: Final = {
    Permission.SEE_ALERTS,
    Permission.WATCH_LIVE,
    Permission.JUDGE,
    Permission.HAND_OVER,
    Permission.VIEW_CLEAR,
    Permission.PAUSE_USE,
}

_OFFICE: Final = {Permission.SEE_MANDATES, Permission.SEE_JOURNAL}
_REGISTRY: Final = _OFFICE | {
    Permission.DRAFT_USES,
    Permission.RECORD_ACTS,
    Permission.CONFIRM_ACTS,
}

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.OPERATOR: frozenset(_EVERYONE | _OPERATOR),
    Role.SUPERVISOR: frozenset(
        _EVERYONE
        | _OPERATOR
        | _OFFICE
        | {
            Permission.ERASE_EVIDENCE,
            Permission.RESUME_USE,
            Permission.SUSPEND_USE,
            Permission.CONFIRM_CLOCK,
        }
    ),
    Role.TECHNICIAN: frozenset(_EVERYONE | {Permission.SET_UP_CAMERAS}),
    Role.CLERK: frozenset(_EVERYONE | _REGISTRY | {Permission.KEEP_FILES}),
    Role.SECRETARY: frozenset(_EVERYONE | _REGISTRY),
    Role.DPO: frozenset(
        _EVERYONE
        | _OFFICE
        | {Permission.GIVE_OPINION, Permission.CONFIRM_ACTS, Permission.KEEP_FILES}
    ),
    Role.COMMITTEE: frozenset(_EVERYONE | _OFFICE | {Permission.GIVE_OPINION}),
    Role.INSPECTOR: frozenset(_EVERYONE | _OFFICE),
    Role.ADMINISTRATOR: frozenset(
        _EVERYONE
        | {
            Permission.MANAGE_ACCOUNTS,
            Permission.SEE_JOURNAL,
            Permission.ERASE_RECORDS,
            Permission.CONFIRM_CLOCK,
        }
    ),
}


class Holder(Protocol):
    """What an account shows of itself to be asked for its rights."""

    @property
    def role(self) -> str:
        """One of `Role`."""

    @property
    def active(self) -> bool:
        """False once the account was closed."""


def abilities(account: Holder) -> frozenset[Permission]:
    """Everything an account may do; nothing for a closed account or an unknown role."""
    if not account.active or account.role not in list(Role):
        return frozenset()
    return PERMISSIONS[Role(account.role)]


def require(account: Holder, permission: Permission) -> None:
    """Let pass, or refuse.

    Raises:
        NotAuthorised: The account does not have this permission.
    """
    if permission not in abilities(account):
        raise NotAuthorised(
            say(
                "Your role ({role}) does not allow this. It is for: {roles}.",
                role=account.role,
                roles=", ".join(role for role in Role if permission in PERMISSIONS[role]),
            )
        )
