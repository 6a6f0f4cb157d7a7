"""Survival with censoring: against R, against closed forms, and what cannot be told."""

from __future__ import annotations

import csv
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.numbers import (
    NotEstimableError,
    cox,
    follow_up,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
)

PFS = files("gepnet.knowledge") / "trials" / "curves" / "radiant-4-pfs.csv"
OS = files("gepnet.knowledge") / "trials" / "curves" / "radiant-4-os.csv"


def read(file: Any) -> tuple[list[float], list[int], list[str]]:
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    return (
        [float(r["time"]) for r in rows],
        [int(r["event"]) for r in rows],
        [r["arm"] for r in rows],
    )


def of_arm(arm: str, file: Any = PFS) -> tuple[list[float], list[int]]:
    time, event, arms = read(file)
    chosen = [place for place, one in enumerate(arms) if one == arm]
    return [time[p] for p in chosen], [event[p] for p in chosen]


def test_the_reconstruction_of_radiant_4_gives_what_r_gives() -> None:
    """Cox 0.558 (0.406-0.766), medians with intervals and cox.zph of R survival 3.5.3."""
    time, event, arm = read(PFS)
    model = cox(time, event, {"everolimus": [one == "everolimus" for one in arm]})
    (term,) = model.terms
    assert (round(term.ratio, 4), round(term.low, 4), round(term.high, 4)) == (
        0.5577,
        0.4059,
        0.7663,
    )
    assert model.proportional_all.p == pytest.approx(0.0006927, rel=1e-3)
    medians = {
        name: kaplan_meier(*of_arm(name), scale="log").median for name in ("everolimus", "placebo")
    }
    assert medians["everolimus"] == (11.3, 9.46, 14.4)
    assert medians["placebo"] == (4.01, 3.74, 7.71)
    assert [kaplan_meier(*of_arm(n)).event_count for n in medians] == [109, 60]
    rates = [kaplan_meier(*of_arm(n)).at(t).value for n in medians for t in (12, 18)]
    assert [round(100 * (r or 0), 1) for r in rates] == [44.9, 34.0, 27.8, 23.8]
    time, event, arm = read(OS)
    (term,) = cox(time, event, {"everolimus": [one == "everolimus" for one in arm]}).terms
    assert (round(term.ratio, 4), round(term.low, 4), round(term.high, 4)) == (
        0.6557,
        0.4061,
        1.0589,
    )


def test_a_curve_by_hand() -> None:
    """Five people: events at 1, 2 and 4, censored at 2 and 5."""
    curve = kaplan_meier([1, 2, 2, 4, 5], [1, 1, 0, 1, 0])
    assert curve.times.tolist() == [0, 1, 2, 4, 5]
    assert curve.survival.tolist() == pytest.approx([1, 0.8, 0.6, 0.3, 0.3])
    assert curve.number_at_risk([0, 1, 1.5, 2, 4.5, 6]) == [5, 5, 4, 4, 1, 0]
    assert (curve.size, curve.event_count, curve.end) == (5, 3, 5)
    assert curve.median.value == 4 and curve.median.high is None
    # Area up to 5: 1 + 0.8 + 0.6 * 2 + 0.3.
    mean, error = restricted_mean(curve, 5)
    assert mean.value == pytest.approx(3.3)
    # Beyond 1, 2 and 4 lie 2.3, 1.5 and 0.3; each squared times d / (n (n - d)).
    assert error**2 == pytest.approx(2.3**2 / 20 + 1.5**2 / 12 + 0.3**2 / 2)
    assert follow_up([1, 2, 2, 4, 5], [1, 1, 0, 1, 0]).value == 5


def test_a_level_that_is_met_by_a_product_of_shares_is_met() -> None:
    """7/8 x 6/7 x 5/6 x 4/5 is one half in numbers, and 0.5000000000000001 in the machine."""
    assert kaplan_meier(range(1, 9), [1] * 8).median.value == 4


def test_nothing_is_told_beyond_the_longest_observation() -> None:
    open_end = kaplan_meier([1, 2, 3], [1, 0, 0])
    assert open_end.at(3.01) == (None, None, None)
    with pytest.raises(NotEstimableError, match="longest observation is 3"):
        restricted_mean(open_end, 4)
    closed = kaplan_meier([1, 2, 3], [1, 1, 1])
    assert closed.at(10).value == 0
    assert restricted_mean(closed, 10)[0].value == pytest.approx(2)


def test_exponential_times_have_the_mean_and_the_ratio_they_were_drawn_with() -> None:
    draw = np.random.default_rng(7)
    time = np.concatenate([draw.exponential(10, 4_000), draw.exponential(5, 4_000)])
    group = np.repeat([0, 1], 4_000)
    censor = draw.uniform(0, 30, 8_000)
    seen, event = np.minimum(time, censor), (time <= censor).astype(int)
    (term,) = cox(seen, event, {"second": group}).terms
    assert term.low < 2 < term.high and term.ratio == pytest.approx(2, rel=0.08)
    curves = [kaplan_meier(seen[group == g], event[group == g]) for g in (0, 1)]
    expected = 10 * (1 - np.exp(-1.2)), 5 * (1 - np.exp(-2.4))
    for curve, mean in zip(curves, expected, strict=True):
        assert restricted_mean(curve, 12)[0].value == pytest.approx(mean, rel=0.03)
    difference = restricted_mean_difference(*curves, 12)
    assert difference.low is not None and difference.high is not None
    assert difference.low < expected[0] - expected[1] < difference.high


def test_late_comers_are_not_at_risk_before_they_come() -> None:
    late = kaplan_meier([3, 4, 5, 6], [1, 1, 1, 1], entry=[0, 0, 3.5, 0])
    assert late.at(3).value == pytest.approx(2 / 3)
    assert late.at(4).value == pytest.approx(2 / 3 * 2 / 3)


def test_what_cannot_be_estimated_is_said() -> None:
    with pytest.raises(NotEstimableError, match="no event was seen where treated is 1"):
        cox([1, 2, 3, 4], [1, 1, 0, 0], {"treated": [0, 0, 1, 1]})
    with pytest.raises(NotEstimableError, match="treated is 1 in all"):
        cox([1, 2], [1, 1], {"treated": [1, 1]})
    with pytest.raises(NotEstimableError, match="no event"):
        log_rank([1, 2], [0, 0], ["a", "b"])
    with pytest.raises(NotEstimableError, match="fewer than two groups"):
        log_rank([1, 2], [1, 0], ["a", "a"])
    with pytest.raises(NotEstimableError, match="no observations"):
        kaplan_meier([], [])
    with pytest.raises(ValueError, match="0 or more, not -1"):
        kaplan_meier([-1, 2], [1, 0])
    with pytest.raises(ValueError, match="2 times, but 1 of event"):
        kaplan_meier([1, 2], [1])
    with pytest.raises(ValueError, match="0 or 1"):
        kaplan_meier([1, 2], [1, 2])


OBSERVED = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=40)


@given(OBSERVED, st.sampled_from(["log", "log-log"]))
def test_a_curve_falls_within_its_limits(seen: list[tuple[int, bool]], scale: Any) -> None:
    curve = kaplan_meier([t for t, _ in seen], [e for _, e in seen], scale=scale)
    assert (np.diff(curve.survival) <= 1e-12).all() and curve.survival[0] == 1
    assert (curve.low <= curve.survival + 1e-12).all()
    assert (curve.survival <= curve.high + 1e-12).all()
    assert (curve.low >= 0).all() and (curve.high <= 1).all()
    mean, _ = restricted_mean(curve, curve.end)
    assert mean.value is not None and 0 < mean.value <= curve.end + 1e-9


@settings(max_examples=20)
@given(st.permutations(range(30)))
def test_the_order_of_people_does_not_matter(order: list[int]) -> None:
    time, event, arm = read(PFS)
    some = (
        [time[10 * p] for p in order],
        [event[10 * p] for p in order],
        [arm[10 * p] for p in order],
    )
    plain = time[:300:10], event[:300:10], arm[:300:10]
    assert log_rank(*some).statistic == pytest.approx(log_rank(*plain).statistic)


NEEDS_R = pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R and its survival")


def of_r(folder: Path, script: str, *arguments: object) -> list[float]:
    file = folder / "golden.R"
    file.write_text(f"library(survival); a <- commandArgs(TRUE)\n{script}\n", encoding="utf-8")
    done = subprocess.run(
        ["Rscript", str(file), *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return [float(line) for line in done.stdout.split()]


@NEEDS_R
def test_r_itself_gives_the_same_in_the_same_run(tmp_path: Path) -> None:
    script = (
        "d <- read.csv(a[1]); x <- d$arm == 'everolimus'\n"
        "m <- coxph(Surv(time, event) ~ x, d); z <- cox.zph(m)\n"
        "l <- survdiff(Surv(time, event) ~ x, d)\n"
        "f <- summary(survfit(Surv(time, event) ~ x, d), rmean = 18)$table\n"
        "cat(coef(m), sqrt(vcov(m)), z$table[1, 1], l$chisq, f[, 5], f[, 6], sep = '\\n')"
    )
    found = of_r(tmp_path, script, PFS)
    time, event, arm = read(PFS)
    model = cox(time, event, {"everolimus": [one == "everolimus" for one in arm]})
    means = [restricted_mean(kaplan_meier(*of_arm(n)), 18) for n in ("placebo", "everolimus")]
    ours = [
        model.terms[0].coefficient,
        model.terms[0].error,
        model.proportional_all.statistic,
        log_rank(time, event, arm).statistic,
        *(mean.value for mean, _ in means),
        *(error for _, error in means),
    ]
    assert ours == pytest.approx(found, rel=1e-5)


@NEEDS_R
def test_ties_strata_late_entries_and_several_terms_are_as_in_r(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    size = 300
    columns = {
        "x": draw.integers(0, 2, size),
        "y": np.round(draw.normal(size=size), 2),
        "s": draw.integers(0, 3, size),
        "entry": draw.integers(0, 4, size),
    }
    hazard = 0.1 * np.exp(0.5 * columns["x"] - 0.4 * columns["y"] + 0.2 * columns["s"])
    time = columns["entry"] + np.ceil(draw.exponential(1 / hazard))
    event = (time < 25).astype(int)
    time = np.minimum(time, 25)
    file = tmp_path / "d.csv"
    rows = [",".join(map(str, row)) for row in zip(time, event, *columns.values(), strict=True)]
    file.write_text("time,event,x,y,s,entry\n" + "\n".join(rows), encoding="utf-8")
    found = of_r(
        tmp_path,
        "d <- read.csv(a[1]); m <- coxph(Surv(entry, time, event) ~ x + y + strata(s), d)\n"
        "z <- cox.zph(m)$table\n"
        "cat(coef(m), sqrt(diag(vcov(m))), m$loglik, z[, 1], sep = '\\n')",
        file,
    )
    model = cox(
        time,
        event,
        {"x": columns["x"], "y": columns["y"]},
        strata=columns["s"].tolist(),
        entry=columns["entry"],
    )
    ours = [
        *(term.coefficient for term in model.terms),
        *(term.error for term in model.terms),
        model.log_likelihood_null,
        model.log_likelihood,
        *(test.statistic for test in (*model.proportional, model.proportional_all)),
    ]
    assert ours == pytest.approx(found, rel=1e-3)  # small statistics differ in the fourth figure
