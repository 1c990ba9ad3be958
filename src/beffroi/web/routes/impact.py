"""The impact files of a use: read, completed by people, compared version by version."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from beffroi.errors import BadInput
from beffroi.mandate.impact.assessment import latest, record, versions
from beffroi.mandate.impact.comparison import compare
from beffroi.mandate.impact.compass import failed
from beffroi.mandate.impact.content import content_of, read_content
from beffroi.mandate.impact.dossier import printed
from beffroi.mandate.impact.forms import Study, form
from beffroi.mandate.impact.subject import Subject, subject_of
from beffroi.mandate.procedure.consultation import contributions
from beffroi.mandate.rights import Permission
from beffroi.store.impact import Assessment
from beffroi.web.access import Visitor, acts, needs
from beffroi.web.posted import Typed, status_of, whole
from beffroi.web.render import language_of, render
from beffroi.web.site import site_of
from beffroi.web.studies import SPARE_MEASURES, begin, read_studies, typed_answers
from beffroi.words import say

router = APIRouter(prefix="/city/uses/{use_id}/impact")

Sees = Annotated[Visitor, needs(Permission.SEE_MANDATES)]
Number = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("")
def overview(request: Request, visitor: Sees, use_id: str) -> Response:
    """The three studies of a use, what is missing in them, and every version."""
    site = site_of(request)
    with site.database.read() as session:
        subject = subject_or_404(session, use_id)
        return render(
            request,
            "impact/overview.html",
            subject=subject,
            studies=read_studies(session, subject, site.clock.now()),
            against=failed(session, use_id),
        )


@router.get("/{study}")
def read(
    request: Request, visitor: Sees, use_id: str, study: Study, version: Number | None = None
) -> Response:
    """A version of a study, the last one unless another is asked for."""
    with site_of(request).database.read() as session:
        subject = subject_or_404(session, use_id)
        kept = version_or_404(session, use_id, study, version)
        return render(
            request,
            "impact/read.html",
            subject=subject,
            study=study,
            form=form(study),
            kept=kept,
            versions=versions(session, use_id, study),
            document=printed(study, content_of(kept), f"{use_id} · {kept.number}"),
        )


@router.get("/{study}/compare")
def side_by_side(
    request: Request, visitor: Sees, use_id: str, study: Study, before: Number, after: Number
) -> Response:
    """What changed between two versions, and the contributions that caused it."""
    with site_of(request).database.read() as session:
        subject = subject_or_404(session, use_id)
        tongue = language_of(request).code
        return render(
            request,
            "impact/compare.html",
            subject=subject,
            study=study,
            form=form(study),
            versions=versions(session, use_id, study),
            found=compare(session, use_id, study, min(before, after), max(before, after), tongue),
        )


@router.get("/{study}/edit")
def edit(
    request: Request,
    visitor: Annotated[Visitor, needs(Permission.KEEP_FILES)],
    use_id: str,
    study: Study,
) -> Response:
    """The form, filled in as far as configuration and people have answered it."""
    return _edit(request, use_id, study)


@router.post("/{study}/edit")
def take(
    request: Request,
    visitor: Annotated[Visitor, acts(Permission.KEEP_FILES)],
    use_id: str,
    study: Study,
    typed: Typed,
) -> Response:
    """Keep a version, or show the form again with all that was typed."""
    site = site_of(request)
    answers: dict[str, Any] = {}
    cause = str(typed.get("contribution", ""))
    try:
        with site.database.write() as session:
            subject = subject_or_404(session, use_id)
            begun, number = begin(
                session, subject, study, language_of(request).code, site.clock.now()
            )
            answers = typed_answers(study, begun, typed)
            _require_latest(typed, number)
            record(
                session,
                use_id,
                study,
                read_content(study, answers),
                actor=visitor.account.pseudonym,
                clock=site.clock,
                contribution_id=whole(cause) if cause else None,
            )
    except BadInput as error:
        return _edit(request, use_id, study, answers, cause, error)
    return RedirectResponse(f"/city/uses/{use_id}/impact/{study}", HTTPStatus.SEE_OTHER)


def subject_or_404(session: Session, use_id: str) -> Subject:
    """The use, or the page that says that there is none."""
    try:
        return subject_of(session, use_id)
    except BadInput as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error


def version_or_404(
    session: Session, use_id: str, study: Study, number: int | None = None
) -> Assessment:
    """A version of a study, the last one by default."""
    found = versions(session, use_id, study) if number else [latest(session, use_id, study)]
    for version in found:
        if version is not None and number in (None, version.number):
            return version
    raise HTTPException(HTTPStatus.NOT_FOUND)


def _require_latest(typed: Typed, number: int) -> None:
    if str(typed.get("since", number)) != str(number):
        raise BadInput(
            say(
                "Somebody recorded version {number} meanwhile. Compare it with what you typed, "
                "which is still below, then record again.",
                number=number,
            )
        )


def _edit(
    request: Request,
    use_id: str,
    study: Study,
    answers: dict[str, Any] | None = None,
    cause: str = "",
    error: BadInput | None = None,
) -> Response:
    site = site_of(request)
    with site.database.read() as session:
        subject = subject_or_404(session, use_id)
        begun, number = begin(session, subject, study, language_of(request).code, site.clock.now())
        return render(
            request,
            "impact/edit.html",
            status=status_of(error),
            subject=subject,
            study=study,
            form=form(study),
            begun=begun,
            answers=answers or begun.model_dump(mode="json"),
            since=number,
            spare=SPARE_MEASURES,
            contributions=contributions(session, use_id),
            cause=cause,
            error=error,
        )
