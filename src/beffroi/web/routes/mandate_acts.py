"""Acts: a form for each that may follow, a second person where it takes one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from beffroi.errors import BadInput, BeffroiError, NotAuthorised
from beffroi.mandate.procedure.acts import DOCUMENTED, WIDENING, ActType
from beffroi.mandate.procedure.consultation import answer, contribute
from beffroi.mandate.procedure.offices import permission_for, require_own_office
from beffroi.mandate.procedure.outlook import next_acts
from beffroi.mandate.procedure.record import confirm_act, record_act
from beffroi.mandate.rights import Permission, require
from beffroi.mandate.uses import text_of
from beffroi.store.procedure import Act
from beffroi.web.access import Visitor, acts
from beffroi.web.act_forms import fields_of, read_fields, recorders_of
from beffroi.web.dossiers import deeds, read_dossier
from beffroi.web.i18n import N_
from beffroi.web.posted import Typed, attached, status_of, whole
from beffroi.web.render import render
from beffroi.web.routes.mandate import SeesMandates, found, require_unchanged
from beffroi.web.site import site_of

router = APIRouter(prefix="/city")

Says = Annotated[str, Form(max_length=20_000)]


@router.get("/uses/{use_id}/acts/{act_type}")
def form(request: Request, visitor: SeesMandates, use_id: str, act_type: ActType) -> Response:
    """The form of an act, with what stands in its way today."""
    return _form(request, visitor, use_id, act_type, {})


@router.post("/uses/{use_id}/acts/{act_type}")
def record(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.SEE_MANDATES)],
    use_id: str,
    act_type: ActType,
    typed: Typed,
) -> Response:
    """Record an act, or show the form again with all that was typed and what is wrong with it."""
    site = site_of(request)
    values = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    with site.database.read() as session:
        text = text_of(session, found(session, use_id)).text
    details, wrong = read_fields(act_type, fields_of(act_type, text, visitor), typed)
    _require(visitor, act_type)
    try:
        values |= attached(site, visitor, typed)
        if wrong:
            raise BadInput(N_("Some fields cannot be used yet; they are marked below."))
        require(visitor.account, permission_for(act_type, details))
        require_own_office(visitor.account, act_type, details)
        with site.database.write() as session:
            require_unchanged(found(session, use_id), values.get("seen", ""))
            made = record_act(
                session,
                use_id,
                act_type,
                body=values.get("body", ""),
                date=values.get("date", ""),
                reference=values.get("reference", ""),
                motives=values.get("motives", ""),
                details=details,
                document=values.get("document") or None,
                actor=visitor.account.pseudonym,
                clock=site.clock,
            )
            number = made.number
    except (BadInput, NotAuthorised) as error:
        return _form(request, visitor, use_id, act_type, values, wrong, error)
    return RedirectResponse(f"/city/uses/{use_id}#act-{number}", HTTPStatus.SEE_OTHER)


@router.get("/acts/{act_id}")
def second_look(request: Request, visitor: SeesMandates, act_id: str) -> Response:
    """An act that waits for a second person, with all that it says and the text it is about."""
    return _second_look(request, visitor, act_id)


@router.post("/acts/{act_id}/confirm")
def confirm(
    request: Request, visitor: Annotated[Visitor, acts(Permission.CONFIRM_ACTS)], act_id: str
) -> Response:
    """Confirm an act as the second person."""
    site = site_of(request)
    try:
        with site.database.write() as session:
            made = confirm_act(session, act_id, actor=visitor.account.pseudonym, clock=site.clock)
            path = f"/city/uses/{made.use_id}#act-{made.number}" if made.use_id else "/city"
    except (BadInput, NotAuthorised) as error:
        return _second_look(request, visitor, act_id, error)
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


@router.post("/uses/{use_id}/contributions")
def take_contribution(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.RECORD_ACTS)],
    use_id: str,
    text: Says = "",
    channel: Says = "",
) -> Response:
    """Enter what somebody said in a consultation."""
    site = site_of(request)
    with site.database.write() as session:
        contribute(
            session, use_id, text, channel, actor=visitor.account.pseudonym, clock=site.clock
        )
    return RedirectResponse(f"/city/uses/{use_id}#contributions", HTTPStatus.SEE_OTHER)


@router.post("/contributions/{number}/answer")
def take_answer(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.RECORD_ACTS)],
    number: str,
    text: Says = "",
) -> Response:
    """Answer a contribution."""
    site = site_of(request)
    with site.database.write() as session:
        said = answer(
            session, whole(number), text, actor=visitor.account.pseudonym, clock=site.clock
        )
        use_id = said.use_id
    return RedirectResponse(f"/city/uses/{use_id}#contributions", HTTPStatus.SEE_OTHER)


def _form(
    request: Request,
    visitor: Visitor,
    use_id: str,
    act_type: ActType,
    values: dict[str, str],
    wrong: dict[str, str] | None = None,
    error: BeffroiError | None = None,
) -> Response:
    _require(visitor, act_type)
    site = site_of(request)
    with site.database.read() as session:
        now = site.clock.now()
        against = [
            step.against
            for step in next_acts(session, found(session, use_id), now)
            if step.type is act_type
        ]
        dossier = read_dossier(session, use_id, site.hour(session))
        usual = {"date": dossier.entry.text.today(now).isoformat()}
        return render(
            request,
            "mandate/act.html",
            status=status_of(error),
            dossier=dossier,
            act_type=act_type,
            against=against[0] if against else None,
            fields=fields_of(act_type, dossier.entry.text, visitor),
            values=usual | values,
            seen=found(session, use_id).text_digest,
            wrong=wrong or {},
            error=error,
            documented=act_type in DOCUMENTED,
            widens=act_type in WIDENING,
        )


def _require(visitor: Visitor, act_type: ActType) -> None:
    if visitor.account.role not in recorders_of(act_type):
        raise NotAuthorised(N_("Your role records no act of this kind."))


def _second_look(
    request: Request, visitor: Visitor, act_id: str, error: BeffroiError | None = None
) -> Response:
    site = site_of(request)
    with site.database.read() as session:
        act = session.get(Act, act_id)
        if act is None:
            raise HTTPException(404)
        dossier = (
            None if act.use_id is None else read_dossier(session, act.use_id, site.hour(session))
        )
        return render(
            request,
            "mandate/confirm.html",
            status=status_of(error),
            deed=deeds(session, [act])[0],
            own=act.recorded_by == visitor.account.pseudonym,
            dossier=dossier,
            error=error,
        )
