"""Which answers changed between two states: a row that one table lacks is no changed answer."""

from typing import Any

import polars as pl

from scripts import knowledge_changes

CODES = {0: "undetermined", 1: "fact_missing", 2: "option", 3: "quiet", 4: "against"}
EMPTY: dict[str, Any] = {"entries": {}, "cells": {}, "payers": [], "scopes": {"one": "true"}}


def _changed(before: dict[str, list[int]], after: dict[str, list[int]]) -> dict[Any, int]:
    rows = knowledge_changes._of_table([(EMPTY, pl.DataFrame(x), CODES) for x in (before, after)])
    return {(r["option"], r["before"], r["after"]): r["cells"] for r in rows}


def test_two_words_for_open_are_no_change() -> None:
    before, after = {"one/ssa/growth": [0, 0, 2]}, {"one/ssa/growth": [1, 2, 4]}
    assert _changed(before, after) == {
        ("ssa", "undetermined", "option"): 1,
        ("ssa", "option", "against"): 1,
    }


def test_a_row_without_a_column_of_its_own_reads_that_of_the_others() -> None:
    before = {"one/ssa/growth": [2], "two/ssa/growth": [3], "two": [3]}
    after = {"one/*": [4], "one": [3], "two/ssa/growth": [3]}
    assert _changed(before, after) == {("ssa", "option", "against"): 1}


def test_a_row_that_one_table_lacks_is_told_apart() -> None:
    before, after = (
        {"one": [3], "one/ssa/growth": [3]},
        {"one/ssa/growth": [3], "one/new/growth": [2]},
    )
    assert _changed(before, after) == {("new", "no row", "option"): 1}
    causes = knowledge_changes._Causes(EMPTY, EMPTY)
    row = {"document": "one", "option": "new", "before": "no row", "after": "option"}
    assert causes.of(row) == "a row that one table does not have"
