"""Forms of acts: their fields come from what the act itself asks for, so that none is forgotten."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from beffroi.mandate.doctrine.rules import Body
from beffroi.mandate.procedure.acts import DETAILS, ActType
from beffroi.mandate.procedure.offices import OWN_OPINIONS
from beffroi.mandate.rights import PERMISSIONS, Permission, Role
from beffroi.mandate.use_text import UseText
from beffroi.web.access import Visitor

Kind = Literal["text", "day", "number", "mark", "lines", "choice"]

_SET_BY_BEFFROI: Final = frozenset({"ends_at", "version", "delay_days"})
_OF_ONE_BODY: Final = {
    ActType.OPINION: Permission.GIVE_OPINION,
    ActType.SUSPENSION: Permission.SUSPEND_USE,
}
_AUTHORITIES: Final = (Body.PREFECT, Body.COMMISSION, Body.DATA_PROTECTION_AUTHORITY, Body.POLICE)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Args:
        name: Its name in the act.
        kind: How it is typed.
        required: Whether the act is nothing without it.
        choices: What can be picked, with what people call it by kind of word.
        words: Closed list that the choices are named by; empty where they stand for themselves.
    """

    name: str
    kind: Kind
    required: bool
    choices: Sequence[str] = ()
    words: str = ""


def recorders_of(act_type: ActType) -> list[Role]:
    """Who may record this kind of act, of some body at least."""
    enough = {Permission.RECORD_ACTS, _OF_ONE_BODY.get(act_type, Permission.RECORD_ACTS)}
    return [role for role in Role if not PERMISSIONS[role].isdisjoint(enough)]


def fields_of(act_type: ActType, text: UseText, visitor: Visitor) -> list[Field]:
    """The fields of an act, with the choices that are this visitor's."""
    return [
        _field(act_type, name, info, text, visitor)
        for name, info in DETAILS[act_type].model_fields.items()
        if name not in _SET_BY_BEFFROI
    ]


def read_fields(
    act_type: ActType, fields: Sequence[Field], form: FormData
) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed, as the act has it, and by field what cannot be used of it.

    Returns:
        The details, and the wrong fields with the word of the closed list `typed`.
    """
    details: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        typed = str(form.get(field.name, "")).strip()
        if field.kind == "mark":
            details[field.name] = bool(typed)
        elif field.kind == "lines":
            details[field.name] = [line.strip() for line in typed.splitlines() if line.strip()]
        elif not typed:
            if field.required:
                wrong[field.name] = "missing"
        elif field.choices and typed not in field.choices:
            wrong[field.name] = "choice"
        else:
            details[field.name] = {"yes": True, "no": False}.get(typed, typed)
    return details, wrong | _refused_by(DETAILS[act_type], details, wrong)


def _refused_by(
    model: type[BaseModel], details: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, str]:
    try:
        model.model_validate(dict(details))
    except ValidationError as error:
        found = {str(one["loc"][0]): _word(one["type"]) for one in error.errors()}
        return {name: word for name, word in found.items() if name not in known}
    return {}


def _word(problem: str) -> str:
    """The word of the closed list `typed` for a kind of error of pydantic."""
    starts = {"missing": "missing", "string_too_short": "missing", "literal": "choice"}
    starts |= {"date": "day", "int": "number", "greater": "number"}
    return next((word for start, word in starts.items() if problem.startswith(start)), "other")


def _field(act_type: ActType, name: str, info: FieldInfo, text: UseText, visitor: Visitor) -> Field:
    kinds = set(get_args(info.annotation)) if _is_union(info.annotation) else {info.annotation}
    required = info.is_required()
    if name == "camera":
        return Field(name, "choice", required, sorted(text.cameras))
    if name == "by":
        return Field(name, "choice", required, _bodies(act_type, info, visitor), "body")
    if get_origin(info.annotation) is Literal:
        return Field(name, "choice", required, get_args(info.annotation), name)
    if bool in kinds:
        return Field(name, "choice", True, ("yes", "no"), "yes") if required else _mark(name)
    if date in kinds:
        return Field(name, "day", required)
    if int in kinds:
        return Field(name, "number", required)
    return Field(name, "lines" if get_origin(info.annotation) is tuple else "text", required)


def _mark(name: str) -> Field:
    return Field(name, "mark", False)


def _bodies(act_type: ActType, info: FieldInfo, visitor: Visitor) -> list[str]:
    """Whose act a visitor may record: of their own body, or of those without an account."""
    if act_type is ActType.OPINION:
        if not visitor.may(Permission.RECORD_ACTS):
            return [by for by, office in OWN_OPINIONS.items() if office == visitor.account.role]
        return [body.value for body in Body if body.value not in OWN_OPINIONS]
    if act_type is ActType.AUTHORISATION:
        return [body.value for body in _AUTHORITIES]
    known = [str(name) for name in get_args(info.annotation) if name != "automatic"]
    if act_type is ActType.SUSPENSION:
        own = visitor.may(Permission.SUSPEND_USE)
        return [name for name in known if (name == "supervisor") == own]
    return known


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)
