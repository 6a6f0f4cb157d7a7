"""The static report: one file, no scripts, nothing loaded from anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gepnet.report.case import CasePage
from gepnet.report.words import BADGES, COUNTED, INTENTS, SIGNS


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what renders the templates of this room."""
    environment = Environment(
        loader=PackageLoader("gepnet.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["whole"] = whole
    environment.globals.update(SIGNS=SIGNS, INTENTS=INTENTS, BADGES=BADGES, COUNTED=COUNTED)
    return environment


_HYPHENATED = re.compile(r"[^\s-]+(?:-[^\s-]+)+")


def whole(text: str) -> Markup:
    """Return a text whose words with a hyphen, such as 177Lu-DOTATATE, stay on one line."""
    escaped = str(escape(text))
    return Markup(_HYPHENATED.sub(lambda word: f'<span class="w">{word[0]}</span>', escaped))


def page(template: str, *sheets: str, **view: Any) -> str:
    """Return one page.

    Args:
        template: its name.
        *sheets: style sheets beside that of every page.
        **view: what the template shows.
    """
    folder = files("gepnet.report").joinpath("templates")
    styles = [folder.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", *sheets)]
    return environment().get_template(template).render(style="".join(styles), **view)


def render_report(title: str, cases: Sequence[CasePage], about: dict[str, Any]) -> str:
    """Return the whole report as one HTML document.

    The same cases, knowledge and dates give the same bytes.
    """
    return page("report.html", "answer.css", title=title, cases=cases, about=about)
