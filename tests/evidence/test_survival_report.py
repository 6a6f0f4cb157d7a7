"""Arms of a table compared: what is told, what cannot be, and tables that are refused."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from gepnet.api import InputError, survival_report

RADIANT_4 = Path(str(files("gepnet.knowledge") / "trials" / "curves" / "radiant-4-pfs.csv"))


def test_radiant_4_is_told_with_a_warning_that_its_hazards_are_not_proportional() -> None:
    report = survival_report(RADIANT_4, landmarks=[12, 40], horizon=18)
    assert [(arm.arm, arm.patients, arm.events) for arm in report.arms] == [
        ("everolimus", 205, 109),
        ("placebo", 97, 60),
    ]
    (against,) = report.against
    assert against.hazard_ratio.value == pytest.approx(0.5577, abs=1e-4)
    assert against.proportional_p == pytest.approx(0.00069, abs=1e-5)
    assert any("changes with time" in note for note in report.notes)
    beyond = report.arms[0].landmarks[1]
    assert beyond.survival.value is None and "nobody was observed" in str(beyond.survival.why)


def written(folder: Path, rows: str) -> Path:
    file = folder / "observed.csv"
    file.write_text(f"time,event,arm\n{rows}", encoding="utf-8")
    return file


def test_a_ratio_without_an_event_in_an_arm_is_not_made_up(tmp_path: Path) -> None:
    report = survival_report(written(tmp_path, "3,0,new\n5,0,new\n1,1,old\n2,1,old\n"))
    (against,) = report.against
    assert against.hazard_ratio.value is None
    assert against.hazard_ratio.why == "no event was seen where new is 1"
    assert report.arms[0].median.why == "not reached"


def test_one_group_alone_is_told_without_a_comparison(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("time;event\n1;1\n2;0\n3;1\n", encoding="utf-8")
    report = survival_report(file)
    assert (report.reference, report.against, report.log_rank_p) == (None, (), None)
    assert report.arms[0].median.value == 3


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("-1,1,a\n", "csv:2: error, in a, field time, value -1: expected a time of 0 or more"),
        ("1,2,a\n", "field event, value 2: expected 1 (event) or 0"),
        ("x,1,a\n", "field time, value x"),
        ("", "at least one observation"),
    ],
)
def test_a_faulty_table_is_refused_with_its_place(tmp_path: Path, rows: str, told: str) -> None:
    with pytest.raises(InputError) as fault:
        survival_report(written(tmp_path, rows))
    assert told in str(fault.value)


def test_what_is_asked_has_to_be_there(tmp_path: Path) -> None:
    file = written(tmp_path, "1,1,old\n2,0,new\n")
    with pytest.raises(InputError, match="did you mean 'old'"):
        survival_report(file, reference="odl")
    with pytest.raises(InputError, match="above 0 and up to 2"):
        survival_report(file, horizon=9)
