"""The status of one document over a grid of two facts, by the engine for many patients."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from gepnet.criteria.columns import cells
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.vocabulary import NOT_APPLICABLE, ValueProblem


def grid(
    base: KnowledgeBase,
    asked: tuple[str, str, str],
    patient: Mapping[str, Any],
    across: tuple[str, Sequence[Any]],
    down: tuple[str, Sequence[Any]],
    day: datetime.date,
) -> list[list[str]]:
    """Return the statuses row by row.

    Raises:
        InputError: for a value that a fact cannot have.
    """
    import polars as pl

    from gepnet.facts.frame import column_type
    from gepnet.guidelines.cohort import CohortPlan
    from gepnet.guidelines.statuses import CODES

    rows = [
        {**patient, down[0]: vertical, across[0]: horizontal}
        for vertical in down[1]
        for horizontal in across[1]
    ]
    columns: dict[str, pl.Series] = {}
    for name in dict.fromkeys([*patient, across[0], down[0]]):
        fact = base.vocabulary[name]
        parsed = [_parsed(base, name, row[name]) for row in rows]
        for column in cells(fact, parsed[0]):
            values = [cells(fact, value)[column] for value in parsed]
            columns[column] = pl.Series(column, values, dtype=column_type(fact, column))
    table = pl.DataFrame(list(columns.values()))
    plan = CohortPlan(base, dict(table.schema), day, day)
    document, option, intent = asked
    compiled = next(d for d in base.documents if d.id == document)
    asked_column = plan.cohort.column_of(compiled, option, intent)
    statuses = plan.statuses(table.lazy()).collect()
    if asked_column is None or asked_column not in statuses.columns:
        names = ["out_of_scope"] * len(rows)
    else:
        words = {code.code: code.status.value for code in CODES}
        names = [words[code] for code in statuses[asked_column].to_list()]
    width = len(across[1])
    return [names[start : start + width] for start in range(0, len(names), width)]


def _parsed(base: KnowledgeBase, name: str, raw: Any) -> Any:
    if raw == "not applicable":
        return NOT_APPLICABLE
    try:
        return base.vocabulary[name].parse(raw)
    except ValueProblem as fault:
        problem = Problem("grid", None, "", name, repr(raw), fault.expected, fault.suggestion)
        raise InputError([problem]) from fault
