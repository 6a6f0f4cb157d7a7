"""What the solver found as one page of HTML: no scripts, nothing loaded from anywhere."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from gepnet.report.html import environment


def proofs_page(view: dict[str, Any], title: str) -> str:
    """Return findings, as the proofs give them, as one HTML document."""
    style = files("gepnet.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    kinds = {kind: [] for kind in view["counts"]}  # type: dict[str, list[Any]]
    for finding in view["findings"]:
        kinds.setdefault(finding["kind"], []).append(finding)
    template = environment().get_template("proofs.html")
    return template.render(title=title, view=view, kinds=kinds, style=style)
