"""Files of the design, the page of help, and a sign of life."""

from __future__ import annotations

from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from gepnet import __version__
from gepnet.board.pages import asset, page
from gepnet.board.policy import PUBLIC, Screen
from gepnet.board.visit import Here

screen = Screen("files")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
#: The address changes with the content, so a browser may keep a file of the design for good.
KEPT = "public, max-age=31536000, immutable"


def _names() -> dict[str, str]:
    found = files("gepnet.board").joinpath("static").iterdir()
    kinds = {one.name: TYPES.get("." + one.name.rpartition(".")[2]) for one in found}
    return {name: kind for name, kind in kinds.items() if kind is not None}


@screen.get("/static/{digest}/{name}", PUBLIC)
def static(digest: str, name: str) -> Response:
    """A file of the design."""
    kind = _names().get(name)
    if kind is None or asset(name) != f"/static/{digest}/{name}":
        raise HTTPException(404)
    content = files("gepnet.board").joinpath("static", name).read_bytes()
    return Response(content, media_type=kind, headers={"cache-control": KEPT})


@screen.get("/help", PUBLIC)
def help_page(visit: Here) -> Response:
    """What the screens show, for whom, and their limits."""
    return page(visit, "help.html")


@screen.get("/health", PUBLIC)
def health() -> Response:
    """A sign of life for whoever watches the server."""
    return JSONResponse({"status": "ok", "version": __version__})
