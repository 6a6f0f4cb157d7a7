"""The quick check: the front page, without an account; nothing of it is stored."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from gepnet.board.pages import page
from gepnet.board.policy import PUBLIC, Screen

screen = Screen("quick")


@screen.get("/", PUBLIC)
def front(request: Request) -> Response:
    """The page with the first questions."""
    return page(request, "quick.html")
