"""The application: every screen behind its policies, and what every answer obeys."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from gepnet import __version__, api
from gepnet.board.desk import Desk
from gepnet.board.faults import add_fault_pages
from gepnet.board.screens import SCREENS
from gepnet.board.security import Shield
from gepnet.board.settings import Settings
from gepnet.board.visit import open_visit


def create_app(settings: Settings | None = None, store: api.Store | None = None) -> FastAPI:
    """Return the application.

    Args:
        settings: how it is run; by default on loopback.
        store: where cases are kept; without one there are the quick check and the documents.
    """
    chosen = settings or Settings()
    app = FastAPI(
        title="gepnet",
        version=__version__,
        description="What each guideline says about one patient with a GEP-NET, with reason and "
        "source. People decide, gepnet does not.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(open_visit)],
        # What people type is traced nowhere, whatever the environment says.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.desk = Desk(chosen, store)
    for screen in SCREENS:
        app.include_router(screen.router)
    add_fault_pages(app)
    app.add_middleware(
        Shield, body_limit=chosen.body_limit, secure=chosen.secure, names=chosen.names
    )
    return app
