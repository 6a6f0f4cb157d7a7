"""Meta-analysis against published output of R, closed forms, and R itself where it is there."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.numbers.meta import (
    Contrast,
    ContrastFault,
    decompose,
    fit_network,
    node_splits,
    pool,
    standard_error,
)

HERE = Path(__file__).parent
# Senn S, Gavini F, Magrez D, Scheen A. Stat Methods Med Res 2013;22:169-89: 26 trials of ten
# treatments of diabetes, mean change of HbA1c; as data set of R's netmeta.
SENN = [
    Contrast(r["study"], r["treat1"], r["treat2"], float(r["effect"]), float(r["se"]))
    for r in csv.DictReader((HERE / "senn2013.csv").read_text().splitlines())
]
# Published hazard ratios of progression-free survival in pancreatic NET; the interval of CLARINET's
# subgroup was not checked against the paper. It is here because the golden output contains it.
PANCREAS = [
    ("RADIANT3", "everolimus", "placebo", 0.35, 0.27, 0.45),
    ("SUN1111", "sunitinib", "placebo", 0.418, 0.263, 0.662),
    ("SANET_P", "surufatinib", "placebo", 0.491, 0.319, 0.755),
    ("CABINET_P", "cabozantinib", "placebo", 0.23, 0.12, 0.42),
    ("CLARINET", "lanreotide", "placebo", 0.58, 0.32, 1.04),
    ("COMPETE", "177Lu-edotreotide", "everolimus", 0.7, 0.45, 1.09),
]
# Colditz GA et al. JAMA 1994;271:698-702: 13 trials of BCG vaccine; infected and not, vaccinated
# and control. Log risk ratios, as data set dat.bcg of R's metafor.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]


def bcg() -> tuple[list[float], list[float]]:
    effects = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d in BCG]
    errors = [math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]
    return effects, errors


def pancreas() -> list[Contrast]:
    return [
        Contrast(study, one, other, math.log(hr), standard_error(low, high))
        for study, one, other, hr, low, high in PANCREAS
    ]


def against(treatment: str, model: str) -> dict[str, float]:
    fit = fit_network(SENN, model)  # type: ignore[arg-type]
    names = [name for name in fit.treatments if name != treatment]
    return {name: round(fit.interval(name, treatment)[0], 4) for name in names}


# --- networks --------------------------------------------------------------------------------


def test_a_star_of_pancreatic_trials_is_that_of_netmeta() -> None:
    # R netmeta 2.9-0, common effect, reference placebo.
    expected = {
        "cabozantinib": (0.23, 0.1229, 0.4303),
        "177Lu-edotreotide": (0.245, 0.147, 0.4083),
        "everolimus": (0.35, 0.2711, 0.4518),
        "sunitinib": (0.418, 0.2635, 0.6632),
        "surufatinib": (0.491, 0.3192, 0.7554),
        "lanreotide": (0.58, 0.3217, 1.0456),
    }
    fit = fit_network(pancreas(), "common")
    for name, ratios in expected.items():
        found = tuple(round(math.exp(value), 4) for value in fit.interval(name, "placebo"))
        assert found == ratios
    scores = {name: round(score, 4) for name, score in fit.p_scores().items()}
    assert scores == {
        "cabozantinib": 0.89,
        "177Lu-edotreotide": 0.8803,
        "everolimus": 0.6267,
        "sunitinib": 0.4801,
        "surufatinib": 0.3532,
        "lanreotide": 0.2637,
        "placebo": 0.006,
    }
    assert (fit.df, fit.q_p_value, fit.i2) == (0, 1.0, 0.0)


def test_a_network_with_loops_and_a_trial_of_three_arms_is_that_of_netmeta() -> None:
    # R netmeta, data set Senn2013, reference placebo.
    assert against("plac", "random") == {
        "acar": -0.8418,
        "benf": -0.7311,
        "metf": -1.1268,
        "migl": -0.9497,
        "piog": -1.1291,
        "rosi": -1.2335,
        "sita": -0.57,
        "sulf": -0.4166,
        "vild": -0.7,
    }
    common = against("plac", "common")
    assert {name: common[name] for name in ("acar", "benf", "metf", "migl")} == {
        "acar": -0.8274,
        "benf": -0.9052,
        "metf": -1.1141,
        "migl": -0.9439,
    }
    assert {name: common[name] for name in ("piog", "rosi", "sulf")} == {
        "piog": -1.0664,
        "rosi": -1.2018,
        "sulf": -0.4395,
    }
    fit = fit_network(SENN)
    assert math.sqrt(fit.tau2) == pytest.approx(0.3297225, abs=5e-5)
    assert fit.q == pytest.approx(96.98555, abs=5e-5)
    assert fit.i2 == pytest.approx(0.8144053, abs=5e-5)
    assert (fit.studies, fit.contrasts, fit.df) == (26, 28, 18)


def test_the_heterogeneity_of_a_network_is_split_within_and_between_designs() -> None:
    # Published with decomp.design of netmeta: Schwarzer, Carpenter, Ruecker. Meta-Analysis with R,
    # Springer 2015, chapter 8.
    found = decompose(SENN)
    assert (round(found.within, 2), found.within_df) == (74.46, 11)
    assert (round(found.between, 2), found.between_df) == (22.53, 7)
    assert round(found.between_p, 4) == 0.0021
    assert found.within + found.between == pytest.approx(found.total)
    assert (round(found.between_random, 2), round(found.between_random_p, 4)) == (2.19, 0.9483)
    assert round(math.sqrt(found.tau2_within), 4) == 0.3797


def test_a_network_without_loops_has_nothing_that_could_contradict_it() -> None:
    found = decompose(pancreas())
    assert (found.between_df, found.between, found.between_p) == (0, 0.0, 1.0)
    assert node_splits(pancreas(), fit_network(pancreas())) == []


def test_a_three_arm_trial_alone_is_its_own_contrasts() -> None:
    trial = [row for row in SENN if row.study == "Willms1999"]
    consistent = [
        Contrast("t", "a", "c", -1.0, 0.4669),
        Contrast("t", "b", "c", -1.2, 0.3758),
        Contrast("t", "b", "a", -0.2, 0.3579),
    ]
    assert len(trial) == len(consistent)
    fit = fit_network(consistent, "common")
    for row in consistent:
        i, j = fit.treatments.index(row.treat1), fit.treatments.index(row.treat2)
        assert fit.effects[i, j] == pytest.approx(row.effect)
        assert fit.errors[i, j] == pytest.approx(row.se)


def test_a_network_that_falls_apart_is_refused_with_its_components() -> None:
    rows = [
        Contrast("NETTER1", "lu", "octreotide60", -1.56, 0.24),
        Contrast("RADIANT3", "everolimus", "placebo", -1.05, 0.13),
        Contrast("SUN1111", "sunitinib", "placebo", -0.87, 0.24),
    ]
    with pytest.raises(ContrastFault) as refused:
        fit_network(rows)
    assert "2 components: everolimus, placebo, sunitinib; lu, octreotide60" in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("a", "b", 0.1, 0.2), ("a", "c", 0.5, 0.2)], "no comparison of b and c"),
        (
            [("a", "b", 0.1, 0.2), ("a", "c", 0.5, 0.2), ("b", "c", 0.9, 0.2)],
            "contradict each other",
        ),
        (
            [("a", "b", 0.1, 0.1), ("a", "c", 0.5, 0.9), ("b", "c", 0.4, 0.1)],
            "standard errors of its comparisons contradict each other",
        ),
        ([("a", "a", 0.1, 0.2)], "a is compared with itself"),
        ([("a", "b", 0.1, 0.2), ("b", "a", -0.1, 0.2)], "compared twice"),
        ([("a", "b", 0.1, 0.0)], "no number above 0"),
    ],
)
def test_a_trial_that_cannot_be_is_refused_by_name(
    rows: list[tuple[str, str, float, float]], told: str
) -> None:
    with pytest.raises(ContrastFault) as refused:
        fit_network([Contrast("TRIAL", *row) for row in rows])
    assert refused.value.study == "TRIAL"
    assert told in str(refused.value)


def test_direct_and_indirect_evidence_are_those_of_the_network_without_either() -> None:
    # Two-arm trials only: back-calculation has to give what a refit without them gives.
    rows = [row for row in SENN if row.study != "Willms1999"]
    fit = fit_network(rows)
    for split in node_splits(rows, fit):
        pair = {split.treat1, split.treat2}
        rest = [row for row in rows if {row.treat1, row.treat2} != pair]
        again = fit_network(rest, tau2=fit.tau2)
        i, j = (again.treatments.index(name) for name in (split.treat1, split.treat2))
        assert split.indirect == pytest.approx(again.effects[i, j], abs=1e-9)
        assert split.indirect_se == pytest.approx(again.errors[i, j], abs=1e-9)
        assert split.difference == pytest.approx(split.direct - split.indirect)


effects = st.floats(-2, 2)
spreads = st.floats(0.05, 2)


@st.composite
def networks(draw: st.DrawFn) -> list[Contrast]:
    names = "abcdef"[: draw(st.integers(2, 6))]
    rows = []
    for place in range(1, len(names)):  # connected
        other = names[draw(st.integers(0, place - 1))]
        rows.append((names[place], other))
    more = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda p: p[0] != p[1])
    rows += draw(st.lists(more, max_size=6))
    return [
        Contrast(f"s{n}", one, other, draw(effects), draw(spreads))
        for n, (one, other) in enumerate(rows)
    ]


@settings(max_examples=30, deadline=None)
@given(networks())
def test_a_network_is_weighted_least_squares(rows: list[Contrast]) -> None:
    fit = fit_network(rows, "common")
    n = len(fit.treatments)
    design = np.zeros((len(rows), n))
    for k, row in enumerate(rows):
        design[k, fit.treatments.index(row.treat1)] = 1
        design[k, fit.treatments.index(row.treat2)] = -1
    weight = np.diag([1 / row.se**2 for row in rows])
    free = design[:, 1:]  # against the first treatment
    covariance = np.linalg.inv(free.T @ weight @ free)
    theta = covariance @ free.T @ weight @ np.array([row.effect for row in rows])
    assert fit.effects[1:, 0] == pytest.approx(theta, abs=1e-8)
    assert fit.errors[1:, 0] == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_turning_a_contrast_round_or_the_order_of_studies_changes_nothing(
    rows: list[Contrast],
) -> None:
    turned = [Contrast(r.study, r.treat2, r.treat1, -r.effect, r.se) for r in reversed(rows)]
    one, other = fit_network(rows), fit_network(turned)
    assert one.treatments == other.treatments
    assert one.effects == pytest.approx(other.effects, abs=1e-8)
    assert one.errors == pytest.approx(other.errors, abs=1e-8)
    assert one.effects == pytest.approx(-one.effects.T)
    # Effects add up along every path.
    assert one.effects[0, -1] == pytest.approx(one.effects[0, 1] + one.effects[1, -1], abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_p_scores_are_a_half_on_the_mean(rows: list[Contrast]) -> None:
    scores = fit_network(rows).p_scores()
    assert sum(scores.values()) / len(scores) == pytest.approx(0.5)
    mirrored = fit_network(rows).p_scores(small_is_good=False)
    assert all(scores[name] == pytest.approx(1 - mirrored[name]) for name in scores)


# --- one comparison --------------------------------------------------------------------------


def test_thirteen_trials_of_bcg_are_those_of_metafor() -> None:
    # Documentation of R metafor, rma(yi, vi, data=dat.bcg): REML.
    fit = pool(*bcg(), knapp_hartung=False)
    assert round(fit.effect, 4) == -0.7145
    assert round(fit.se, 4) == 0.1798
    assert (round(fit.low, 4), round(fit.high, 4)) == (-1.0669, -0.3622)
    assert round(fit.tau2, 4) == 0.3132
    assert round(fit.i2, 4) == 0.9222
    assert (round(fit.q, 4), fit.df) == (152.2330, 12)


def test_one_study_is_itself_and_two_of_one_mind_have_nothing_between_them() -> None:
    alone = pool([0.3], [0.1])
    assert (alone.effect, alone.se, alone.tau2) == (0.3, pytest.approx(0.1), 0.0)
    assert not alone.knapp_hartung and alone.predicted is None
    same = pool([0.3, 0.3], [0.1, 0.2], knapp_hartung=False)
    assert same.tau2 == 0.0
    assert same.se == pytest.approx(1 / math.sqrt(1 / 0.01 + 1 / 0.04))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(effects, spreads), min_size=2, max_size=12))
def test_reml_is_where_the_restricted_likelihood_is_greatest(
    rows: list[tuple[float, float]],
) -> None:
    y, s = (np.array(column) for column in zip(*rows, strict=True))
    fit = pool(y, s)

    def likelihood(tau2: float) -> float:
        w = 1 / (s**2 + tau2)
        mean = w @ y / w.sum()
        return float(-0.5 * (-np.log(w).sum() + np.log(w.sum()) + w @ (y - mean) ** 2))

    best = likelihood(fit.tau2)
    for tau2 in np.concatenate([[0.0], np.geomspace(1e-4, 20, 60)]):
        assert best >= likelihood(float(tau2)) - 1e-6


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(effects, spreads), min_size=2, max_size=12))
def test_a_network_of_two_treatments_is_the_pairwise_analysis(
    rows: list[tuple[float, float]],
) -> None:
    contrasts = [Contrast(f"s{n}", "a", "b", *row) for n, row in enumerate(rows)]
    network = fit_network(contrasts)
    pair = pool(*zip(*rows, strict=True), tau_method="dl", knapp_hartung=False)
    assert network.effects[0, 1] == pytest.approx(pair.effect, abs=1e-9)
    assert network.errors[0, 1] == pytest.approx(pair.se, abs=1e-9)
    assert network.tau2 == pytest.approx(pair.tau2, abs=1e-9)
    assert (network.q, network.df) == (pytest.approx(pair.q, abs=1e-7), pair.df)


def test_an_interval_stands_for_the_standard_error_at_its_own_level() -> None:
    assert standard_error(0.27, 0.45) == pytest.approx(0.13031, abs=1e-5)
    # STARTER-NET's interim interval is at 99.91 %, not at 95 %.
    narrow, wide = standard_error(0.15, 0.96), standard_error(0.15, 0.96, 0.9991)
    assert wide < narrow / 1.6
    for low, high in ((0.5, 0.4), (0.0, 0.4)):
        with pytest.raises(ValueError, match="no interval"):
            standard_error(low, high)
    with pytest.raises(ValueError, match="standard errors"):
        pool([0.1, 0.2], [0.1])
    with pytest.raises(ValueError, match="above nought"):
        pool([0.1], [0.0])


# --- R, where it is ---------------------------------------------------------------------------

R_CODE = """
suppressMessages(library(metafor))
d <- read.csv(file("stdin"))
for (m in c("FE", "DL", "REML")) { f <- rma(y, sei=s, data=d, method=m)
  cat(f$b, f$se, f$ci.lb, f$ci.ub, f$tau2, f$QE, "\\n") }
f <- rma(y, sei=s, data=d, method="REML", test="knha")
cat(f$b, f$se, f$ci.lb, f$ci.ub, f$tau2, f$QE, f$I2 / 100, "\\n")
"""


def r_has(package: str) -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
    return (
        subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode == 0
    )


def test_metafor_itself_says_the_same() -> None:
    if not r_has("metafor"):
        pytest.skip("needs R with metafor (Debian: r-cran-metafor)")
    y, s = bcg()
    table = "y,s\n" + "\n".join(f"{a!r},{b!r}" for a, b in zip(y, s, strict=True))
    run = subprocess.run(
        ["Rscript", "-e", R_CODE], input=table, capture_output=True, text=True, check=True
    )
    fits = [
        pool(y, s, "common"),
        pool(y, s, tau_method="dl", knapp_hartung=False),
        pool(y, s, knapp_hartung=False),
        pool(y, s),
    ]
    for line, fit in zip(run.stdout.splitlines(), fits, strict=True):
        values = [float(text) for text in line.split()]
        ours = [fit.effect, fit.se, fit.low, fit.high, fit.tau2, fit.q, fit.i2][: len(values)]
        assert ours == pytest.approx(values, abs=1e-4)
