"""The routes, one module for each thing that a visitor comes for."""

from beffroi.web.routes import (
    actions,
    cameras,
    console,
    definitions,
    doctrine_acts,
    doctrines,
    duties,
    evidence,
    impact,
    impact_files,
    journal,
    mandate,
    mandate_acts,
    mandate_drafts,
    mandate_explain,
    notices,
    public,
    reports,
    risks,
    signin,
    streams,
    uses,
)

ROUTERS = tuple(
    module.router
    for module in (
        public,
        signin,
        console,
        actions,
        evidence,
        cameras,
        journal,
        mandate,
        mandate_acts,
        mandate_drafts,
        mandate_explain,
        uses,
        impact,
        impact_files,
        notices,
        doctrines,
        doctrine_acts,
        definitions,
        duties,
        risks,
        reports,
        streams,
    )
)
