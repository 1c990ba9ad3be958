"""What leaves as a file: the DPIA for the CNIL's tool, the technical file, the printed studies."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from beffroi.mandate.canonical import canonical
from beffroi.mandate.impact import cnil
from beffroi.mandate.impact.annex_iv import annex_iv
from beffroi.mandate.impact.content import content_of
from beffroi.mandate.impact.dossier import dossier, printed
from beffroi.mandate.impact.facts import facts_of
from beffroi.mandate.impact.forms import Study
from beffroi.web.posted import download
from beffroi.web.render import language_of
from beffroi.web.routes.impact import Sees, subject_or_404, version_or_404
from beffroi.web.site import site_of

router = APIRouter(prefix="/city/uses/{use_id}/files")


@router.get("/pia.json")
def pia(request: Request, visitor: Sees, use_id: str) -> Response:
    """The last DPIA as the file that the CNIL's PIA tool imports."""
    with site_of(request).database.read() as session:
        subject = subject_or_404(session, use_id)
        kept = version_or_404(session, use_id, Study.DPIA)
        content = content_of(kept)
        name = f"{subject.definition.title[content.language]} · {use_id} · {kept.number}"
        file = cnil.pia(name, content, kept.recorded_at)
    return download(canonical(file), "application/json", f"pia-{use_id}-{kept.number}.json")


@router.get("/annex-iv.html")
def technical(request: Request, visitor: Sees, use_id: str) -> Response:
    """The technical file of AI Act Annex IV."""
    site, tongue = site_of(request), language_of(request).code
    with site.database.read() as session:
        made = annex_iv(session, subject_or_404(session, use_id), tongue, site.clock)
    return download(made.to_html(), "text/html", f"annex-iv-{use_id}.html")


@router.get("/practice.html")
def practice(request: Request, visitor: Sees, use_id: str) -> Response:
    """The practice sheet for other cities."""
    site, tongue = site_of(request), language_of(request).code
    with site.database.read() as session:
        subject = subject_or_404(session, use_id)
        facts = facts_of(session, subject, tongue, now=site.clock.now())
    made = dossier("practice", facts, tongue, {})
    return download(made.to_html(), "text/html", f"practice-{use_id}.html")


@router.get("/{study}.html")
def study_on_paper(
    request: Request,
    visitor: Sees,
    use_id: str,
    study: Study,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """A version of a study, to be printed and attached."""
    with site_of(request).database.read() as session:
        subject_or_404(session, use_id)
        kept = version_or_404(session, use_id, study, version)
        made = printed(study, content_of(kept), f"{use_id} · {kept.number}")
    return download(made.to_html(), "text/html", f"{study}-{use_id}-{kept.number}.html")
