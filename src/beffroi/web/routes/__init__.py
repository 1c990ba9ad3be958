"""The routes, one module for each thing that a visitor comes for."""

from beffroi.web.routes import (
    actions,
    cameras,
    console,
    evidence,
    journal,
    mandate,
    mandate_acts,
    public,
    signin,
    streams,
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
        streams,
    )
)
