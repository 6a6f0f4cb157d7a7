"""Quality indicators, on a registry that can be counted by hand and on a made-up one."""

import datetime
from pathlib import Path

import pytest

from gepnet import api
from gepnet.api import Question
from gepnet.registry.indicator_file import QualityIndicators
from gepnet.registry.indicators import _hidden, limits
from gepnet.registry.small import Smallness

BASE = api.base()
TABLES = {
    "patients": "patient,source\na,north\nb,north\nc,south\nd,south\n",
    "diagnosis": "patient,date,primary_site\n"
    "a,2024-01-01,pancreas\nb,2024-01-01,rectum\nc,2024-01-01,\nd,2024-05-20,stomach\n",
    # 28 days after is in time, 29 is not; of d the four weeks are not over on the day.
    "access": "patient,date,mdt_discussed\n"
    "a,2024-01-29,true\nb,2024-01-30,true\nc,2024-01-10,false\nd,2024-05-21,true\n",
    "prrt_cycle": "patient,date,cycle,option,activity_gbq\n"
    "a,2024-03-01,1,lu177_dotatate,7.4\na,2024-04-26,2,lu177_dotatate,7.4\n",
    # 28 days before the first cycle; a sample without creatinine before the second.
    "laboratory": "patient,date,haemoglobin_g_l,platelets_10e9_l,leukocytes_10e9_l,"
    "creatinine_umol_l\n"
    "a,2024-02-02,120,200,5,80\na,2024-04-20,118,190,5,\n",
    "last_contact": "patient,date\na,2024-06-01\nb,2024-06-01\nc,2024-06-01\nd,2024-06-01\n",
}


def assessed(folder: Path, registry: str) -> str:
    day = datetime.date(2024, 6, 1)
    question = Question.read(at=day.isoformat(), knowledge_date=datetime.date(2026, 1, 15))
    api.assess_registry(BASE, registry, str(folder / "assessed"), question)
    return str(folder / "assessed")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("indicators")
    (folder / "tables").mkdir()
    for kind, text in TABLES.items():
        (folder / "tables" / f"{kind}.csv").write_text(text, encoding="utf-8")
    registry = str(folder / "registry")
    api.add_to_registry(BASE, folder / "tables", registry, "Four", datetime.date(2024, 6, 1))
    return assessed(folder, registry), registry


def test_indicators_count_what_the_events_say_and_when(four: tuple[str, str]) -> None:
    view = api.registry_indicators(BASE, *four, by="centre", show_small=True)
    told = {
        one["id"]: {g["group"]: (g["met"], g["not_met"], g["unknown"]) for g in one["groups"]}
        for one in view["indicators"]
    }
    assert told["primary-site-documented"]["all"] == (3, 1, 0)
    assert told["primary-site-documented"]["south"] == (1, 1, 0)
    assert told["board-within-4-weeks"] == {
        "all": (1, 2, 0), "north": (1, 1, 0), "south": (0, 1, 0),
    }  # fmt: skip
    assert told["board-review-documented"]["all"] == (3, 1, 0)
    assert told["blood-before-cycle"]["all"] == (2, 0, 0)
    assert told["kidney-before-cycle"]["all"] == (1, 1, 0)
    assert told["blood-after-last-cycle"]["all"] == (0, 0, 0)  # its three months are not over
    assert not view["synthetic"] and view["not_computed"]


def test_small_counts_and_what_they_would_follow_from_are_hidden(four: tuple[str, str]) -> None:
    view = api.registry_indicators(BASE, *four, by="centre")
    for one in view["indicators"]:
        for group in one["groups"]:
            assert not group["of"] and not group["met"] and not group["percent"]
    counts = {
        "all": {"met": 93, "not_met": 27, "unknown": 0},
        "a": {"met": 40, "not_met": 3, "unknown": 0},
        "b": {"met": 30, "not_met": 10, "unknown": 0},
        "c": {"met": 23, "not_met": 14, "unknown": 0},
    }
    hidden = _hidden(counts, set(), Smallness())
    for kind in ("met", "not_met"):  # of a, and of another so that a does not follow from all
        assert kind in hidden["a"] and sum(kind in hidden[name] for name in "abc") >= 2
    assert hidden["all"] == set()


def test_limits_are_those_of_the_binomial_distribution() -> None:
    # Of 10 at one half: P(X <= 1) = 11/1024 = 0.0107 and P(X <= 2) = 56/1024 = 0.0547.
    assert limits(10, 0.5, 0.95) == (2, 8)
    # P(X = 0) = 1/1024 = 0.00098, just below 0.001.
    assert limits(10, 0.5, 0.998) == (1, 9)


def test_a_made_up_registry_has_a_funnel(tmp_path: Path) -> None:
    registry = str(tmp_path / "registry")
    api.synth_registry(BASE, registry, 150, seed=2)
    place = assessed(tmp_path, registry)
    plot = tmp_path / "funnel.svg"
    view = api.registry_indicators(
        BASE, place, registry, "region", ["board-within-4-weeks"], plot=plot
    )
    assert plot.exists() and "made up" in view["sentence"]
    with pytest.raises(api.InputError, match="one --indicator"):
        api.registry_indicators(BASE, place, registry, plot=tmp_path / "other.svg")
    with pytest.raises(api.InputError, match="board-within"):
        api.registry_indicators(BASE, place, registry, indicator=["board-within-4-wekks"])


def test_every_indicator_can_be_counted_and_has_its_source() -> None:
    file = QualityIndicators.read(BASE.knowledge.measures)
    sources = {source.id for source in BASE.knowledge.sources}
    vocabulary = BASE.vocabulary
    for one in file.indicators:
        assert one.source in sources
        for text in (one.met, one.among):
            assert text is None or BASE.criteria(text)
        if one.found is not None:
            assert {*one.found.has, *one.found.is_true} <= set(vocabulary.of_event(one.found.kind))
    forms = BASE.knowledge.measures["minimum_data_set"]["forms"]
    first = ("patient", "diagnosis", "pathology", "staging", "sstr")
    needed = {
        item["to"].partition(".")[2]
        for form in forms
        for item in form["items"]
        if form["id"] in first and item.get("needed")
    }
    text = next(one.met for one in file.indicators if one.id == "minimum-data-set") or ""
    assert {part.split()[0] for part in text.split(" and ")} == needed
