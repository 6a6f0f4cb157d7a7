"""Pages and parts of pages from the templates, in the language of the visit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from gepnet.board.visit import Visit, visit_of
from gepnet.board.words import LANGUAGES, functions


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what renders the templates of this room."""
    made = Environment(
        loader=PackageLoader("gepnet.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["extract"] = lambda key, names: names.get(key, key)
    made.globals.update(LANGUAGES=LANGUAGES, asset=asset)
    return made


@lru_cache
def asset(name: str) -> str:
    """Return the address of a file of the design, which changes with its content."""
    content = files("gepnet.board").joinpath("static", name).read_bytes()
    return f"/static/{hashlib.sha256(content).hexdigest()[:12]}/{name}"


def render(visit: Visit, template: str, **shown: Any) -> str:
    """Return a page or a part of one as text."""
    page = environment().get_template(template)
    return page.render(visit=visit, own=partial(_own, visit), **functions(visit.words), **shown)


def _own(visit: Visit, form: str) -> Markup:
    """Return the hidden fields of a form that changes something."""
    kept = '<input type="hidden" name="csrf" value="{}">'
    return Markup(kept + '<input type="hidden" name="form_id" value="{}">').format(visit.csrf, form)


def page(
    visit: Visit,
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **shown: Any,
) -> Response:
    """Return a page, or a part of one, as the answer to a request.

    A language or a size that was chosen by a link is remembered by the browser, and nothing else.
    """
    answer = HTMLResponse(render(visit, template, **shown), status, headers)
    chosen = {"lang": visit.words.language, "density": visit.density}
    for name, value in chosen.items():
        if visit.request.query_params.get(name) == value:
            answer.set_cookie(
                name,
                value,
                max_age=31_536_000,
                httponly=True,
                samesite="strict",
                secure=visit.desk.settings.secure,
            )
    return answer


def fault_page(
    request: Request,
    status: int,
    title: str,
    text: str,
    problems: Sequence[Any] = (),
    **shown: Any,
) -> Response:
    """Return what went wrong: the cause on top, and every problem that was found.

    A part that was asked for is not put where the answer was to be: what stands there, and what was
    typed there, stays.
    """
    visit = visit_of(request)
    part = visit.is_part
    say = visit.words.gettext
    known = {"both": (), "versions": (), "typed": (), "form_id": "", "sign_in": False, **shown}
    told = render(
        visit,
        "fault_part.html" if part else "fault.html",
        title=say(title),
        text=say(text) if text else "",
        problems=problems,
        action=request.url.path,
        **known,
    )
    place = {"hx-retarget": "#told", "hx-reswap": "innerHTML"} if part else None
    return HTMLResponse(told, status, place)
