"""The questions of a registry, on made-up patients and on what can be counted by hand."""

import datetime
import itertools
import json
from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet import api
from gepnet.api import Question
from gepnet.numbers.survival import cumulative_incidence
from gepnet.registry.assess import Assessed
from gepnet.registry.characterise import _lines
from gepnet.registry.federated import Shared, as_json, combine, read_shared, shared
from gepnet.registry.impact import on_label
from gepnet.registry.outcomes import Chosen, one_step, outcomes, stepped
from gepnet.registry.sequence import sequences
from gepnet.registry.small import Smallness
from gepnet.registry.survival import survival

BASE = api.base()
EXTENSION = """\
labels:
- id: supposed
  option: lu177_dotatate
  product: Lutathera
  region: EU
  authority: EMA
  from: "2026-01-01"
  to: null
  when: >-
    primary_gep and well_differentiated and ki67_percent between 10 and 55 and sstr_ge_liver
    and treatment_naive
  indication: Supposed.
  source: netter-2
  locator: supposed
  verification: unverified
  note: Supposed.
  examples: {applies: {}, does_not_apply: [], undetermined: []}
"""
NAMES = ("log2:ki67_percent", "option=lu177_dotatate")


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("questions")
    place = str(folder / "registry")
    api.synth_registry(BASE, place, 2500, seed=8)
    question = Question.read(at="2026-06-30", knowledge_date=datetime.date(2026, 6, 30))
    api.assess_registry(BASE, place, str(folder / "assessed"), question, "treatments")
    return str(folder / "assessed")


def test_small_counts_are_hidden_with_what_they_would_follow_from() -> None:
    small = Smallness()
    assert small.parts({"a": 3, "b": 40, "c": 7}) == {"a": None, "b": 40, "c": None}
    assert small.parts({"a": 3, "b": 2, "c": 7}) == {"a": None, "b": None, "c": 7}
    assert small.parts({"a": 0, "b": 5}) == {"a": 0, "b": 5}
    assert Smallness(1).parts({"a": 3}) == {"a": 3}


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12)), st.randoms())
def test_what_is_hidden_rests_on_no_order(counts: dict[str, int], random: Random) -> None:
    names = list(counts)
    random.shuffle(names)
    assert Smallness().parts({name: counts[name] for name in names}) == Smallness().parts(counts)


def test_what_is_equally_frequent_stands_by_name() -> None:
    assessed = pl.DataFrame({"grade": ["b", "a", "d", "c"] * 9 + ["e"]})
    fact = BASE.vocabulary["grade"]
    for seed in range(20):
        table = assessed.sample(fraction=1, shuffle=True, seed=seed)
        found = _lines(fact, "all", table, Smallness(1))
        assert [one.value for one in found] == ["a", "b", "c", "d", "e"]


def test_table_one_counts_what_the_facts_say(assessed: str) -> None:
    view = api.characterise_registry(BASE, assessed, "region", ["sex", "ki67_percent"])
    facts = Assessed(assessed).table("facts")
    told = {(r["fact"], r["value"], r["group"]): r for r in view["rows"]}
    women = facts["sex"].eq("female").sum()
    assert told["sex", "female", "all"]["count"] == women
    middle = (facts["ki67_percent__lo"] + facts["ki67_percent__hi"]) / 2
    assert told["ki67_percent", None, "all"]["median"] == middle.median()
    hidden = [r for r in view["rows"] if r["count"] is not None and 0 < r["count"] < 5]
    assert view["synthetic"] and not hidden
    with pytest.raises(api.InputError, match="ki67_percent"):
        api.characterise_registry(BASE, assessed, facts=["ki67_percnt"])


def test_a_label_that_comes_reaches_whom_its_criterion_includes(
    assessed: str, tmp_path: Path
) -> None:
    change = tmp_path / "extension.yaml"
    change.write_text(EXTENSION, encoding="utf-8")
    view = api.registry_impact(
        BASE, assessed, Question(knowledge_date=datetime.date(2026, 6, 30)), [change],
        option="lu177_dotatate", region="EU", show_small=True,
    )  # fmt: skip
    (label,) = view["changes"]
    flows = {(f["before"], f["after"]): f["patients"] for f in label["flows"]}
    assert sum(flows.values()) == view["patients"] and view["of"] == "treatments"
    criterion = "primary_gep and well_differentiated and ki67_percent between 10 and 55 and "
    criterion += "sstr_ge_liver and treatment_naive"
    both = api.registry_impact(
        BASE, assessed, Question(), criteria=("age_years < 0", criterion), show_small=True
    )
    included = sum(f["patients"] for f in both["changes"][0]["flows"] if f["after"] == "included")
    assert 0 < flows["off_label", "on_label"] <= included
    assert not any(after == "off_label" for before, after in flows if before == "on_label")
    with pytest.raises(api.InputError, match="--change"):
        api.registry_impact(BASE, assessed, Question())


def test_several_papers_that_take_the_place_of_one_are_not_compared_with_it(assessed: str) -> None:
    """ENETS 2016 gave way to one paper a site; the Japanese guideline to one of its own."""
    day = datetime.date
    view = api.registry_impact(
        BASE, assessed, Question(knowledge_date=day(2022, 6, 30)), then=day(2026, 6, 30),
        option="lanreotide", region="EU",
    )  # fmt: skip
    ways: dict[str, set[bool]] = {}
    for change in view["changes"]:
        for flow in change["flows"]:
            both = "not_there" not in (flow["before"], flow["after"])
            ways.setdefault(change["name"], set()).add(both)
    assert ways["enets-2016"] == ways["enets-si-2024"] == {False}
    assert ways.get("jnets-2019", {True}) == {True}
    assert "esmo-2020" not in ways and "esmo-2020" in view["unchanged"]


def test_whether_a_label_includes_somebody_is_known_only_where_both_readings_say_so() -> None:
    truths = pl.DataFrame(
        {"a narrow": [True, False, None, False], "a broad": [True, False, None, True]}
    )
    assert on_label(truths, ["a"]).to_list() == [
        "on_label",
        "off_label",
        "fact_missing",
        "text_open",
    ]


def test_the_audit_judges_each_treatment_by_the_documents_of_its_day(assessed: str) -> None:
    view = api.registry_audit(BASE, assessed, show_small=True)
    points = Assessed(assessed).table("points")
    by_line = {g["group"]: g for g in view["groups"]}
    for line, group in by_line.items():
        assert group["treatments"] == (points["line"] == int(line)).sum()
        assert sum(group["counts"].values()) == group["treatments"]
    document = next(g for g in view["by_document"] if g["group"] == "esmo-2020")
    published = next(d for d in BASE.documents if d.id == "esmo-2020").published.last
    assert document["treatments"] == (points["at"] >= published).sum()
    assert by_line["1"]["counts"]["supported"] > 0
    # One treatment, asked of the engine for one patient.
    found = Assessed(assessed)
    facts, statuses = found.table("facts"), found.table("statuses")
    column = "esmo-2020/lanreotide/tumour_control"
    assert column in statuses.columns and len(facts) == len(points)


def test_the_effects_put_in_are_found_again(assessed: str) -> None:
    """Log hazard ratios of the recipe, in first line, progression with death apart."""
    chosen = Chosen("progression", line=1, where="differentiation = 'well'", covariates=NAMES)
    found = survival(BASE, Assessed(assessed), chosen, by_centre=True)
    ki67, lu = found.terms
    assert abs(ki67.coefficient - 0.5) < 3 * ki67.error and ki67.error < 0.05
    # Burden and site are left out of this model.
    assert abs(lu.coefficient + 1.2) < 3 * lu.error + 0.25


def test_curves_and_model_are_those_of_lifelines(assessed: str) -> None:
    import lifelines

    chosen = Chosen("pfs", line=2, by="option", covariates=NAMES)
    table = outcomes(BASE, Assessed(assessed), chosen)
    found = survival(BASE, Assessed(assessed), chosen, small=Smallness(1))
    one = next(c for c in found.curves if c.group == "everolimus")
    part = table.filter(pl.col("group") == "everolimus")
    fitted = lifelines.KaplanMeierFitter().fit(part["months"].to_numpy(), part["cause"].to_numpy())
    assert one.median_months == pytest.approx(fitted.median_survival_time_)
    for point in one.points[::7]:
        assert point.share == pytest.approx(float(fitted.predict(point.months)), abs=1e-9)
    frame = table.select("months", "cause", *NAMES).to_pandas()
    peer = lifelines.CoxPHFitter().fit(frame, "months", "cause")
    for term in found.terms:  # Efron's there, Breslow's here: the days are fine
        assert term.coefficient == pytest.approx(peer.params_[term.name], abs=0.01)
        assert term.error == pytest.approx(peer.standard_errors_[term.name], rel=0.02)


def test_what_centres_share_is_what_pooled_data_say(assessed: str) -> None:
    chosen = Chosen("pfs", line=1, by="option", covariates=NAMES)
    table = outcomes(BASE, Assessed(assessed), chosen)
    grid = (6, 12, 24, 48)
    for split in range(5):
        draw = np.random.default_rng(split).integers(0, 4, len(table))
        parts = [table.filter(pl.Series(draw == n)) for n in range(4)]
        at = [0.0] * len(NAMES)
        shown = [
            shared(f"c{n}", True, {}, part, grid, one_step(part, NAMES, at), Smallness(1))
            for n, part in enumerate(parts)
        ]
        pooled = combine([read_shared(as_json(one), "file") for one in shown])
        whole = combine([shared("all", True, {}, table, grid, None, Smallness(1))])
        assert pooled.groups == whole.groups
        expected, _ = stepped([one_step(part, NAMES, at) for part in parts])
        assert [term.coefficient for term in pooled.terms] == pytest.approx(expected, abs=1e-12)
        hidden = combine(
            [shared(f"c{n}", True, {}, p, grid, None, Smallness()) for n, p in enumerate(parts)]
        )
        for name, steps in whole.groups.items():
            for step, between in zip(steps, hidden.groups[name], strict=True):
                assert between.events_least <= step.events_least <= between.events_most
                assert between.survival_least - 1e-12 <= step.survival_least
                assert step.survival_most <= between.survival_most + 1e-12


def test_what_is_shared_has_no_small_count_and_no_patient(assessed: str, tmp_path: Path) -> None:
    file = tmp_path / "shared.json"
    api.share_registry(BASE, assessed, file, "centre-01", by="option", covariate=NAMES)
    text = file.read_text()
    data = json.loads(text)
    counts = [
        s[k] for steps in data["groups"].values() for s in steps for k in ("events", "censored")
    ]
    assert "synthetic-0" not in text and not [c for c in counts if c is not None and 0 < c < 5]
    assert None in counts
    other = Shared(**{**data, "centre": "x", "question": {}, "groups": {}, "cox": None})
    with pytest.raises(api.InputError, match="question"):
        combine([read_shared(text, "a"), other])
    with pytest.raises(api.InputError, match="each centre once"):
        combine([read_shared(text, "a")] * 2)
    with pytest.raises(api.InputError, match="registry share"):
        read_shared("{}", "b")


def test_the_incidence_of_one_event_leaves_room_for_the_other() -> None:
    # By hand: of 4 one is taken by each cause, one is censored between them, one is left.
    found = cumulative_incidence([1, 2, 3, 4], [1, 0, 2, 0])
    assert found.at(1)[0] == pytest.approx(0.25) and found.at(3)[0] == pytest.approx(0.25)
    other = cumulative_incidence([1, 2, 3, 4], [1, 0, 2, 0], of=2)
    assert other.at(3.5)[0] == pytest.approx(0.75 / 2)
    with pytest.raises(ValueError, match="times of 0 or more"):
        cumulative_incidence([-1], [1])


def test_a_landmark_counts_only_who_was_still_free_of_the_event(assessed: str) -> None:
    whole = outcomes(BASE, Assessed(assessed), Chosen("pfs"))
    late = outcomes(BASE, Assessed(assessed), Chosen("pfs", landmark_months=6))
    assert len(late) == (whole["months"] > 6).sum()
    assert late["months"].sum() == pytest.approx((whole["months"] - 6).clip(0, None).sum())


def test_lines_follow_each_other_as_counted_patient_by_patient(assessed: str) -> None:
    """Each patient by hand: classes in a row are one line; who has no next died or has none."""
    place = Assessed(assessed)
    treated: dict[str, list[str]] = {}
    died = set()
    for row in place.table("points").drop_nulls("option").sort("patient", "line").to_dicts():
        mine = treated.setdefault(row["patient"], [])
        top = BASE.options.lineage(row["option"])[-1]
        if not mine or mine[-1] != top:
            mine.append(top)
        if row["died"] is not None:
            died.add(row["patient"])
    steps: Counter[tuple[int, str, str]] = Counter()
    for patient, names in treated.items():
        end = "died" if patient in died else "none recorded"
        for line, (before, after) in enumerate(itertools.pairwise([*names, end]), start=1):
            steps[line, before, after] += 1
    found = sequences(BASE, place, lines=4, small=Smallness(1))
    wanted = {key: count for key, count in steps.items() if key[0] < 4}
    assert {(s.line, s.before, s.after): s.patients for s in found.steps} == wanted
    ways = Counter(tuple(names[:4]) for names in treated.values())
    assert {way.treatments: way.patients for way in found.ways} == ways
    assert sum(way.patients for way in found.ways) == found.patients == len(treated)
    hidden = sequences(BASE, place, lines=4)
    assert all(step.patients is None or step.patients >= 5 for step in hidden.steps)
    assert sum(way.patients for way in hidden.ways) + hidden.hidden_ways == found.patients
    by_option = sequences(BASE, place, "option", 2, Smallness(1))
    assert {step.before for step in by_option.steps} <= set(BASE.options)
    for wrong in ("level", "lines"):
        with pytest.raises(api.InputError):
            sequences(BASE, place, **{wrong: {"level": "grade", "lines": 0}[wrong]})
