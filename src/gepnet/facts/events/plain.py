"""Which patients are too intricate for columns: the engine for one patient takes them.

A patient is plain whose events are dated to the day, whose reports of one kind lie on different
days, and whose treatments name agents, not classes. Everybody else is not wrong, only rarer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from gepnet.criteria.columns import absent_column, high_column, low_column
from gepnet.facts.events.schema import OTHERS, PATIENT, PATIENTS, TEXT, Tables
from gepnet.facts.newer import bounding
from gepnet.facts.observe import REACTION, SUPERSEDED
from gepnet.facts.treatments import RECORD_FUNCTIONS
from gepnet.measures import CARRIED_FORWARD
from gepnet.record.model import UNMEASURED
from gepnet.vocabulary import Reports, Vocabulary

#: Kinds of which several events may lie on one day.
MANY = frozenset({"note", "adverse_event", "prrt_release", "last_contact", "death"})
#: What is no part of what these columns look at.
_BESIDE = frozenset({"note", "adverse_event", "prrt_release"})


def unplain(tables: Tables, vocabulary: Vocabulary, measures: Mapping[str, Any]) -> pl.Series:
    """Return the names of the patients whom columns would not do justice."""
    found = [pl.Series(PATIENT, [], dtype=pl.String)]
    for kind, table in tables.items():
        for odd in _odd(kind, table, vocabulary, measures):
            found.append(table.filter(odd)[PATIENT])
        if kind not in MANY and kind not in (PATIENTS, "treatment"):
            day = [name for name in ("date",) if name in table.columns]
            found.append(table.filter(pl.struct(PATIENT, *day).is_duplicated())[PATIENT])
    if PATIENTS in tables:
        found.append(tables[PATIENTS].filter(pl.col(PATIENT).is_duplicated())[PATIENT])
    found.extend(_gone_beyond(tables, vocabulary))
    found.extend(_implied(tables, vocabulary))
    found.extend(_ended_by_treatment(tables, vocabulary, measures))
    if "prrt_cycle" in tables and "treatment" in tables:
        found.append(_doubtful_cycles(tables["prrt_cycle"], tables["treatment"]))
    return pl.concat([names.rename(PATIENT) for names in found]).unique()


def _odd(
    kind: str, table: pl.DataFrame, vocabulary: Vocabulary, measures: Mapping[str, Any]
) -> Iterator[pl.Expr]:
    """Yield what makes a row of a table intricate."""
    have = set(table.columns)
    for name in have:
        if name.endswith(TEXT):
            yield pl.col(name).is_not_null()
        if name in ("withdrawn", SUPERSEDED):
            yield pl.col(name).fill_null(False)
        if name in ("limits", OTHERS, "accepted"):
            yield pl.col(name).is_not_null()
    if kind == PATIENTS:
        if "complete" in have:  # a date that is no full day
            vague = r"=\s*(?:\d{4}(?:-\d\d)?|[^;]*[^0-9;\s\-][^;]*)\s*(?:;|$)"
            yield pl.col("complete").str.contains(vague)
        if "as_of" in have:
            day = pl.col("as_of").cast(pl.String)
            yield day.is_not_null() & day.str.to_date("%Y-%m-%d", strict=False).is_null()
        return
    if kind == "treatment":
        yield pl.col("start").is_null() if "start" in have else pl.lit(True)
        if "date" in have:
            yield pl.col("date").is_not_null()
        yield pl.col("option").is_in(_classes(vocabulary))
        yield pl.struct(PATIENT, "start").is_duplicated()
    elif kind not in _BESIDE:
        yield pl.col("date").is_null() if "date" in have else pl.lit(True)
    if kind == "progression":
        for name in have & {"types", "excluded"}:
            yield pl.col(name).list.contains(UNMEASURED).fill_null(False)
        if "on" in have:
            yield pl.col("on").list.set_intersection(_classes(vocabulary)).list.len() > 0
        yield (pl.col("date").cast(pl.Int32).diff() < 0).over(PATIENT).fill_null(False)
    if kind == "prrt_cycle":
        told = "activity_gbq" in have
        yield pl.col("activity_gbq").is_null() if told else pl.lit(True)
        for name in have & {"course", "reaction_grade"}:
            yield pl.col(name).is_not_null()
        yield pl.struct(PATIENT, "option", "cycle").is_duplicated()
        yield (pl.col("option") != pl.col("option").first()).over(PATIENT)
        yield (pl.col("cycle").max() != pl.len()).over(PATIENT)  # a number is left out
    if kind == "note" and "of" in have:
        yield pl.col("of").is_not_null()
    yield from _odd_values(kind, have, vocabulary, measures)


def _odd_values(
    kind: str, have: set[str], vocabulary: Vocabulary, measures: Mapping[str, Any]
) -> Iterator[pl.Expr]:
    others = {item.fact: item.values for item in Reports.read(measures).other_tests}
    for name, fact in vocabulary.of_event(kind).items():
        low, high, absent = low_column(fact), high_column(fact), absent_column(fact)
        if absent in have:
            yield pl.col(str(absent)).fill_null(False)
        if not {low, high} <= have:
            continue
        told_besides = fact.entry.function in {*CARRIED_FORWARD, *RECORD_FUNCTIONS}
        if told_besides or name == REACTION:
            yield pl.col(low).is_not_null()
        if fact.entry.select == "sum":
            yield pl.col(low).is_not_null()
        if fact.entry.select == "agreed":
            yield pl.col(low).n_unique().over(PATIENT) > 1
        if name in others:
            yield pl.col(name).is_in(others[name]).fill_null(False)
        if fact.type == "date":
            yield pl.col(name).is_not_null() & (pl.col(name).str.len_bytes() != 10)


def _gone_beyond(tables: Tables, vocabulary: Vocabulary) -> Iterator[pl.Series]:
    """Yield patients of whom words may be set aside for a later number (``facts.newer``).

    So many have a number in a report that comes after one with words, and repeats none.
    """
    for name, number in bounding(vocabulary).items():
        table = tables.get(number.entry.event or "")
        high = high_column(number)
        if table is None or not {"date", name, high} <= set(table.columns):
            continue
        told = pl.col(name).is_not_null()
        first = pl.col("date").filter(told).min().over(PATIENT)
        later = pl.col(high).is_not_null() & ~told & (pl.col("date") > first)
        yield table.filter(later)[PATIENT]


def _implied(tables: Tables, vocabulary: Vocabulary) -> Iterator[pl.Series]:
    """Yield patients with an event that says something of a fact by another one and not itself."""
    for name, rules in vocabulary.implied.items():
        table = tables.get(vocabulary[name].entry.event or "")
        if table is None or name not in table.columns:
            continue
        for one in rules:
            told_by = pl.col(name).is_in(one.values).fill_null(False)
            for told, word in one.says.items():
                own = pl.col(told) if told in table.columns else pl.lit(None, dtype=pl.String)
                otherwise = own.is_null() | (own.cast(pl.String) != word)
                yield table.filter(told_by & otherwise)[PATIENT]


def _ended_by_treatment(
    tables: Tables, vocabulary: Vocabulary, measures: Mapping[str, Any]
) -> Iterator[pl.Series]:
    """Yield patients of whom something was said that ends with a treatment that they had."""
    treatments = tables.get("treatment")
    for one in Reports.read(measures).until:
        if one.fact not in vocabulary:
            continue
        table = tables.get(vocabulary[one.fact].entry.event or "")
        if table is None or treatments is None or one.fact not in table.columns:
            continue
        told = table.filter(pl.col(one.fact).is_not_null())[PATIENT]
        given = pl.col("option").is_in(vocabulary.options.members(one.option))
        yield treatments.filter(given & pl.col(PATIENT).is_in(told.unique().implode()))[PATIENT]


def _classes(vocabulary: Vocabulary) -> list[str]:
    return [name for name, option in vocabulary.options.items() if option.level == "class"]


def _doubtful_cycles(cycles: pl.DataFrame, treatments: pl.DataFrame) -> pl.Series:
    """Return patients whose cycles may belong to several courses, or to one only in part."""
    if not {"start", "option"} <= set(treatments.columns):
        return cycles[PATIENT]
    stop = pl.col("stop") if "stop" in treatments.columns else pl.lit(None, dtype=pl.Date)
    both = cycles.select(PATIENT, "option", "date", "cycle").join(
        treatments.select(PATIENT, "option", "start", stop.alias("stop")), on=[PATIENT, "option"]
    )
    inside = (pl.col("date") >= pl.col("start")) & (
        pl.col("stop").is_null() | (pl.col("date") <= pl.col("stop"))
    )
    by = both.group_by(PATIENT, "start").agg(inside=inside.any(), whole=inside.all())
    several = by.group_by(PATIENT).agg(n=pl.col("inside").sum())
    odd = by.filter(pl.col("inside") != pl.col("whole"))[PATIENT]
    return pl.concat([odd, several.filter(pl.col("n") > 1)[PATIENT]])
