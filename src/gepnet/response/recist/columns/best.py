"""Best overall response of many patients: one row of a matrix a patient, one column an assessment.

The same rule as ``best``, the reference. The loops run over the places of assessments (the first,
the second …), never over patients.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gepnet.response.recist.rules import Options, Rules
from gepnet.response.recist.timepoint import CR, NE, NON_CR_NON_PD, PD, PR, SD

Codes = NDArray[np.int8]
Days = NDArray[np.int32]
Mask = NDArray[np.bool_]
_WORDS = (CR, PR, SD, NON_CR_NON_PD, PD, NE)
_CODE = {word: place for place, word in enumerate(_WORDS)}
_cr, _pr, _sd, _non, _pd, _ne = range(len(_WORDS))
_NOTHING = -1  # no assessment at this place
_NEVER = np.iinfo(np.int32).min
WIDTH = 64  # patients with more assessments are done apart, in matrices as wide as they need


def best_responses(
    points: pl.DataFrame, references: pl.DataFrame, rules: Rules, options: Options
) -> pl.DataFrame:
    """Return best response with and without confirmation, their dates, and progression.

    Args:
        points: patient_id, date, overall, literal, not_counted, observed; one row an assessment,
            sorted by the first two.
        references: patient_id, reference: every patient, also those without an assessment.
        rules: RECIST 1.1 (the order of preference).
        options: the choices.
    """
    count = points.group_by("patient_id").len("assessments")
    patients = references.join(count, on="patient_id", how="left", maintain_order="left")
    wide = pl.col("assessments").fill_null(0) > WIDTH
    parts = [
        _best(points, patients.filter(part), rules, options)
        for part in (~wide, wide)
        if len(patients.filter(part)) or part is not wide
    ]
    found = pl.concat(parts)
    return references.select("patient_id").join(
        found, on="patient_id", how="left", maintain_order="left"
    )


def _best(
    points: pl.DataFrame, patients: pl.DataFrame, rules: Rules, options: Options
) -> pl.DataFrame:
    place = patients.select("patient_id").with_row_index("row")
    own = points.join(place, on="patient_id").sort("row", "date")
    rows = own["row"].to_numpy()
    width = int(patients["assessments"].fill_null(0).to_numpy().max(initial=0))
    columns = own.select(pl.int_range(pl.len()).over("row")).to_series().to_numpy()
    days = np.full((len(patients), width), _NEVER, dtype=np.int32)
    days[rows, columns] = own["date"].to_physical().to_numpy()
    reference = patients["reference"].to_physical().fill_null(0).to_numpy().astype(np.int32)

    def matrix(name: str, counts: pl.Expr) -> Codes:
        """Return the responses that count; these follow each other without a gap."""
        codes = np.full((len(patients), width), _NOTHING, dtype=np.int8)
        words = own.select(
            pl.when(counts)
            .then(pl.col(name).replace_strict(_CODE, return_dtype=pl.Int8))
            .otherwise(_NOTHING)
        )
        codes[rows, columns] = words.to_series().to_numpy()
        return settle(codes, options)

    counts = pl.col("not_counted").is_null()
    course, literal = matrix("overall", counts), matrix("literal", counts)
    watched = matrix("overall", pl.col("observed"))
    best, best_day = _choose(course, days, reference, rules, options, confirmed=False)
    sure, sure_day = _choose(literal, days, reference, rules, options, confirmed=True)
    is_pd = watched == _pd
    first_pd = np.where(is_pd.any(axis=1), _first(days, is_pd), _NEVER)
    words = np.array([*rules.best.order], dtype=object)
    none = pl.lit(options.no_assessment)
    has_none = pl.col("assessments").is_null()
    return patients.select(
        "patient_id",
        pl.when(has_none).then(none).otherwise(pl.lit(_texts(words, best))).alias("best_overall"),
        pl.lit(_dates(best_day)).alias("best_overall_date"),
        pl.when(has_none)
        .then(none)
        .otherwise(pl.lit(_texts(words, sure)))
        .alias("best_overall_confirmed"),
        pl.lit(_dates(sure_day)).alias("best_overall_confirmed_date"),
        pl.lit(_dates(first_pd)).alias("progression_date"),
    )


def _texts(words: NDArray[Any], ranks: NDArray[np.int8]) -> pl.Series:
    return pl.Series(ranks).replace_strict(
        dict(enumerate(words.tolist())), return_dtype=pl.String, default=NE
    )


def _dates(days: Days) -> pl.Series:
    found = pl.Series(days, dtype=pl.Int32)
    return (
        found.to_frame("day")
        .select(pl.when(pl.col("day") != _NEVER).then("day").cast(pl.Date))
        .to_series()
    )


def settle(codes: Codes, options: Options) -> Codes:
    """Blank what comes after the first progression; a CR followed by less as the options say."""
    codes = codes.copy()
    less = (codes == _pr) | (codes == _sd) | (codes == _non)
    if options.less_after_cr == "progression":
        had_cr = np.zeros(len(codes), dtype=bool)
        for place in range(codes.shape[1]):
            codes[less[:, place] & had_cr, place] = _pd
            had_cr |= codes[:, place] == _cr
    over = np.zeros(len(codes), dtype=bool)
    for place in range(codes.shape[1]):
        codes[over, place] = _NOTHING
        over |= codes[:, place] == _pd
    if options.less_after_cr == "cr_was_pr":
        less = (codes == _pr) | (codes == _sd) | (codes == _non)
        follows = np.zeros(len(codes), dtype=bool)
        for place in reversed(range(codes.shape[1])):
            codes[follows & (codes[:, place] == _cr), place] = _pr
            follows |= less[:, place]
    return codes


def _choose(
    codes: Codes, days: Days, reference: Days, rules: Rules, options: Options, confirmed: bool
) -> tuple[NDArray[np.int8], Days]:
    """Return for each patient the rank of the best response, and its day."""
    late = days - reference[:, None].astype(np.int64) >= options.sd_minimum_days
    is_response = (codes == _cr) | (codes == _pr)
    sure = _confirmed(codes, days, options) if confirmed else is_response
    is_some = codes != _NOTHING
    can = {
        CR: (codes == _cr) & sure,
        PR: (codes == _pr) & sure,
        SD: (is_response | (codes == _sd)) & late,
        NON_CR_NON_PD: (codes == _non) & late,
        PD: codes == _pd,
        NE: is_some & ((codes == _ne) | ((codes != _pd) & ~late)),
    }
    rank = np.full(len(codes), -1, dtype=np.int8)
    day = np.full(len(codes), _NEVER, dtype=np.int32)
    order = rules.best.order
    for place in reversed(range(len(order))):
        allowed = can.get(order[place])
        if allowed is None:
            continue
        some = allowed.any(axis=1)
        rank[some] = place
        day[some] = _first(days, allowed)[some]
    if confirmed and options.early_sd_after_cr == PD:
        at = _sd_after_cr(codes, days)
        change = (rank == order.index(NE)) & (at != _NEVER)
        rank[change] = order.index(PD)
        day[change] = at[change]
    return rank, day


def _first(days: Days, allowed: Mask) -> Days:
    """Return the day of the first place that is allowed; anything where none is."""
    if not days.shape[1]:
        return np.full(len(days), _NEVER, dtype=np.int32)
    found: Days = days[np.arange(len(days)), allowed.argmax(axis=1)]
    return found


def _confirmed(codes: Codes, days: Days, options: Options) -> Mask:
    """Return where a CR or PR is confirmed by a later assessment."""
    found = np.zeros(codes.shape, dtype=bool)
    width = codes.shape[1]
    for start in range(width):
        rows = np.flatnonzero((codes[:, start] == _cr) | (codes[:, start] == _pr))
        is_pr = codes[rows, start] == _pr
        unevaluated = np.zeros(len(rows), dtype=np.int16)
        stable = np.zeros(len(rows), dtype=np.int16)
        had_cr = np.zeros(len(rows), dtype=bool)
        is_open = np.ones(len(rows), dtype=bool)
        for place in range(start + 1, width):
            later = codes[rows, place]
            unevaluated += later == _ne
            stable += (later == _sd) & is_pr
            confirms = (later == _cr) | ((later == _pr) & is_pr & ~had_cr)
            is_open &= confirms | (later == _ne) | ((later == _sd) & is_pr)
            is_open &= unevaluated <= options.max_ne_between
            is_open &= stable <= options.max_sd_between
            had_cr |= later == _cr
            is_enough = days[rows, place] - days[rows, start] >= options.confirmation_days
            found[rows[is_open & confirms & is_enough], start] = True
            if not is_open.any():
                break
    return found


def _sd_after_cr(codes: Codes, days: Days) -> Days:
    """Return the day of the first SD that directly follows a CR, assessments with NE left out."""
    found = np.full(len(codes), _NEVER, dtype=np.int32)
    was_cr = np.zeros(len(codes), dtype=bool)
    for place in range(codes.shape[1]):
        now = codes[:, place]
        hit = was_cr & (now == _sd) & (found == _NEVER)
        found[hit] = days[hit, place]
        was_cr = np.where((now == _ne) | (now == _NOTHING), was_cr, now == _cr)
    return found
