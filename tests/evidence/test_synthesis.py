"""Tables of contrasts: what is pooled, what is refused, and what speaks against pooling."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet import api
from gepnet.api import InputError

HEADER = "study,treat1,treat2,hr,ci_low,ci_high,verification\n"
# Published hazard ratios; what the trials state of their patients, in short.
GASTROINTESTINAL = (
    HEADER
    + """\
PROMID,octreotide30,placebo,0.34,0.2,0.59,secondary
RADIANT4,everolimus,placebo,0.56,0.37,0.84,secondary
NETTER1,lu+octreotide30,octreotide60,0.21,0.13,0.33,secondary
COMPETE,lu,everolimus,0.64,0.38,1.08,secondary
CLARINET,lanreotide,placebo,0.35,0.16,0.8,unverified
"""
)
POPULATIONS = """\
study,line,progression required,sstr required
PROMID,first,false,false
RADIANT4,any,true,false
NETTER1,second,true,true
COMPETE,first or second,true,true
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "gi.csv"
    path.write_text(GASTROINTESTINAL, encoding="utf-8")
    return path


def written(tmp_path: Path, text: str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path, **asked: object) -> str:
    with pytest.raises(InputError) as error:
        api.network_meta_analysis(path, **asked)  # type: ignore[arg-type]
    return str(error.value)


def test_a_network_that_falls_apart_is_refused_and_says_what_was_left_out(table: Path) -> None:
    told = refused(table)
    assert "falls apart into 2 components" in told
    assert "everolimus, lu, octreotide30, placebo; lu+octreotide30, octreotide60" in told
    assert "CLARINET is unverified, and not included by name" in told


def test_direct_and_indirect_evidence_that_differ_are_told_with_the_populations(
    table: Path, tmp_path: Path
) -> None:
    """What was learnt from COMPETE: an indirect ratio far below the one that was then measured."""
    result = api.network_meta_analysis(
        table,
        same=["octreotide60=octreotide30", "lu+octreotide30=lu"],
        populations=written(tmp_path, POPULATIONS, "who.csv"),
        model="common",
    )
    assert result.assumed == (
        "octreotide60 is taken for octreotide30",
        "lu+octreotide30 is taken for lu",
    )
    split = next(s for s in result.splits if {s.treat1, s.treat2} == {"lu", "everolimus"})
    direct, indirect = split.direct, split.indirect
    if split.treat1 == "everolimus":
        direct, indirect = 1 / direct, 1 / indirect
    assert (round(direct, 2), round(indirect, 2)) == (0.64, 0.13)
    assert split.p_value < 0.01
    assert any("direct and indirect evidence differ" in note for note in result.notes)
    path = next(
        p for p in result.transitivity.paths if {p.treat1, p.treat2} == {"lu", "everolimus"}
    )
    assert path.also_direct == ["COMPETE"]
    line = next(d for d in path.differences if d.characteristic == "line")
    assert line.values == {
        "first or second": ["COMPETE"],
        "second": ["NETTER1"],
        "first": ["PROMID"],
        "any": ["RADIANT4"],
    }
    assert result.transitivity.flagged == len(result.transitivity.paths) > 0


def test_an_unverified_figure_is_pooled_only_by_name(table: Path) -> None:
    asked = {"same": ["octreotide60=octreotide30"], "model": "common"}
    without = api.network_meta_analysis(table, **asked)  # type: ignore[arg-type]
    named = api.network_meta_analysis(table, include=["CLARINET"], **asked)  # type: ignore[arg-type]
    assert "lanreotide" not in without.treatments
    assert "lanreotide" in named.treatments
    assert "CLARINET: its figure is unverified, and was included by name" in named.notes
    left = next(row for row in without.rows if row.study == "CLARINET")
    assert left.left_out == "unverified, and not included by name"


def test_what_is_asked_of_a_network_that_has_it_not_is_named(table: Path) -> None:
    told = refused(table, include=["CLARINETT"])
    assert "'CLARINET'" in told
    assert "did you mean 'octreotide60'" in refused(table, same=["octreotid60=octreotide30"])
    assert "two treatments" in refused(table, same=["octreotide60"])
    asked = {"same": ["octreotide60=octreotide30"], "reference": "placbo"}
    assert "did you mean 'placebo'" in refused(table, **asked)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("study,treat1,treat2,effect,se\na,b,c,1,1\n", "one column hr, or, rr or md"),
        (HEADER, "at least one study"),
        (HEADER + "a,b,c,0.5,0.6,0.9,\n", "a value inside its interval 0.6 to 0.9"),
        (HEADER + "a,b,c,0.5,0.9,0.6,\n", "an end above ci_low"),
        (HEADER + "a,b,c,0.5,0.3,,\n", "both ends of the interval"),
        (HEADER + "a,b,c,0.5,,,\n", "an interval (ci_low, ci_high) or a standard error (se)"),
        (HEADER + "a,b,c,-0.5,0.3,0.9,\n", "a ratio above 0"),
        (HEADER + "a,b,b,0.5,0.3,0.9,\n", "another treatment than treat1"),
        (HEADER + "a,b,c,0.5,0.3,0.9,checked\n", "one of primary, secondary, unverified"),
        (HEADER + "a,b,c,0.5,0.3,0.9,unverified\n", "a is unverified, and not included by name"),
        ("study,treat1,hr,ci_low,ci_high\na,b,0.5,0.3,0.9\n", "treat2: expected this column"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(written(tmp_path, text))


def test_a_trial_of_three_arms_may_miss_adding_up_by_its_rounding(tmp_path: Path) -> None:
    rows = "T,a,b,0.50,0.3,0.83,\nT,a,c,0.40,0.24,0.67,\nT,b,c,{},0.5,1.3,\n"
    fits = api.network_meta_analysis(written(tmp_path, HEADER + rows.format("0.80")))
    assert len(fits.treatments) == 3
    rounded = api.network_meta_analysis(written(tmp_path, HEADER + rows.format("0.81")))
    assert len(rounded.treatments) == 3
    told = refused(written(tmp_path, HEADER + rows.format("1.20")))
    assert "in T" in told and "contradict each other" in told


def test_intervals_are_read_at_their_own_level_and_odd_ones_are_told(tmp_path: Path) -> None:
    text = (
        "study,hr,ci_low,ci_high,ci_level\n"
        "STARTER-NET,0.38,0.15,0.96,99.91\nRADIANT-2,0.62,0.51,0.87,\n"
    )
    result = api.meta_analysis(written(tmp_path, text))
    starter, radiant = result.rows
    assert starter.se == pytest.approx(0.2796, abs=1e-3)
    assert any("99.91 %" in note for note in result.notes)
    assert any(n.startswith("RADIANT-2") and "misprinted" in n for n in result.notes)
    assert radiant.verification is None


def test_a_comparison_is_pooled_whichever_way_round_it_is_written(tmp_path: Path) -> None:
    one = HEADER + "A,lu,oct,0.25,0.15,0.42,\nB,lu,oct,0.5,0.3,0.83,\n"
    other = HEADER + "A,lu,oct,0.25,0.15,0.42,\nB,oct,lu,2,1.2048,3.3333,\n"
    first = api.meta_analysis(written(tmp_path, one, "a.csv"))
    second = api.meta_analysis(written(tmp_path, other, "b.csv"))
    assert second.rows[1].treat1 == "lu"
    assert second.random.effect.value == pytest.approx(first.random.effect.value, abs=1e-3)
    assert sum(second.study_weights.values()) == pytest.approx(1)
    with pytest.raises(InputError, match="for more treatments: gepnet evidence nma"):
        api.meta_analysis(written(tmp_path, one + "C,lu,eve,0.7,0.5,0.9,\n"))
    with pytest.raises(InputError, match="each study once"):
        api.meta_analysis(written(tmp_path, one + "A,lu,oct,0.7,0.5,0.9,\n"))


def test_pictures_of_a_synthesis_are_the_same_twice_and_say_what_they_show(table: Path) -> None:
    result = api.network_meta_analysis(table, same=["octreotide60=octreotide30"])
    for kind in ("forest", "network"):
        chart = api.network_chart(result, kind)  # type: ignore[arg-type]
        assert chart.svg() == chart.svg()
    network = api.network_chart(result, "network")
    assert "everolimus against lu: COMPETE." in network.sentence
    assert ("lanreotide", "placebo", 1, "CLARINET", False) in network.table.rows
    forest = api.network_chart(result, "forest")
    assert forest.title == "Network of 5 treatments against placebo"
    assert "lu 0.36 (0.18 to 0.70)." in forest.sentence


# --- the networks that come with gepnet ----------------------------------------------------------


def test_a_packaged_network_is_made_of_the_figures_of_trials() -> None:
    """The published figures as they stand with their trials give the output of R's netmeta."""
    found = api.network_meta_analysis(
        Path("pancreas-pfs"), api.base(), include=["clarinet"], model="common"
    )
    ratios = {one.treat1: (round(one.value, 4), round(one.low, 4)) for one in found.against}
    assert ratios == {
        "cabozantinib": (0.23, 0.1229),
        "lu177_edotreotide": (0.245, 0.147),
        "everolimus": (0.35, 0.2711),
        "sunitinib": (0.418, 0.2635),
        "surufatinib": (0.491, 0.3192),
        "lanreotide": (0.58, 0.3217),
    }
    assert all(row.source and row.verification for row in found.rows)
    without = api.network_meta_analysis(Path("pancreas-pfs"), api.base())
    assert "lanreotide" not in without.treatments


def test_the_criteria_of_trials_say_whom_an_indirect_path_joins() -> None:
    found = api.network_meta_analysis(
        Path("gastrointestinal-pfs"),
        api.base(),
        include=["clarinet"],
        same=["octreotide_60=octreotide", "lu177_dotatate_octreotide=lu177_edotreotide"],
        model="common",
    )
    path = next(
        one
        for one in found.transitivity.paths
        if {one.treat1, one.treat2} == {"lu177_edotreotide", "octreotide"}
    )
    receptors = next(d for d in path.differences if d.characteristic == "receptors (SSTR)")
    assert any("compete" in studies for studies in receptors.values.values())
    assert not found.transitivity.not_stated
    split = next(
        one
        for one in found.splits
        if {one.treat1, one.treat2} == {"everolimus", "lu177_edotreotide"}
    )
    assert split.p_value < 0.01  # what a trial then measured, and what others had led to


def test_networks_of_gepnet_name_one_figure_each_and_others_are_refused() -> None:
    from gepnet.evidence.synthesis.packaged import check_networks

    base = api.base()
    assert list(check_networks(base.knowledge)) == []
    measures = dict(base.knowledge.measures)
    wrong = [
        {"trial": "radiant-3", "metric": "pfs_hr", "of": "eve_vs_pbo"},
        {"trial": "nobody", "metric": "pfs_hr", "of": "x"},
        {"trial": "radiant-3", "metric": "pfs_median_months", "of": "eve"},
    ]
    measures["networks"] = {"networks": [{"id": "n", "title": "N", "figures": wrong}]}
    told = [
        str(p) for p in check_networks(base.knowledge.model_copy(update={"measures": measures}))
    ]
    assert any("2 figures: expected marks that tell one figure" in text for text in told)
    assert any("nobody" in text and "a trial" in text for text in told)
    assert any("a contrast of two arms" in text for text in told)
    with pytest.raises(InputError, match="did you mean 'pancreas-pfs'"):
        api.network_meta_analysis(Path("pancreas-pfss"), base)
