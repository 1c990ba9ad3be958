"""Uses written down and changed, as long as nobody has voted on them."""

import json
import re
from http import HTTPStatus
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from beffroi.errors import BadInput, BeffroiError, NotAuthorised
from beffroi.events.shipped import shipped_with
from beffroi.mandate.annexes import record_shipped
from beffroi.mandate.cameras import list_cameras
from beffroi.mandate.definition import VotedText
from beffroi.mandate.doctrine.clauses import Kind
from beffroi.mandate.doctrine.translations import told
from beffroi.mandate.modes import Mode
from beffroi.mandate.procedure.adoption import stack_in_force
from beffroi.mandate.procedure.consultation import contributions
from beffroi.mandate.rights import Permission
from beffroi.mandate.use_text import Regime
from beffroi.mandate.uses import UseSpec, draft_use, list_uses, revise_use, text_of
from beffroi.store.mandates import Use
from beffroi.web.access import Visitor, acts, needs
from beffroi.web.definitions import known_definitions
from beffroi.web.i18n import N_
from beffroi.web.posted import Typed, status_of
from beffroi.web.reading import read
from beffroi.web.render import language_of, render
from beffroi.web.routes.mandate import found, require_unchanged
from beffroi.web.site import site_of
from beffroi.web.use_forms import PLACES, Values, read_use, usual_values, values_of, values_typed

router = APIRouter(prefix="/city")

_USE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

Drafts = Annotated[Visitor, needs(Permission.DRAFT_USES)]
Writes = Annotated[Visitor, acts(Permission.DRAFT_USES)]


@router.get("/draft")
def blank(request: Request, visitor: Drafts, like: str = "") -> Response:
    """The form of a new use; ``?like=`` starts from another one."""
    site = site_of(request)
    with site.database.read() as session:
        values = usual_values(site.clock.now())
        if like:
            values |= values_of(text_of(session, found(session, like)).text)
        return _form(request, session, None, values)


@router.post("/draft")
def draft(request: Request, visitor: Writes, typed: Typed) -> Response:
    """Write a use down."""
    return _write(request, visitor, None, typed)


@router.get("/uses/{use_id}/revise")
def as_it_stands(request: Request, visitor: Drafts, use_id: str) -> Response:
    """The form of a use that was not voted yet."""
    with site_of(request).database.read() as session:
        use = found(session, use_id)
        return _form(request, session, use_id, values_of(text_of(session, use).text))


@router.post("/uses/{use_id}/revise")
def revise(request: Request, visitor: Writes, use_id: str, typed: Typed) -> Response:
    """Write a new text of a use."""
    return _write(request, visitor, use_id, typed)


def _write(request: Request, visitor: Visitor, use_id: str | None, typed: FormData) -> Response:
    site = site_of(request)
    values = values_typed(typed)
    wrong: dict[str, str] = {}
    try:
        with site.database.write() as session:
            cameras = [camera.camera_id for camera in list_cameras(session)]
            read = read_use(values, cameras)
            wrong = dict(read.wrong)
            if use_id is None and not _USE_ID.fullmatch(values.get("use", "").strip()):
                wrong["use"] = "name"
            if read.spec is None or wrong:
                raise BadInput(N_("Some fields cannot be used yet; they are marked below."))
            voted = _definition(session, values["definition"])
            made = _keep(request, session, visitor, use_id, values, voted, read.spec)
            path = f"/city/uses/{made.id}"
    except (BadInput, NotAuthorised) as error:
        with site.database.read() as session:
            return _form(request, session, use_id, values, wrong, error)
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def _keep(
    request: Request,
    session: Session,
    visitor: Visitor,
    use_id: str | None,
    values: Values,
    voted: VotedText,
    spec: UseSpec,
) -> Use:
    by: dict[str, Any] = {"actor": visitor.account.pseudonym, "clock": site_of(request).clock}
    if use_id is None:
        made = draft_use(session, values.get("use", "").strip(), voted, spec, **by)
    else:
        require_unchanged(found(session, use_id), values.get("seen", ""))
        said = values.get("contribution", "")
        made = revise_use(
            session,
            found(session, use_id).id,
            voted,
            spec,
            reason=values.get("reason", ""),
            contribution=int(said) if said.isdigit() else None,
            **by,
        )
    record_shipped(session, voted.digest, shipped_with(voted), **by)
    return made


def _definition(session: Session, digest: str) -> VotedText:
    known = {voted.digest: voted for voted in known_definitions(session)}
    if digest not in known:
        raise BadInput(N_("Pick a definition of the list."))
    return known[digest]


def _form(
    request: Request,
    session: Session,
    use_id: str | None,
    values: Values,
    wrong: dict[str, str] | None = None,
    error: BeffroiError | None = None,
) -> Response:
    now, language = site_of(request).clock.now(), language_of(request).code
    laws = [one for one in stack_in_force(session, now).doctrines if one.kind is Kind.LAW]
    return render(
        request,
        "mandate/draft.html",
        status=status_of(error),
        use_id=use_id,
        seen="" if use_id is None else found(session, use_id).text_digest,
        values=values,
        wrong=wrong or {},
        error=error,
        definitions=[
            (
                one.digest,
                f"{told(read(session, one).definition.title, language)} "
                f"({one.definition.event} {one.definition.version}, {one.digest[:8]})",
            )
            for one in known_definitions(session)
        ],
        laws=[(law.id, told(law.title, language)) for law in laws if law.in_force(now.date())],
        modes=list(Mode),
        regimes=get_args(Regime),
        places=PLACES,
        cameras=list_cameras(session),
        drawn=_drawn(session),
        others=[(use.id, use.id) for use in list_uses(session) if use.id != use_id],
        said=[
            (str(one.id), f"{one.id}. {one.text[:60]}")
            for one in ([] if use_id is None else contributions(session, use_id))
        ],
    )


def _drawn(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Camera → what other uses have drawn there, as (JSON, use)."""
    drawn: dict[str, list[tuple[str, str]]] = {}
    for use in list_uses(session):
        try:
            text = text_of(session, use).text
        except BadInput:
            continue
        for camera, one in text.cameras.items():
            if any(one.zones.values()):
                zones = json.dumps(one.zones, ensure_ascii=False)
                drawn.setdefault(camera, []).append((zones, use.id))
    return drawn
