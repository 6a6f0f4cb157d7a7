"""An evaluation as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gepnet import __version__
from gepnet.evaluation.run import ERAS, Evaluation, Row
from gepnet.evaluation.verdict import Verdict
from gepnet.numbers import clustered_proportion
from gepnet.tables import plain

View = dict[str, Any]


def evaluation_view(evaluation: Evaluation) -> View:
    """Return an evaluation as JSON-ready data."""
    rows = evaluation.rows
    return {
        "gepnet_version": __version__,
        "knowledge_digest": evaluation.knowledge_digest,
        "knowledge_date": evaluation.knowledge_date.isoformat(),
        "hindsight": True,
        "cases": len({row.case_id for row in rows}),
        "decision_points": len(rows),
        "totals": _totals(row.verdict for row in rows),
        "intervals": _intervals(rows),
        "by_era": {era: _totals(row.verdict for row in rows if row.era == era) for era in ERAS},
        "by_document": {
            name: _totals(row.verdict_by(name) for row in rows) for name in evaluation.documents
        },
        "parts": _totals(part.verdict for row in rows for part in row.parts),
        "by_class": _by_class(rows),
        "rows": plain(rows),
    }


def _totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    found = list(verdicts)
    return {verdict.value: found.count(verdict) for verdict in Verdict}


def _intervals(rows: Iterable[Row]) -> dict[str, View | None]:
    """Return the share of each verdict among the decision points in scope."""
    cases: dict[str, list[Verdict]] = {}
    for row in rows:
        if row.verdict is not Verdict.OUT_OF_SCOPE:
            cases.setdefault(row.case_id, []).append(row.verdict)
    found: dict[str, View | None] = {}
    for verdict in (one for one in Verdict if one is not Verdict.OUT_OF_SCOPE):
        share = clustered_proportion(
            [(len(points), points.count(verdict)) for points in cases.values()]
        )
        found[verdict.value] = (
            None
            if share is None
            else {
                "count": share.count,
                "of": share.of,
                **{name: round(getattr(share, name), 4) for name in ("share", "low", "high")},
                "design_effect": round(share.design_effect, 3),
            }
        )
    return found


def _by_class(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    found: dict[str, list[Verdict]] = {}
    for row in rows:
        for judgement in row.parts:
            found.setdefault(judgement.part.name, []).append(judgement.verdict)
    return {name: _totals(found[name]) for name in sorted(found, key=str.lower)}
