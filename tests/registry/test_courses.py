"""Courses of a registry: response in the middle and at the end, and single courses as drawn."""

import datetime
from pathlib import Path

import pytest

from gepnet import api
from gepnet.api import Question
from gepnet.charts.registry.swimmer import courses_chart
from gepnet.facts.events.rows import record_of_rows
from gepnet.registry.assess import Assessed
from gepnet.registry.midtreatment import PLACES, mid_treatments
from gepnet.registry.small import Smallness
from gepnet.registry.store import Registry
from gepnet.registry.swimmer import sampled_courses
from gepnet.response.fit import Spec
from gepnet.response.fit.cohort import read_cohort
from gepnet.response.fit.fitting import fit
from gepnet.response.midtreatment import Evidence, read_course
from gepnet.vocabulary import exact

BASE = api.base()
EVERYBODY = Smallness(1)
AT = datetime.date(2025, 6, 30)
#: Cycles given, response after the second (day after it), later scans, best response recorded.
HANDS = {
    "early": (4, "PR", [("2024-09-20", "PR")], "PR"),
    "late": (4, "SD", [("2024-09-20", "PR")], None),
    "told": (3, "SD", [], "PR"),
    "stable": (4, "SD", [("2024-09-20", "SD")], "SD"),
    "grew": (3, "PD", [], "SD"),
    "once": (1, None, [], "PD"),
    "twice": (2, "PR", [], "PR"),
    "unseen": (4, None, [("2024-09-20", "SD")], "SD"),
}
CYCLES = ("2024-02-01", "2024-03-28", "2024-05-23", "2024-07-18")


def registry_of(folder: Path) -> tuple[str, str]:
    """Return a registry of the courses above, and its assessment before each treatment."""
    tables = folder / "tables"
    tables.mkdir()
    rows: dict[str, list[str]] = {
        "diagnosis": ["patient,date,primary_site"],
        "pathology": ["patient,date,differentiation,ki67_percent"],
        "treatment": ["patient,option,start,stop,best_response"],
        "prrt_cycle": ["patient,date,cycle,option,activity_gbq"],
        "response_assessment": ["patient,date,response_ct"],
    }
    for name, (cycles, middle, later, best) in HANDS.items():
        rows["diagnosis"].append(f"{name},2023-01-10,pancreas")
        rows["pathology"].append(f"{name},2023-01-10,well,8")
        rows["treatment"].append(
            f"{name},lu177_dotatate,2024-02-01,{CYCLES[cycles - 1]},{best or ''}"
        )
        for number, day in enumerate(CYCLES[:cycles], 1):
            rows["prrt_cycle"].append(f"{name},{day},{number},lu177_dotatate,7.4")
        scans = [("2024-05-10", middle)] if middle else []
        rows["response_assessment"] += [f"{name},{day},{word}" for day, word in scans + later]
    for kind, lines in rows.items():
        (tables / f"{kind}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    api.add_to_registry(BASE, tables, str(folder / "registry"), on=AT)
    return str(folder / "registry"), assessed_of(folder)


def assessed_of(folder: Path) -> str:
    question = Question.read(at=AT.isoformat(), knowledge_date=AT)
    place = str(folder / "treated")
    api.assess_registry(BASE, str(folder / "registry"), place, question, "treatments")
    return place


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return registry_of(tmp_path_factory.mktemp("by_hand"))


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("made_up")
    api.synth_registry(BASE, str(folder / "registry"), 700, seed=4)
    return str(folder / "registry"), assessed_of(folder)


def test_each_course_has_its_place_and_what_it_came_to(by_hand: tuple[str, str]) -> None:
    registry, treated = by_hand
    found, table = mid_treatments(BASE, Assessed(treated), Registry.open(registry), small=EVERYBODY)
    # Progression in the middle and a best response of before: nothing is known of the end.
    assert found.places == dict(zip(PLACES, (1, 1, 1, 1, 4), strict=True))
    by_middle = {row.middle: row for row in found.rows}
    assert by_middle["PR"].end == {"CR": 0, "PR": 1, "SD": 0, "PD": 0}
    assert by_middle["SD"].end == {"CR": 0, "PR": 2, "SD": 1, "PD": 0}
    assert (by_middle["SD"].better, by_middle["SD"].better_percent) == (2, 66.7)
    early, late = found.shares
    assert (early.percent, early.of) == (33.3, 3) and (late.percent, late.of) == (50, 4)
    assert found.odds == () and "too few events" in str(found.not_fitted)
    outcome = dict(zip(table["patient_id"], table["further_response"], strict=True))
    assert outcome == {"early": 0, "late": 1, "told": 1, "stable": 0}
    assert set(table["grade"]) == {"G2"} and set(table["site"]) == {"pancreas"}


def test_courses_like_those_of_the_series_can_be_asked_for(by_hand: tuple[str, str]) -> None:
    registry, treated = by_hand
    view = api.registry_mid_treatment(BASE, treated, registry, least_cycles=4, show_small=True)
    assert view["places"]["counted"] == 3
    # What nobody may see is hidden, with the figures that would tell it.
    hidden = api.registry_mid_treatment(BASE, treated, registry)
    assert all(row["courses"] is None for row in hidden["rows"])
    assert all(share["percent"] is None for share in hidden["shares"])
    other = api.Question(knowledge_date=AT)
    with pytest.raises(api.InputError, match="points treatments"):
        day = f"{treated}-day"
        api.assess_registry(BASE, registry, day, other)
        api.registry_mid_treatment(BASE, day, registry)


def test_the_middle_is_that_of_one_patient(made_up: tuple[str, str]) -> None:
    """The columns lead to the same course that the whole record of a patient has."""
    registry, treated = (Registry.open(made_up[0]), Assessed(made_up[1]))
    found, table = mid_treatments(BASE, treated, registry, small=EVERYBODY)
    assert 0 < found.places["counted"] == len(table) < found.begun
    tables = registry.tables(registry.manifest.blocks[0])
    middle = dict(zip(table["patient_id"], table["mid_response"], strict=True))
    evidence = Evidence.read(BASE.knowledge.measures)
    for name in sorted(middle)[:12]:
        rows = {kind: one.filter(one["patient"] == name).to_dicts() for kind, one in tables.items()}
        record = record_of_rows(name, rows, BASE.vocabulary, datetime.date(2026, 12, 31))
        third = next(one.date for one in record.cycles if one.cycle == 3)
        assert read_course(record, exact(third.first), evidence).category == middle[name]


def test_the_model_is_that_of_the_table_that_is_written(
    made_up: tuple[str, str], tmp_path: Path
) -> None:
    registry, treated = made_up
    file = tmp_path / "cohort.csv"
    view = api.registry_mid_treatment(BASE, treated, registry, output=file, show_small=True)
    spec = Spec.read(BASE.knowledge.measures)
    model = fit(read_cohort(file, spec), spec, resamples=50)
    if view["not_fitted"]:
        assert getattr(model, "reason", None) == view["not_fitted"]
    else:
        told = {one["name"]: round(one["ratio"], 9) for one in view["odds"]}
        assert told == {c.label: round(c.odds_ratio, 9) for c in model.coefficients}
    assert "made_up" in file.read_text(encoding="utf-8") and view["synthetic"]


def test_single_courses_are_drawn_by_number_in_months(made_up: tuple[str, str]) -> None:
    registry, treated = (Registry.open(made_up[0]), Assessed(made_up[1]))
    asked = {"options": ("lu177_dotatate",), "line": 2, "patients": 12, "seed": 5}
    found = sampled_courses(BASE, treated, registry, **asked)
    assert found == sampled_courses(BASE, treated, registry, **asked)
    assert found.of > len(found.courses) == 12
    assert {one.patient for one in found.courses} == {f"patient {n:02d}" for n in range(1, 13)}
    named = sampled_courses(BASE, treated, registry, **asked, names=True)
    points = treated.table("points")
    second = points.filter(points["line"] == 2)
    rows = {row["patient"]: row for row in second.to_dicts()}
    for one in named.courses:
        row = rows[one.patient]
        is_dead = row["died"] is not None and row["died"] <= AT
        end = row["died"] if is_dead else min(row["seen"], AT)
        assert one.months == round((end - row["start"]).days / 30.4375, 2)
        assert one.end == ("death" if is_dead else "ongoing")
        assert one.option == "lu177_dotatate" and one.cycle_months[0] == 0
        assert list(one.cycle_months) == sorted(set(one.cycle_months))
    months = [one.months for one in found.courses]
    assert months == sorted(months, reverse=True)
    assert {row[0] for row in courses_chart(found).table.rows} == {c.patient for c in found.courses}


def test_so_few_that_each_would_be_known_are_not_drawn(by_hand: tuple[str, str]) -> None:
    registry, treated = by_hand
    with pytest.raises(api.InputError, match="at least 5 patients"):
        api.registry_swimmer(BASE, treated, registry, line=2)
    with pytest.raises(api.InputError, match="from 5 to 60"):
        api.registry_swimmer(BASE, treated, registry, patients=400)
    assert len(api.registry_swimmer(BASE, treated, registry, patients=5)["courses"]) == 5
