"""An evaluation as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gepnet import __version__
from gepnet.evaluation.run import ERAS, Evaluation, Heard, Judgement, Row
from gepnet.evaluation.verdict import Stance, Verdict
from gepnet.numbers import clustered_proportion

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
        "rows": [_row(row) for row in rows],
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


def _row(row: Row) -> View:
    return {
        "dp_id": row.dp_id,
        "case_id": row.case_id,
        "era": row.era,
        "classes": list(row.classes),
        "decided": row.text,
        "verdict": row.verdict.value,
        "documents": _statuses(row.documents),
        "missing": list(row.missing),
        "parts": [_part(judgement) for judgement in row.parts],
    }


def _part(judgement: Judgement) -> View:
    part = judgement.part
    return {
        "class": part.name,
        "verdict": judgement.verdict.value,
        "out_of_scope": part.out_of_scope,
        "options": list(part.options),
        "intents": list(part.intents),
        "in_trial": part.in_trial,
        "documents": _statuses(judgement.documents),
        "missing": list(judgement.missing),
        "positions": [
            _position(name, heard)
            for name, heard in judgement.documents.items()
            if heard.stance is not Stance.QUIET
        ],
    }


def _position(document: str, heard: Heard) -> View:
    cell = heard.cell
    assert cell is not None
    return {
        "document": document,
        "option": cell.option,
        "intent": cell.intent,
        "stance": heard.stance.value,
        "status": cell.status.value,
        "by_class": bool(cell.reasons) and all(reason.by_class for reason in cell.reasons),
        "possible": [status.value for status in cell.possible],
        "recommendations": list(
            dict.fromkeys(reason.judged.recommendation.entry.id for reason in cell.reasons)
        ),
    }


def _statuses(documents: dict[str, Heard]) -> dict[str, str]:
    return {name: heard.status.value for name, heard in documents.items()}
