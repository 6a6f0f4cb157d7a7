"""Simulated sequences against closed forms, and what of a scenario is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.linalg import expm

from gepnet import api
from gepnet.api import InputError

MADE_UP = {"assumption": "made up"}


def given(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, **MADE_UP, **more}


def line(name: str, median: float, death: float = 0.1, worth: float = 0.7, **more: Any) -> Any:
    time = {"median_months": given(median), **more.pop("time", {})}
    return {
        "id": name,
        "label": name.capitalize(),
        "time": time,
        "death_share": given(death),
        "utility": given(worth),
        **more,
    }


def scenario(lines: list[Any], after: float = 6, **more: Any) -> dict[str, Any]:
    return {
        "id": "chain",
        "title": "A chain",
        "horizon_years": 20,
        "population": {"label": "anybody", "facts": more.pop("facts", [])},
        "lines": lines,
        "after": {
            "survival": {"median_months": given(after)},
            "utility": given(0.5),
            **more.pop("after_more", {}),
        },
        "strategies": [
            {"id": "all", "label": "All lines", "lines": [one["id"] for one in lines]},
        ],
        **more,
    }


@pytest.fixture
def ran(tmp_path: Path) -> Any:
    """Return a function that writes a scenario and simulates it."""

    def run(data: dict[str, Any], **asked: Any) -> Any:
        path = tmp_path / "s.yaml"
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        return api.simulate_sequences(api.base(), path, **asked)

    return run


CHAIN = [
    ("one", 20, 0.1, 0.8),
    ("two", 10, 0.2, 0.7),
    ("three", 8, 0.3, 0.7),
    ("four", 6, 0.2, 0.6),
]


def phase_type(rate: float = 0.0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the generator of the chain among its living states, and the worth of each state."""
    medians = [*(row[1] for row in CHAIN), 6]
    shares = [*(row[2] for row in CHAIN), 1.0]
    generator = np.zeros((5, 5))
    for k, (median, died) in enumerate(zip(medians, shares, strict=True)):
        hazard = math.log(2) / median
        generator[k, k] = -hazard - rate
        if k < 4:
            generator[k, k + 1] = hazard * (1 - died)
    return generator, np.array([*(row[3] for row in CHAIN), 0.5])


def until(months: float, worth: np.ndarray[Any, Any], rate: float = 0.0) -> float:
    """Return the months that are lived until a time, each state by its worth, in closed form."""
    generator, _ = phase_type(rate)
    start = np.eye(5)[0]
    lived = start @ np.linalg.inv(generator) @ (expm(generator * months) - np.eye(5))
    return float(lived @ worth)


def test_an_exponential_chain_is_that_of_the_matrix_exponential(ran: Any) -> None:
    discount = {"costs_per_year": given(0.0), "effects_per_year": given(0.035)}
    data = scenario([line(*row) for row in CHAIN], discount=discount)
    found = ran(data, patients=100_000, draws=1).strategies[0]
    generator, worth = phase_type()
    rate = math.log(1.035) / 12
    # The standard deviation of a life of this chain is about 3 years: four errors of 0.01.
    assert found.life_years.mean == pytest.approx(until(240, np.ones(5)) / 12, abs=0.04)
    assert found.qalys.mean == pytest.approx(until(240, worth) / 12, abs=0.04)
    later = until(240, np.ones(5), rate) / 12
    assert found.life_years_discounted.mean == pytest.approx(later, abs=0.04)
    assert found.qalys_discounted.mean == pytest.approx(until(240, worth, rate) / 12, abs=0.04)
    for year in (1, 3, 5, 10):
        alive = float(np.eye(5)[0] @ expm(generator * 12 * year) @ np.ones(5))
        assert found.survival_at_years[str(year)] == pytest.approx(alive, abs=0.007)
    states = [found.curves.states[name][36] for name in ("one", "two", "three", "four", "after")]
    assert states == pytest.approx(np.eye(5)[0] @ expm(generator * 36), abs=0.007)
    reached = [row.reached for row in found.lines]
    assert reached == pytest.approx([1, 0.9, 0.72, 0.504], abs=0.01)


def test_the_error_falls_with_the_root_of_the_number_of_patients(ran: Any) -> None:
    data = scenario([line(*row) for row in CHAIN])
    exact = until(240, np.ones(5)) / 12
    sizes, errors = (1_000, 10_000, 100_000, 1_000_000), []
    for size, seeds in zip(sizes, (24, 12, 6, 2), strict=True):
        runs = [ran(data, patients=size, draws=1, seed=seed) for seed in range(seeds)]
        off = [one.strategies[0].life_years.mean - exact for one in runs]
        errors.append(math.sqrt(sum(x * x for x in off) / seeds))
    slope = np.polyfit(np.log(sizes[:3]), np.log(errors[:3]), 1)[0]
    assert -0.75 < slope < -0.25
    assert errors[3] < errors[0] / 10


def test_a_run_is_the_same_on_any_number_of_workers(ran: Any) -> None:
    data = scenario([line("one", 20), line("two", 10)])
    data["lines"][0]["time"]["median_months"] = given(20, low=15, high=27)
    runs = [
        api.plain(ran(data, patients=700, draws=150, seed=5, workers=workers))
        for workers in (1, 2, 5)
    ]
    assert runs[0] == runs[1] == runs[2]
    assert api.plain(ran(data, patients=700, draws=150, seed=6)) != runs[0]
    spread = runs[0]["strategies"][0]["life_years"]
    assert spread["low"] < spread["mean"] < spread["high"]


def test_more_patients_than_a_block_holds_are_shared_out() -> None:
    from gepnet.evidence.simulation.run import ROWS, blocks

    parts = blocks(120_000, 2)
    assert [one.patients for one in parts] == [ROWS, ROWS, 20_000] * 2
    assert [one.draws for one in parts] == [slice(0, 1)] * 3 + [slice(1, 2)] * 3
    several = blocks(1_000, 120)
    assert [one.draws for one in several] == [slice(0, 50), slice(50, 100), slice(100, 120)]
    assert len({one.number for one in parts}) == len(parts)


@pytest.mark.parametrize("distribution", ["exponential", "weibull", "loglogistic", "lognormal"])
def test_a_time_has_the_median_and_the_hazard_ratio_that_it_was_given(
    distribution: str, ran: Any
) -> None:
    time: dict[str, Any] = {"distribution": distribution}
    if distribution != "exponential":
        time["shape"] = given(1.4)
    other = line("other", 1)
    other["time"] = {"relative_to": "first", "hazard_ratio": given(0.5)}
    data = scenario([line("first", 12, death=0, time=time), other], horizon_years=80)
    found = ran(data, patients=60_000, draws=1).strategies[0]
    assert found.lines[0].median_months == pytest.approx(12, abs=0.35)
    # Half the hazard: the median is where the other curve is at a quarter.
    from scipy.stats import norm

    quarter = {
        "exponential": 24.0,
        "weibull": 12 * 2 ** (1 / 1.4),
        "loglogistic": 12 * 3 ** (1 / 1.4),
        "lognormal": 12 * math.exp(1.4 * norm.ppf(0.75)),
    }[distribution]
    assert found.lines[1].median_months == pytest.approx(quarter, rel=0.03)


def test_a_curve_goes_through_its_published_rates(ran: Any) -> None:
    one, two = line("one", 1), line("two", 1)
    one["time"] = {"rate_at": [{"months": 24, "share": given(0.65)}]}
    two["time"] = {
        "distribution": "weibull",
        "rate_at": [{"months": 12, "share": given(0.7)}, {"months": 24, "share": given(0.35)}],
    }
    found = ran(scenario([one, two], horizon_years=90), patients=60_000, draws=1).strategies[0]
    assert found.lines[0].median_months == pytest.approx(
        24 * math.log(0.5) / math.log(0.65), rel=0.02
    )
    shape = math.log(math.log(0.35) / math.log(0.7)) / math.log(2)
    median = 12 * (math.log(0.5) / math.log(0.7)) ** (1 / shape)
    assert found.lines[1].median_months == pytest.approx(median, rel=0.03)


# --- eligibility -------------------------------------------------------------------------------

UPTAKE = {"fact": "sstr_any_uptake", "shares": {"true": 0.7, "false": 0.3}, **MADE_UP}
PLATELETS = {"fact": "platelets_10e9_l", "value": 100, **MADE_UP}


def may(text: str) -> dict[str, str]:
    return {"eligible": text, "eligible_because": "a test"}


def test_who_does_not_meet_the_criterion_goes_on_to_the_next_line(ran: Any) -> None:
    facts = [{**UPTAKE, "unknown_share": 0.2}]
    lines = [
        line("prrt", 24, options=["lu177_dotatate"], **may("sstr_any_uptake")),
        line("eve", 10),
    ]
    found = ran(scenario(lines, facts=facts), patients=50_000, draws=1).strategies[0]
    first, second = found.lines
    assert first.began == pytest.approx(0.8 * 0.7, abs=0.01)
    assert first.unknown == pytest.approx(0.2, abs=0.01)  # nobody is treated for what is unknown
    assert second.began == pytest.approx(1 - 0.56 * 0.1, abs=0.01)


def test_history_makes_facts_by_class_and_by_time(ran: Any) -> None:
    prrt = line("prrt", 24, death=0, options=["lu177_dotatate"])
    prrt["doses"] = {"number": 4, "every_months": given(2)}
    again = line("again", 12, death=0, **may("benefit_months_prrt >= 12 and received_prrt"))
    late = line("late", 9, death=0, **may("months_since_prrt >= 30 and progressed_on_prrt"))
    never = line("never", 9, **may("not received_radioligand_therapy"))
    four = line("four", 9, **may("prrt_cycles >= 4"))
    data = scenario([prrt, again, late, never, four], horizon_years=90)
    found = {row.line: row for row in ran(data, patients=60_000, draws=1).strategies[0].lines}
    hazard = math.log(2) / 24
    assert found["again"].began == pytest.approx(math.exp(-12 * hazard), abs=0.01)
    assert found["never"].began == 0
    # Four doses, the last of them after six months.
    assert found["four"].began == pytest.approx(
        math.exp(-6 * hazard) * found["four"].reached, abs=0.01
    )
    # Since the last dose: what was left of the first line, and the second one for some.
    assert 0 < found["late"].began < found["late"].reached


def test_marrow_and_kidney_change_along_the_way(ran: Any) -> None:
    prrt = line("prrt", 24, death=0, **may("platelets_10e9_l >= 75"))
    prrt["changes"] = [{"fact": "platelets_10e9_l", "multiply": given(0.8)}]
    again = {**prrt, "id": "again", "label": "Again"}
    third = {**prrt, "id": "third", "label": "Third"}
    found = ran(scenario([prrt, again, third], facts=[PLATELETS]), patients=2_000, draws=1)
    began = [round(row.began, 2) for row in found.strategies[0].lines]
    assert began[0] == 1.0 and began[1] > 0.97 and began[2] == 0.0  # 100, 80, 64


def test_a_hazard_ratio_holds_for_those_of_whom_a_criterion_is_true(ran: Any) -> None:
    one = line("one", 12, death=0)
    one["time"]["modifiers"] = [{"when": "sstr_any_uptake", "ratio": given(0.5)}]
    data = scenario([one], facts=[UPTAKE], horizon_years=90)
    found = ran(data, patients=60_000, draws=1).strategies[0]
    hazard = math.log(2) / 12
    mean = 0.7 * 2 / hazard + 0.3 / hazard
    assert found.lines[0].months == pytest.approx(mean, rel=0.02)


# --- death, toxicity, costs --------------------------------------------------------------------


def test_a_late_event_ends_treatment_and_competes_with_progression(ran: Any) -> None:
    one = line("one", 24, death=0)
    one["late_events"] = [
        {
            "id": "myeloid",
            "label": "Myeloid neoplasm",
            "probability": given(0.3),
            "onset_months": given(24),
            "survival": {"median_months": given(10)},
            "utility": given(0.4),
        }
    ]
    data = scenario([one], after=24, horizon_years=90)
    found = ran(data, patients=60_000, draws=1).strategies[0]
    # Onset and the sum of two exponential stays of the same hazard: it comes first with 3/4.
    assert found.toxicity["one/myeloid"] == pytest.approx(0.3 * 0.75, abs=0.01)
    assert found.curves.states["myeloid"].sum() > 0


def test_other_causes_of_death_are_a_hazard_by_age(ran: Any) -> None:
    age = {"fact": "age_years", "value": 60, **MADE_UP}
    mortality = {
        "rows": [[0, 0.001], [60, 0.2], [62, 0.05]],
        "source": "table",
        "verification": "secondary",
    }
    data = scenario(
        [line("one", 1e6, death=0)],
        after=1e6,
        facts=[age],
        background_mortality=mortality,
        sources={"table": {"title": "a table"}},
    )
    found = ran(data, patients=60_000, draws=1).strategies[0]
    assert found.survival_at_years["1"] == pytest.approx(0.8, abs=0.01)
    assert found.survival_at_years["2"] == pytest.approx(0.64, abs=0.01)
    assert found.survival_at_years["3"] == pytest.approx(0.64 * 0.95, abs=0.01)


COSTS = "country,item,cost,currency,source,verification\n"


def test_doses_are_paid_while_the_line_lasts_and_months_as_they_pass(
    ran: Any, tmp_path: Path
) -> None:
    one = line("one", 12, death=0)
    one |= {
        "doses": {"number": 4, "every_months": given(2)},
        "costs": [{"item": "dose", "per": "dose"}, {"item": "month", "per": "month"}],
        "toxicities": [
            {
                "id": "g3",
                "label": "G3",
                "probability": given(0.25),
                "cost_item": "g3",
                "qaly_loss": given(0.1),
            },
        ],
    }
    table = tmp_path / "costs.csv"
    table.write_text(
        COSTS + "SE,dose,1000,SEK,x,primary\nSE,month,10,SEK,x,primary\nSE,g3,400,SEK,x,primary\n"
    )
    data = scenario([one], horizon_years=90)
    result = ran(data, patients=60_000, draws=1, costs=table)
    found = result.strategies[0]
    hazard = math.log(2) / 12
    doses = sum(math.exp(-2 * k * hazard) for k in range(4))
    assert found.costs_by_item["dose"] == pytest.approx(1000 * doses, rel=0.01)
    assert found.costs_by_item["month"] == pytest.approx(10 / hazard, rel=0.02)
    assert found.costs_by_item["g3"] == pytest.approx(100, rel=0.03)
    assert found.cost.mean == pytest.approx(sum(found.costs_by_item.values()))
    assert (result.country, result.currency) == ("SE", "SEK")
    qalys = 0.7 / hazard / 12 + 0.5 * 6 / math.log(2) / 12 - 0.25 * 0.1
    assert found.qalys.mean == pytest.approx(qalys, abs=0.03)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("NO,dose,1,NOK,x,primary\n", "one of NO"),
        ("SE,doses,1,SEK,x,primary\n", "a cost of 'dose' in SE: nothing is assumed of it"),
        ("SE,dose,1,SEK,x,unverified\n", "--include costs.dose"),
        ("SE,dose,-1,SEK,x,primary\n", "a cost, 0 or more"),
        ("SE,dose,1,SEK,x,primary\nSE,dose,2,SEK,x,primary\n", "one cost of dose in SE"),
        ("SE,dose,1,SEK,x,sure\n", "one of primary, secondary"),
    ],
)
def test_a_bad_table_of_costs_is_refused(rows: str, told: str, ran: Any, tmp_path: Path) -> None:
    one = line("one", 12, costs=[{"item": "dose", "per": "once"}])
    table = tmp_path / "costs.csv"
    table.write_text(COSTS + rows)
    with pytest.raises(InputError, match=told.replace(".", r"\.")):
        ran(scenario([one]), patients=10, draws=2, costs=table, country="SE")


def test_what_a_qaly_costs_and_how_often_each_strategy_is_the_best() -> None:
    from gepnet.numbers.economics import acceptability, icer

    costs = np.array([[0.0, 0.0], [100.0, 300.0]])
    effects = np.array([[0.0, 0.0], [1.0, 1.0]])
    shares = acceptability(costs, effects, [50, 200, 400])
    assert shares.tolist() == [[1, 0.5, 0], [0, 0.5, 1]]
    assert icer(100, 2) == 50
    assert icer(-100, -2) == 50  # saved for each unit that is lost
    assert icer(100, -2) is None and icer(-100, 2) is None and icer(0, 0) is None


def test_parameters_are_drawn_as_their_intervals_say() -> None:
    from gepnet.evidence.simulation.inputs import Draws, Placed
    from gepnet.evidence.simulation.scenario import Input

    def one(place: str, kind: Any, **more: Any) -> Placed:
        return Placed(place, Input(assumption="made up", **more), kind)

    inputs = [
        one("a", "positive", value=29, low=26, high=33),
        one("b", "share", value=0.02, events=2, of=100),
        one("c", "share", value=0.8, se=0.05),
        one("d", "positive", value=5),
    ]
    draws = Draws(inputs, 40_000, 1)
    assert np.quantile(draws["a"], (0.025, 0.5, 0.975)) == pytest.approx(
        [25.74, 29, 32.67], rel=0.01
    )
    assert (draws["b"].mean(), draws["b"].min() > 0) == (pytest.approx(0.02, abs=5e-4), True)
    assert (draws["c"].mean(), draws["c"].std()) == pytest.approx((0.8, 0.05), abs=2e-3)
    assert set(draws["d"]) == {5.0}
    assert [p.place for p in inputs if p.is_fixed] == ["d"]
    # The draws of an input do not hang on which others there are.
    assert (Draws(inputs[:1], 40_000, 1)["a"] == draws["a"]).all()


# --- what is refused ---------------------------------------------------------------------------


def changed(**more: Any) -> dict[str, Any]:
    data = scenario([line("one", 20), line("two", 10)], facts=[UPTAKE])
    return {**data, **more}


def without(key: str) -> dict[str, Any]:
    data = changed()
    del data["lines"][0][key]
    return data


def first(**more: Any) -> dict[str, Any]:
    data = changed()
    data["lines"][0] |= more
    return data


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (without("death_share"), "give it with its source, or as an assumption in words"),
        (first(death_share={"value": 0.1}), "no number is taken in silence"),
        (first(death_share={"value": 0.1, "source": "x"}), "verification: primary"),
        (
            first(death_share={"value": 0.1, "source": "x", "verification": "primary"}),
            "a key of the sources of the scenario",
        ),
        (first(death_share=given(0.3, low=0.1, high=0.2)), "a value between low and high"),
        (first(death_share=given(1.3)), "a death_share from 0 to 1"),
        (first(deth_share=given(0.1)), "did you mean 'death_share'"),
        (
            first(time={"distribution": "weibull", "median_months": given(9)}),
            "shape, which weibull",
        ),
        (first(time={"distribution": "gamma", "median_months": given(9)}), "one of 'exponential'"),
        (first(time={}), "one of median_months, rate_at, and relative_to"),
        (first(time={"relative_to": "one", "hazard_ratio": given(0.5)}), "not this one again"),
        (first(options=["lutetium"]), "an option of the vocabulary"),
        (first(eligible="sstr_any_uptake"), "eligible_because"),
        (first(**may("sstr_any_uptak")), "did you mean|expected"),
        (first(**may("platelets_10e9_l >= 75")), "given by the population: nothing is assumed"),
        (first(changes=[{"fact": "platelets_10e9_l", "add": given(1)}]), "that the population has"),
        (
            changed(strategies=[{"id": "s", "label": "S", "lines": ["thre"]}]),
            "a line of the scenario",
        ),
        (changed(horizon_years=0), "years above 0"),
        (
            changed(population={"label": "x", "facts": [{**UPTAKE, "shares": {"true": 0.5}}]}),
            "add up",
        ),
        (
            changed(
                population={"label": "x", "facts": [{"fact": "grade", "value": "G9", **MADE_UP}]}
            ),
            "NET_G1",
        ),
    ],
)
def test_a_bad_scenario_is_refused_with_its_place(data: Any, told: str, ran: Any) -> None:
    with pytest.raises(InputError, match=told):
        ran(data, patients=10, draws=2)


def test_an_unverified_figure_is_used_only_by_name(ran: Any) -> None:
    share = {"value": 0.1, "source": "x", "verification": "unverified"}
    data = first(death_share=share)
    data["sources"] = {"x": {"title": "somebody said so"}}
    with pytest.raises(InputError, match=r"--include lines\.one\.death_share"):
        ran(data, patients=10, draws=2)
    found = ran(data, patients=10, draws=2, include=["lines.one.death_share"])
    assert found.strategies[0].life_years.mean > 0
    with pytest.raises(InputError, match=r"did you mean .lines\.one\.death_share"):
        ran(data, patients=10, draws=2, include=["lines.one.death_shares"])


def test_what_is_not_given_is_said_and_not_worked_out(ran: Any) -> None:
    data = changed()
    del data["lines"][1]["utility"]
    found = ran(data, patients=20, draws=3)
    assert found.strategies[0].qalys is None and found.strategies[0].cost is None
    assert any("no utility is given for two" in text for text in found.not_computed)
    assert any("no table of costs" in text for text in found.not_computed)
    assert found.strategies[0].follow_up_not_given == ("One", "Two", "After the last line")
    with pytest.raises(InputError, match="costs and utilities"):
        api.simulation_chart(found, "plane")


def test_time_beyond_the_follow_up_of_its_source_is_counted(ran: Any) -> None:
    one = line("one", 24, death=1, time={"follow_up_months": given(24)})
    found = ran(scenario([one], horizon_years=90), patients=60_000, draws=1).strategies[0]
    assert found.extrapolated_share == pytest.approx(0.5, abs=0.01)
    assert found.mostly_extrapolated_from_months == 24


# --- the scenarios that come with gepnet --------------------------------------------------------


@pytest.mark.parametrize("name", list(api.packaged_scenarios()))
def test_a_packaged_scenario_repeats_its_published_medians(name: str) -> None:
    found = api.simulate_sequences(api.base(), Path(name), patients=2_000, draws=40)
    medians = [one for one in found.calibration if one.label.startswith("median on")]
    assert medians
    for one in medians:
        assert one.simulated == pytest.approx(one.published, rel=0.08), one
    assert all(origin.input.source or origin.input.assumption for origin in found.inputs)
    assert found.assumptions


def test_a_scenario_that_is_not_there_is_refused_with_those_that_are() -> None:
    for asked in ({"scenario": "midgut-g1-g3"}, {"scenario": "midgut-g1-g2", "costs": Path("x")}):
        scenario = Path(asked.pop("scenario"))  # type: ignore[arg-type]
        with pytest.raises(InputError, match="a file, or one of"):
            api.simulate_sequences(api.base(), scenario, patients=10, draws=2, **asked)  # type: ignore[arg-type]


def test_pictures_of_a_simulation_say_what_they_show() -> None:
    found = api.simulate_sequences(
        api.base(),
        Path("midgut-g1-g2"),
        patients=100,
        draws=20,
        costs=Path("costs-palmer-2020"),
        country="SE",
        thresholds=(200_000, 800_000),
    )
    for kind in api.SIMULATION_CHARTS:
        chart = api.simulation_chart(found, kind)  # type: ignore[arg-type]
        assert chart.svg() == chart.svg()
        assert found.title in chart.sentence
    assert "Dashed where most" in api.simulation_chart(found, "survival").sentence
