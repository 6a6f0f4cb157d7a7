"""Numbers of a scenario that stand in a trial are taken from there: one number, one place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.api import InputError
from gepnet.evidence.simulation import figures
from gepnet.evidence.simulation.figures import Figures, check_scenarios
from gepnet.knowledge.load import PACKAGED

ERASMUS = {"trial": "erasmus", "metric": "pfs_median_months", "of": "lu_eff"}


@pytest.fixture(scope="module")
def known() -> Figures:
    return Figures(api.base().knowledge)


def put(known: Figures, value: Any, **more: Any) -> tuple[Any, list[figures.Fault]]:
    found, faults = known.put({"lines": [{"median": value}], **more})
    return found["lines"][0]["median"], faults


def test_value_interval_source_and_badge_are_those_of_the_trial(known: Figures) -> None:
    taken, faults = put(known, {"figure": {**ERASMUS, "source": "erasmus"}, "note": "one centre"})
    trial = next(one for one in api.base().knowledge.trials if one.id == "erasmus")
    figure = next(
        one for one in trial.figures if (one.metric, one.source) == (ERASMUS["metric"], "erasmus")
    )
    assert not faults
    assert [taken[key] for key in ("value", "low", "high")] == [
        float(number) for number in (figure.value, figure.low, figure.high) if number is not None
    ]
    assert (taken["source"], taken["verification"]) == ("erasmus", figure.verification)
    assert taken["note"] == "one centre" and "progression-free" in taken["locator"]


def test_percent_of_a_trial_is_a_share_of_patients(known: Figures) -> None:
    wanted = {"trial": "netter-2", "metric": "g3plus_ae_pct", "of": "lu", "event": "haematological"}
    assert put(known, {"figure": wanted})[0]["value"] == 0.14
    grade = {"figure": {"trial": "netter-1", "metric": "grade1_pct", "of": "all"}}
    assert known.put({"facts": [{"shares": {"NET_G1": grade}}]})[0]["facts"][0] == {
        "shares": {"NET_G1": 0.68}
    }


def test_the_trial_brings_its_title(known: Figures) -> None:
    found, faults = known.put({"lines": [{"figure": {**ERASMUS, "source": "erasmus"}}]})
    assert not faults and "Erasmus" in found["sources"]["erasmus"]["title"]
    _, faults = known.put({"sources": {"erasmus": {"title": "another title"}}})
    assert [one.path for one in faults] == [("sources", "erasmus")]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"figure": {**ERASMUS, "trial": "erasmos"}}, "a trial"),
        ({"figure": ERASMUS}, "marks that tell one figure"),  # two sources tell it
        ({"figure": {**ERASMUS, "value": 17}}, "marks that tell one figure"),
        ({"figure": {**ERASMUS, "arm": "lu"}}, "Extra inputs"),
        ({"figure": {**ERASMUS, "source": "erasmus"}, "value": 29}, "no more than figure"),
        (
            {
                "figure": {
                    "trial": "netter-1",
                    "metric": "kidney_dose_gy_mean",
                    "of": "lu",
                    "source": "netter1-dosimetry",
                }
            },
            "in months, in percent, or a ratio",
        ),
    ],
)
def test_a_figure_that_is_not_there_is_refused(known: Figures, value: Any, told: str) -> None:
    _, faults = put(known, value)
    assert len(faults) == 1 and told in faults[0].expected


def test_an_unverified_figure_of_a_trial_is_used_only_by_name(tmp_path: Path) -> None:
    text = (PACKAGED / "scenarios" / "midgut-g1-g2.yaml").read_text(encoding="utf-8")
    asked = "metric: pfs_median_months, of: lu_eff, source: erasmus"
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(asked, f"{asked}, subgroup: midgut"), encoding="utf-8")
    with pytest.raises(InputError, match=r"--include lines\.prrt\.time\.median_months"):
        api.simulate_sequences(api.base(), path, patients=10, draws=2)
    named = ["lines.prrt.time.median_months"]
    found = api.simulate_sequences(api.base(), path, patients=10, draws=2, include=named)
    used = {one.place: one.input for one in found.inputs}[named[0]]
    assert (used.value, used.verification) == (30, "unverified")


def test_a_number_that_a_trial_has_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge = api.base().knowledge
    assert not list(check_scenarios(knowledge))
    shutil.copytree(PACKAGED / "scenarios", tmp_path / "scenarios")
    path = tmp_path / "scenarios" / "pancreas-g1-g2.yaml"
    text = path.read_text(encoding="utf-8")
    figure = "{figure: {trial: radiant-3, metric: pfs_median_months, of: eve}}"
    assert figure in text
    written = "{value: 11.0, source: radiant-3, verification: secondary}"
    path.write_text(text.replace(figure, written), encoding="utf-8")
    monkeypatch.setattr(figures, "PACKAGED", tmp_path)
    (found,) = check_scenarios(knowledge)
    assert found.value == "11.0" and "metric: pfs_median_months" in found.expected
