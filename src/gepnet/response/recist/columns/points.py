"""The response of every time point of many patients, as Polars columns.

The same steps as ``timepoint``, the reference, without a loop over patients: what an earlier
assessment means for a later one is a cumulative minimum or maximum over the patient's dates.
"""

from __future__ import annotations

import polars as pl

from gepnet.record.chronology import BEFORE_REFERENCE, BOUNDS, Bound
from gepnet.response.recist.model import Role
from gepnet.response.recist.order import NOT_COUNTED, bounds_of_response, bounds_of_survival
from gepnet.response.recist.rules import NONE, PERCENT, THOUSANDTHS, Options, Rules
from gepnet.response.recist.timepoint import CR, NE, NON_CR_NON_PD, PD, PR, SD

POINT_COLUMNS = (
    "patient_id", "date", "sum", "nadir", "baseline", "complete", "target", "non_target",
    "new_lesion", "overall", "literal", "not_counted", "observed",
)  # fmt: skip
_KEY = ["patient_id", "lesion"]
_TARGET, _NON_TARGET = Role.TARGET.value, Role.NON_TARGET.value


def time_points(
    lesions: pl.DataFrame,
    heads: pl.DataFrame,
    markers: pl.DataFrame,
    limits: pl.DataFrame,
    rules: Rules,
    options: Options,
) -> pl.DataFrame:
    """Return the assessments after baseline, one row a patient and date.

    Args:
        lesions: lesions as ``frame.code`` returns them, checked.
        heads: patient_id, baseline (None: the first date of the patient).
        markers: patient_id, date, elevated: from when the markers were so.
        limits: patient_id, reference, new_therapy, death: what assessments are held against.
        rules: RECIST 1.1.
        options: the choices.
    """
    own = heads.select("patient_id", "baseline").filter(pl.col("baseline").is_not_null())
    rows = lesions.select(
        "patient_id", "date", "lesion", "role", "nodal", "size", "status", "other"
    )
    if len(own):
        rows = rows.join(own, on="patient_id", how="left").filter(
            pl.col("baseline").is_null() | (pl.col("date") >= pl.col("baseline"))
        )
    rows = _valued(rows, rules)
    dates = rows.select("patient_id", "date").unique().sort("patient_id", "date")
    seen = _by_date(rows, dates)
    points = dates.join(seen, on=["patient_id", "date"], how="left")
    points = points.join(_new(rows, dates, options), on=["patient_id", "date"], how="left")
    points = _marked(points, markers)
    points = points.join(limits, on="patient_id", how="left").sort("patient_id", "date")
    points = points.with_columns(*counted(options)).drop("reference", "new_therapy", "death")
    return _responses(points, rules, options)


def counted(options: Options) -> tuple[pl.Expr, pl.Expr]:
    """Return why an assessment does not count, and whether it counts for progression.

    The bounds are those of ``record.chronology``; a table without a date for one has no bound.
    """
    beyond = {bound.id: _beyond(bound) for bound in BOUNDS if bound.id in NOT_COUNTED}
    why = pl.coalesce(
        *(pl.when(beyond[name]).then(pl.lit(name)) for name in bounds_of_response(options))
    )
    is_out = pl.any_horizontal(*(beyond[name] for name in bounds_of_survival(options)))
    return why.alias("not_counted"), (~is_out).alias("observed")


def _beyond(bound: Bound) -> pl.Expr:
    date, limit = pl.col("date"), pl.col(bound.sort)
    return (date > limit if bound.side == "after" else date < limit).fill_null(False)


def _valued(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Add the value of each row: size, evaluated, gone, counted, progressed (see ``values``)."""
    status = pl.col("status")
    limits = rules.limits
    size = (
        pl.when(status == "absent")
        .then(pl.lit(limits.absent_mm.thousandths))
        .when(status == "too_small")
        .then(pl.lit(limits.too_small_mm.thousandths))
        .when(status.is_in(["not_evaluated", "merged_into"]))
        .then(None)
        .otherwise(pl.col("size"))
    )
    is_small_node = pl.col("nodal") & (size < limits.pathological_node_mm.thousandths)
    progressed = status == "unequivocal_progression"
    gone = (status == "absent") | (is_small_node.fill_null(False) & ~progressed)
    evaluated = status != "not_evaluated"
    counted = status != "merged_into"
    return rows.with_columns(
        size.fill_null(0).alias("value"),
        evaluated.alias("evaluated"),
        (gone & evaluated & counted).alias("gone"),
        counted.alias("counted"),
        progressed.alias("progressed"),
    )


def _members(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each target and non-target with its first date and from when it may be lacking."""
    known = rows.filter(pl.col("role").is_in([_TARGET, _NON_TARGET]))
    members = known.group_by(_KEY).agg(pl.col("date").min().alias("first"), pl.col("role").first())
    splits = known.filter(pl.col("status") == "split_from").sort("date")
    firsts = splits.group_by(_KEY, maintain_order=True).agg(pl.col("other", "date").first())
    parents = firsts.select("patient_id", pl.col("other").alias("lesion"), "date")
    alone = parents.join(known.select(*_KEY, "date"), on=[*_KEY, "date"], how="anti")
    superseded = alone.group_by(_KEY).agg(pl.col("date").min().alias("superseded"))
    return members.join(superseded, on=_KEY, how="left")


def _by_date(rows: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """Return sums and states by patient and date, lesions without a row included."""
    members = _members(rows)
    known = rows.filter(pl.col("role").is_in([_TARGET, _NON_TARGET]))
    per_patient = (known, members, dates)
    counts = [frame.group_by("patient_id").len(f"n{i}") for i, frame in enumerate(per_patient)]
    of_patient = counts[0].join(counts[1], on="patient_id").join(counts[2], on="patient_id")
    is_full = pl.col("n0").cast(pl.Int64) == pl.col("n1").cast(pl.Int64) * pl.col("n2")
    gaps = of_patient.filter(~is_full).select("patient_id")
    values = known.select(
        *_KEY, "date", "role", "value", "evaluated", "gone", "counted", "progressed", "other"
    )
    if len(gaps):  # only patients in whom a lesion has no row on some date
        grid = members.join(gaps, on="patient_id").join(dates, on="patient_id")
        grid = grid.filter(pl.col("date") >= pl.col("first"))
        rowed = values.drop("role").with_columns(pl.lit(True).alias("has_row"))
        grid = _without_row(grid.join(rowed, on=[*_KEY, "date"], how="left"))
        full = values.join(gaps, on="patient_id", how="anti")
        values = pl.concat([full, grid.select(values.columns)])
    return _summed(values, members)


def _summed(grid: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Sum what the lesions of each patient and date are."""
    is_target, is_other = pl.col("role") == _TARGET, pl.col("role") == _NON_TARGET
    counted, missing = pl.col("counted"), ~pl.col("evaluated")
    stays = pl.col("evaluated") & ~pl.col("gone") & counted & ~pl.col("progressed")
    into_target = pl.lit(False) if grid["counted"].all() else _into_target(grid, members)
    flags = {
        "has_targets": is_target,
        "t_missing": is_target & missing,
        "t_not_gone": is_target & counted & ~pl.col("gone"),
        "t_own": is_target & counted,
        "t_present": is_target & stays,
        "has_others": is_other,
        "n_progressed": is_other & pl.col("progressed"),
        "n_missing": is_other & missing,
        "n_persistent": is_other & stays,
        "n_lost": is_other & into_target,
    }
    marked = grid.select("patient_id", "date", pl.col("value") * is_target, **flags)
    return marked.group_by("patient_id", "date").agg(
        pl.col("value").sum().alias("sum"), pl.col(list(flags)).any()
    )


def _without_row(grid: pl.DataFrame) -> pl.DataFrame:
    """Say what a lesion without a row is: still merged, split up, or not evaluated.

    The first date of a lesion has a row, so that filling forward never reaches into the next one.
    """
    grid = grid.sort(*_KEY, "date").with_columns(
        pl.when(pl.col("has_row")).then(pl.col("date")).forward_fill().alias("last"),
        pl.when(pl.col("has_row")).then(pl.col("counted")).forward_fill().alias("was"),
        pl.when(pl.col("has_row")).then(pl.col("other")).alias("other"),
    )
    lacks = pl.col("has_row").is_null()
    is_merged = lacks & ~pl.col("was")
    is_split = (
        lacks
        & ~is_merged
        & (pl.col("superseded") <= pl.col("date"))
        & (pl.col("last") <= pl.col("superseded"))
    ).fill_null(False)
    into = pl.when(pl.col("has_row") & ~pl.col("counted")).then(pl.col("other"))
    return (
        grid.with_columns(into.forward_fill().alias("into"))
        .with_columns(
            pl.when(is_merged).then(pl.col("into")).otherwise(pl.col("other")).alias("other")
        )
        .filter(~is_split)
        .with_columns(
            pl.col("value").fill_null(0),
            pl.col("evaluated").fill_null(is_merged),
            pl.col("gone").fill_null(False),
            pl.col("counted").fill_null(~is_merged),
            pl.col("progressed").fill_null(False),
        )
    )


def _into_target(grid: pl.DataFrame, members: pl.DataFrame) -> pl.Expr:
    """Whether a merged lesion merged into a target."""
    targets = members.filter(pl.col("role") == _TARGET).select(
        "patient_id", pl.col("lesion").alias("other"), pl.lit(True).alias("is_target")
    )
    found = grid.select("patient_id", "other").join(
        targets, on=["patient_id", "other"], how="left", maintain_order="left"
    )["is_target"]
    return pl.lit(found.fill_null(False)) & ~pl.col("counted")


def _new(rows: pl.DataFrame, dates: pl.DataFrame, options: Options) -> pl.DataFrame:
    """Return by patient and date whether there is a new lesion, and an equivocal finding."""
    roles = [Role.NEW.value, Role.NEW_EQUIVOCAL.value]
    found = rows.filter(pl.col("role").is_in(roles)).with_columns(
        (pl.col("evaluated") & pl.col("counted") & ~pl.col("gone")).alias("seen")
    )
    is_sure = pl.col("seen") & (pl.col("role") == Role.NEW.value)
    since = pl.col("date").filter(
        "seen" if options.equivocal_new_confirmed == "first_seen" else is_sure
    )
    lesions = found.group_by(_KEY).agg(
        pl.col("date").min().alias("first"),
        pl.when(is_sure.any()).then(since.min()).alias("since"),
    )
    grid = lesions.join(dates, on="patient_id").filter(pl.col("date") >= pl.col("first"))
    sightings = found.filter(pl.col("status") != "not_evaluated").select(*_KEY, "date", "seen")
    grid = grid.join(sightings, on=[*_KEY, "date"], how="left").sort(*_KEY, "date")
    is_real = (pl.col("since") <= pl.col("date")).fill_null(False)
    seen = pl.col("seen").forward_fill().over(_KEY).fill_null(False)
    return (
        grid.with_columns(is_real.alias("real"), seen)
        .group_by("patient_id", "date")
        .agg(
            pl.col("real").any().alias("new_real"),
            (pl.col("seen") & ~pl.col("real")).any().alias("new_doubtful"),
        )
    )


def _marked(points: pl.DataFrame, markers: pl.DataFrame) -> pl.DataFrame:
    """Add whether markers are not known to be normal on each date."""
    if not len(markers):
        return points.with_columns(pl.lit(False).alias("raised"))
    known = markers.sort("date").select("patient_id", "date", pl.col("elevated").alias("raised"))
    joined = points.sort("date").join_asof(
        known, on="date", by="patient_id", strategy="backward", check_sortedness=False
    )
    return joined.with_columns(pl.col("raised").fill_null(False))


def _responses(points: pl.DataFrame, rules: Rules, options: Options) -> pl.DataFrame:
    """Add target, non-target and overall response, and drop the baseline rows."""
    flags = [n for n in points.columns if n.startswith(("t_", "n_", "has_", "new_"))]
    points = points.with_columns(pl.col(flags).fill_null(False), pl.col("sum").fill_null(0))
    complete = ~pl.col("t_missing")
    has = pl.col("has_targets")
    sums = pl.when(has & complete).then(pl.col("sum"))
    points = points.with_columns(pl.int_range(pl.len()).over("patient_id").alias("place"))
    is_baseline = pl.col("place") == 0
    # What lies before the reference date leaves no trace on what is judged later.
    stays = is_baseline | (pl.col("not_counted") != BEFORE_REFERENCE).fill_null(True)
    were = pl.col("n_persistent") | pl.col("n_progressed")
    points = points.with_columns(
        complete.alias("complete"),
        sums.first().over("patient_id").alias("baseline"),
        pl.when(stays)
        .then(sums)
        .cum_min()
        .forward_fill()
        .shift(1)
        .over("patient_id")
        .alias("nadir"),
        pl.col("t_present").first().over("patient_id").alias("targets_were_disease"),
        were.first().over("patient_id").alias("others_were_disease"),
        (stays & ~is_baseline).alias("is_later"),
    )
    points = points.with_columns(
        _target(rules, options).alias("alone"), _non_target().alias("non_target"), _news()
    )
    is_later = pl.col("is_later")
    points = points.with_columns(
        _evaluable(_lookup("alone", rules)).alias("table"),
        _before(pl.col("alone").is_in([CR, PR]) & is_later).alias("responded"),
    )
    is_disease = pl.col("t_present") | pl.col("n_persistent") | pl.col("n_progressed")
    was_complete = _before((pl.col("table") == CR) & is_later)
    is_back = was_complete & is_disease
    if options.reappearance_after_cr != "progression":
        is_back = pl.lit(False)
    points = points.with_columns(is_back.alias("is_back"))
    points = points.with_columns(
        pl.when("is_back").then(pl.lit(PD)).otherwise(pl.col("table")).alias("literal")
    )
    progressed = _before((pl.col("literal") == PD) & is_later)
    is_carried = (pl.col("alone") == SD) & pl.col("responded") & ~progressed
    if options.pr_carry_forward != "carried":
        is_carried = pl.lit(False)
    points = points.with_columns(
        pl.when(is_carried).then(pl.lit(PR)).otherwise(pl.col("alone")).alias("target")
    )
    looked_up = _evaluable(_lookup("target", rules))
    overall = pl.when("is_back").then(pl.lit(PD)).otherwise(looked_up)
    points = points.filter(~is_baseline).with_columns(overall.alias("overall"))
    return points.with_columns(
        pl.when(has).then(pl.col("sum")).alias("sum"),
        pl.col("target", "non_target").replace({NONE: None}),
        pl.col("new").replace_strict({"yes": True, "no": False}, default=None).alias("new_lesion"),
    ).select(POINT_COLUMNS)


def _evaluable(overall: pl.Expr) -> pl.Expr:
    """Nothing can respond without disease at baseline: the response is progression, or none."""
    was_disease = pl.col("targets_were_disease") | pl.col("others_were_disease")
    return pl.when(was_disease | (overall == PD)).then(overall).otherwise(pl.lit(NE))


def _before(flag: pl.Expr) -> pl.Expr:
    """Whether ``flag`` was true at any earlier date of the patient."""
    ever = flag.fill_null(False).cast(pl.UInt8).cum_max()
    return ever.shift(1, fill_value=0).over("patient_id").cast(pl.Boolean)


def _target(rules: Rules, options: Options) -> pl.Expr:
    limits = rules.response
    size, nadir, baseline = pl.col("sum"), pl.col("nadir"), pl.col("baseline")
    rise, square = size - nadir, PERCENT * THOUSANDTHS
    is_progression = (rise >= limits.progression_mm.thousandths) & (
        square * rise >= limits.progression_percent.thousandths * nadir
    )
    if options.missing_targets != "lower_bound":
        is_progression = is_progression & pl.col("complete")
    is_response = (
        square * (baseline - size) >= limits.partial_response_percent.thousandths * baseline
    )
    return (
        pl.when(~pl.col("has_targets"))
        .then(pl.lit(NONE))
        .when(pl.col("complete") & ~pl.col("t_not_gone") & pl.col("t_own"))
        .then(pl.when("targets_were_disease").then(pl.lit(CR)).otherwise(pl.lit(NONE)))
        .when(is_progression)
        .then(pl.lit(PD))
        .when(~pl.col("complete"))
        .then(pl.lit(NE))
        .when(is_response)
        .then(pl.lit(PR))
        .otherwise(pl.lit(SD))
    )


def _non_target() -> pl.Expr:
    gone = pl.col("complete") & ~pl.col("t_not_gone") & pl.col("t_own") & pl.col("has_targets")
    lost = pl.col("n_lost")
    return (
        pl.when(~pl.col("has_others"))
        .then(pl.when("raised").then(pl.lit(NON_CR_NON_PD)).otherwise(pl.lit(NONE)))
        .when(pl.col("n_progressed"))
        .then(pl.lit(PD))
        .when(pl.col("n_missing") | (lost & pl.col("t_missing")))
        .then(pl.lit(NE))
        .when(pl.col("n_persistent") | (lost & ~gone) | pl.col("raised"))
        .then(pl.lit(NON_CR_NON_PD))
        .when("others_were_disease")
        .then(pl.lit(CR))
        .otherwise(pl.lit(NONE))
    )


def _news() -> pl.Expr:
    return (
        pl.when("new_real")
        .then(pl.lit("yes"))
        .when("new_doubtful")
        .then(pl.lit("equivocal"))
        .otherwise(pl.lit("no"))
        .alias("new")
    )


def _lookup(target: str, rules: Rules) -> pl.Expr:
    """Overall response from the table of the rules."""
    table = {"|".join(key): row.overall for key, row in rules.overall.table.items()}
    key = pl.concat_str(target, "non_target", "new", separator="|")
    return key.replace_strict(table, return_dtype=pl.String)
