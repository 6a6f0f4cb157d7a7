"""Trials as data: complete against the sheets they were taken from, and honest about themselves."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache

import pytest
from pydantic import ValidationError

from gepnet import api
from gepnet.evidence.check import check
from gepnet.evidence.curves import models
from gepnet.evidence.differences import differing, same
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.models import Trial
from gepnet.knowledge.trial_models import Figure

#: Figures of each trial in the two sheets together, without those that were added from the review
#: and the expert opinion: nothing of them may be lost.
IN_THE_SHEETS = {
    "promid": 21, "clarinet": 22, "clarinet-forte": 10, "netter-1": 51, "netter-2": 59,
    "radiant-2": 10, "radiant-3": 28, "radiant-4": 37, "sun1111": 20, "cabinet-pancreas": 10,
    "cabinet-extrapancreatic": 27, "e2211": 14, "sanet-p": 19, "sanet-ep": 11, "axinet": 13,
    "compete": 43, "compose": 3, "starter-net": 17, "oclurandom": 17, "control-nets": 13,
    "seqtor": 25, "luthree": 2, "erasmus": 11, "real-lu": 5, "septralu": 10, "carlsen-2019": 9,
    "pusceddu-2022": 8, "panzuto-2024": 12, "prrt-retreatment": 20, "netter-r": 10,
    "halperin-2024": 8, "sundlov-2022": 5, "netter-3": 1, "action-1": 3, "alphamedix-02": 5,
    "sorento": 2, "comparenet": 1, "reluth": 2, "net-retreat": 1, "level": 1, "duonen": 5,
    "dosimetry-dk": 3, "atsa": 1, "carefndr": 1, "stellar-311": 1, "prrt-g3-pooled": 4,
    "nordic-nec-2": 6, "temozolomide-pooled": 3,
}  # fmt: skip


@cache
def base() -> KnowledgeBase:
    return api.base()


def trial(name: str) -> Trial:
    return next(one for one in base().knowledge.trials if one.id == name)


def figures(name: str, metric: str, of: str) -> list[Figure]:
    return [f for f in trial(name).figures if (f.metric, f.of) == (metric, of)]


def test_no_study_and_no_figure_of_the_sheets_is_lost() -> None:
    """Two sheets: 32 and 23 entries, 7 of them in both; 517 and 93 figures, 70 unverified."""
    counts = {one.id: len(one.figures) for one in base().knowledge.trials}
    assert len(IN_THE_SHEETS) == 32 + 23 - 7
    assert sum(IN_THE_SHEETS.values()) == 517 + 93
    assert {
        n: counts.get(n) for n, least in IN_THE_SHEETS.items() if counts.get(n, 0) < least
    } == {}
    marks = Counter(f.verification for one in base().knowledge.trials for f in one.figures)
    assert marks["unverified"] == 70


#: Table 1 of the expert opinion: row, response, progression-free and overall survival as printed.
TABLE_1 = [
    ("netter-2", "lu", "43.0", ("22.8", "19.4", None), None),
    ("netter-2", "oct60", "9.3", ("8.5", "7.7", "13.8"), None),
    ("netter-1", "lu", None, ("28.4", None, None), ("48.0", "37.4", "55.2")),
    ("netter-1", "oct60", None, ("8.5", None, None), ("36.3", "25.9", "51.7")),
    ("panzuto-2024", "ssa", "9.1", ("9.7", "6.9", "12.5"), None),
    ("panzuto-2024", "ssa_rlt", "37.1", ("34.3", "27.3", "41.2"), None),
    ("panzuto-2024", "tmz", "31.6", ("9.1", "10.2", "17.6"), None),
    ("panzuto-2024", "ssa_tt", "0", ("10.1", "7.3", "12.9"), None),
    ("clarinet-forte", "mid", None, ("8.3", "5.6", "11.1"), None),
    ("clarinet-forte", "pan", None, ("5.6", "5.5", "8.3"), None),
    ("sun1111", "sun", None, ("12.6", None, None), ("38.6", "25.6", "56.4")),
    ("radiant-3", "eve", None, ("11.0", "8.4", "13.9"), ("44.0", "35.6", "51.8")),
    ("radiant-4", "eve", None, ("11.0", "9.2", "13.3"), None),
    ("e2211", "tmz", "33.7", ("15.1", "10.5", "21.0"), ("53.8", "35.7", None)),
    ("e2211", "captem", "39.7", ("23.2", "16.6", "32.2"), ("58.7", "44.7", None)),
]


@pytest.mark.parametrize(("name", "arm", "response", "pfs", "os"), TABLE_1)
def test_table_1_of_the_expert_opinion_is_complete(
    name: str, arm: str, response: str | None, pfs: tuple[str | None, ...], os: object
) -> None:
    wanted = [("orr_pct", (response, None, None))] if response else []
    wanted += [("pfs_median_months", pfs)]
    wanted += [("os_median_months", os)] if isinstance(os, tuple) else []
    for metric, ends in wanted:
        expected = tuple(None if end is None else Decimal(end) for end in ends)
        found = [
            (f.value, f.low, f.high)
            for f in figures(name, metric, arm)
            if f.source == "tafuto-2025"
        ]
        assert expected in found, (metric, found)


def test_an_impossible_number_is_kept_and_rejected_with_the_reason() -> None:
    (row,) = figures("panzuto-2024", "pfs_median_months", "tmz")
    assert (row.value, row.low, row.high) == (Decimal("9.1"), Decimal("10.2"), Decimal("17.6"))
    assert row.rejected is not None and "outside of its own interval" in row.rejected
    assert not row.counts
    told = row.model_dump() | {"rejected": None}
    with pytest.raises(ValidationError, match="within its interval"):
        Figure.model_validate(told)


def test_what_sources_say_differently_is_kept_in_every_form_and_explained() -> None:
    ratios = {f.value for f in figures("netter-1", "pfs_hr", "lu_vs_oct60") if f.counts}
    assert ratios == {Decimal("0.21"), Decimal("0.18")}
    (group,) = (g for g in differing(trial("sanet-ep")) if g.metric == "pfs_hr")
    assert group.by_assessor and {f.assessor for f in group.figures} == {"investigator", "BIIRC"}
    assert group.says is not None and "0.657" in group.says
    unexplained = [
        (one.id, group.metric, group.of)
        for one in base().knowledge.trials
        for group in differing(one)
        if not group.says
    ]
    assert unexplained == []


def test_rounding_is_no_difference_and_a_digit_is() -> None:
    assert same(Decimal("22.8"), Decimal("23")) and same(Decimal("8.5"), Decimal("9"))
    assert not same(Decimal("11.0"), Decimal("11.3")) and not same(Decimal("0.67"), Decimal("0.66"))


def test_unverified_figures_are_never_used_without_being_asked_for() -> None:
    """The only ratio of CLARINET by site is remembered: shown, and never counted."""
    remembered = [f for f in trial("clarinet").figures if f.subgroup == "pancreas"]
    assert [f.counts for f in remembered] == [False]
    luthree = trial("luthree")
    assert not any(f.counts for f in luthree.figures)


def test_a_retracted_publication_is_named_and_no_figure_may_cite_it() -> None:
    (study,) = base().knowledge.excluded_studies
    assert "PMC11970540" in str(study.url)
    netter = trial("netter-r")
    knowledge = base().knowledge
    source = next(s for s in knowledge.sources if s.id == netter.figures[0].source)
    changed = tuple(
        s.model_copy(update={"url": study.url}) if s.id == source.id else s
        for s in knowledge.sources
    )
    faulty = replace_knowledge(knowledge.model_copy(update={"sources": changed}))
    assert any("not excluded" in problem.expected for problem in check(faulty))


def replace_knowledge(knowledge: object) -> KnowledgeBase:
    import copy

    other = copy.copy(base())
    other.knowledge = knowledge  # type: ignore[assignment]
    return other


def with_figures(name: str, changed: tuple[Figure, ...]) -> list[str]:
    knowledge = base().knowledge
    trials = tuple(
        one.model_copy(update={"figures": changed}) if one.id == name else one
        for one in knowledge.trials
    )
    faulty = replace_knowledge(knowledge.model_copy(update={"trials": trials}))
    return [problem.expected for problem in check(faulty)]


def test_the_check_notices_a_share_above_a_hundred_and_an_unexplained_difference() -> None:
    clarinet = trial("clarinet")
    share = next(f for f in clarinet.figures if f.metric == "pfs_rate_pct" and f.counts)
    above = share.model_copy(update={"value": Decimal(165)})
    assert "percent from 0 to 100" in with_figures("clarinet", (*clarinet.figures, above))
    other = share.model_copy(update={"value": Decimal(70)})
    told = with_figures("clarinet", (*clarinet.figures, other))
    assert any("explains pfs_rate_pct" in one for one in told)
    assert with_figures("clarinet", clarinet.figures) == []


def test_a_model_curve_goes_through_the_figures_it_names() -> None:
    metrics = base().knowledge.trial_metrics
    lu, oct60 = models(trial("netter-1"), "pfs", metrics)
    assert (lu.model, oct60.model) == ("Weibull", "exponential")
    shape, scale = lu.shape, lu.scale_months
    import math

    assert math.exp(-((28.4 / scale) ** shape)) == pytest.approx(0.5)
    assert math.exp(-((20 / scale) ** shape)) == pytest.approx(0.652)
    assert math.exp(-(8.5 / oct60.scale_months)) == pytest.approx(0.5)
    with pytest.raises(api.InputError, match="an endpoint of NETTER-1 with a median"):
        models(trial("netter-1"), "ttp", metrics)


def test_every_figure_of_a_view_leads_to_its_source_and_badge() -> None:
    for one in base().knowledge.trials:
        for figure in api.trial_view(base(), one.id).figures:
            assert figure.source_title and figure.verification
            assert figure.text and figure.text != "not reported"


def test_a_trial_is_found_by_name_and_registry_and_nearly_so() -> None:
    assert api.trial_view(base(), "NCT01578239").id == "netter-1"
    assert api.trial_view(base(), "Netter-2").id == "netter-2"
    with pytest.raises(api.InputError, match="did you mean 'netter-1'"):
        api.trial_view(base(), "neter-1")
