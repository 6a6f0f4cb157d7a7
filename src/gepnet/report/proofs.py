"""What the solver found as one page of HTML: no scripts, nothing loaded from anywhere."""

from __future__ import annotations

from typing import Any

from gepnet.report.html import page


def proofs_page(view: dict[str, Any], title: str) -> str:
    """Return findings, as the proofs give them, as one HTML document."""
    kinds = {kind: [] for kind in view["counts"]}  # type: dict[str, list[Any]]
    for finding in view["findings"]:
        kinds.setdefault(finding["kind"], []).append(finding)
    return page("proofs.html", title=title, view=view, kinds=kinds)
