"""What was put into made-up courses is found again, as often as an interval of 95 % promises."""

import datetime
import shutil
import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gepnet import api
from gepnet.api import Question
from gepnet.registry.assess import Assessed
from gepnet.registry.history import draw
from gepnet.registry.outcomes import Chosen, one_step, outcomes, stepped
from gepnet.registry.recipe import SyntheticRegistry
from gepnet.registry.small import Smallness
from gepnet.registry.survival import survival

BASE = api.base()
RECIPE = SyntheticRegistry.read(BASE.knowledge.measures)
NAMES = ("ki67_doubling", "burden_per_10", "pancreas", "lu177_dotatate", "captem")


def first_line(seed: int, patients: int) -> pl.DataFrame:
    """Return months to progression on the first line and all that its hazard rests on."""
    found = draw(RECIPE, seed, 0, 1, patients)
    line = found.lines[0]
    pancreas = np.array([one.site == "pancreas" for one in RECIPE.sites])[found.site]
    ended = [np.where(end > 0, end, 10**6) for end in (line.progression, found.died, line.stop)]
    lu = line.option == found.options.index("lu177_dotatate")
    ended[2] = np.where(lu & ~line.toxic, 10**6, ended[2])  # a course ends, and is watched on
    end = np.minimum.reduce([*ended, found.seen])
    options = {
        name: line.option == found.options.index(name)
        for name in RECIPE.progression.therapies
        if RECIPE.progression.therapies[name]
    }
    table = pl.DataFrame(
        {
            "months": (end - line.start) / 30.4375,
            "cause": (line.progressed & (line.progression <= end)).astype(int),
            "ki67_doubling": np.log2(found.ki67 / RECIPE.progression.ki67_reference),
            "burden_per_10": found.burden / 10,
            "pancreas": pancreas.astype(float),
            **{name: flag.astype(float) for name, flag in options.items()},
        }
    )
    return table.filter(pl.Series(line.given) & (pl.col("months") > 0))


def fitted(table: pl.DataFrame) -> tuple[list[str], list[float], list[float]]:
    events = table.filter(pl.col("cause") == 1)
    names = [n for n in table.columns[2:] if events[n].sum() >= 5 or n == "ki67_doubling"]
    rare = [n for n in table.columns[2:] if n not in names]
    table = table.filter(pl.all_horizontal(pl.col(n) == 0 for n in rare)) if rare else table
    at = [0.0] * len(names)
    errors = at
    for _ in range(7):
        at, errors = stepped([one_step(table, names, at)])
    return names, at, errors


def test_intervals_cover_the_effects_that_were_put_in() -> None:
    truth = {
        **RECIPE.progression.therapies,
        **{name: getattr(RECIPE.progression, name) for name in NAMES[:3]},
    }
    covered, total = 0, 0
    apart: dict[str, list[float]] = {name: [] for name in NAMES}
    for seed in range(40):
        names, at, errors = fitted(first_line(seed, 700))
        for name in set(NAMES) & set(names):
            place = names.index(name)
            off = at[place] - truth[name]
            covered += abs(off) <= 1.96 * errors[place]
            total += 1
            apart[name].append(off / errors[place])
    assert total > 150
    assert 0.90 <= covered / total <= 0.985
    for name, offs in apart.items():  # and on the average they are right
        assert abs(np.mean(offs)) < 4 / np.sqrt(len(offs)), name


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R and its survival")
def test_curves_and_models_of_a_registry_are_those_of_r(tmp_path: Path) -> None:
    """Cumulative incidence beside death, and a Cox model stratified by centre."""
    day = datetime.date(2026, 6, 30)
    place = str(tmp_path / "treated")
    api.synth_registry(BASE, str(tmp_path / "registry"), 500, seed=8)
    question = Question.read(at=day.isoformat(), knowledge_date=day)
    api.assess_registry(BASE, str(tmp_path / "registry"), place, question, "treatments")
    names = ("log2:ki67_percent", "option=lu177_dotatate")
    chosen = Chosen("progression", covariates=names)
    table = outcomes(BASE, Assessed(place), chosen)
    table.rename(dict(zip(names, ("x", "y"), strict=True))).write_csv(tmp_path / "d.csv")
    script = tmp_path / "d.R"
    script.write_text(
        "suppressMessages(library(survival)); d <- read.csv(commandArgs(TRUE)[1])\n"
        "m <- coxph(Surv(months, cause == 1) ~ x + y + strata(centre), d, ties = 'breslow')\n"
        "f <- summary(survfit(Surv(months, factor(cause, 0:2)) ~ 1, d), times = c(12, 24, 48))\n"
        "cat(coef(m), sqrt(diag(vcov(m))), f$pstate[, 2], sep = '\\n')\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["Rscript", str(script), str(tmp_path / "d.csv")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = survival(BASE, Assessed(place), chosen, by_centre=True, small=Smallness(1))
    (curve,) = found.curves
    shares = [
        1 - [point.share for point in curve.points if point.months <= month][-1]
        for month in (12, 24, 48)
    ]
    ours = [
        *(term.coefficient for term in found.terms), *(term.error for term in found.terms), *shares,
    ]  # fmt: skip
    assert ours == pytest.approx([float(line) for line in done.stdout.split()], rel=1e-5)
