"""Choi where attenuation is given, and markers that are shown and never decide."""

from fractions import Fraction
from pathlib import Path

import pytest

from gepnet import api
from gepnet.knowledge import InputError
from gepnet.response.choi import ChoiRules, choi_response
from gepnet.response.markers import marker_courses, read_markers
from tests.response.recist.helpers import HEADER, course, results

CHOI = ChoiRules.read(api.base().knowledge.measures)


@pytest.mark.parametrize(
    ("size", "attenuation", "expected"),
    [
        (-10, 0, "PR"), (-9, -15, "PR"), (-9, -14, "SD"), (9, 0, "SD"), (10, 0, "PD"),
        (10, -15, "PR"), (None, -15, "PR"), (None, 0, "NE"), (20, None, "NE"), (-10, None, "PR"),
    ],
)  # fmt: skip
def test_either_fall_is_a_response(
    size: int | None, attenuation: int | None, expected: str
) -> None:
    """Fact sheet of response definitions, section 2.2; a missing value never reads as no change."""
    changes = [None if c is None else Fraction(c) for c in (size, attenuation)]
    assert choi_response(*changes, False, False, False, CHOI) == expected  # type: ignore[arg-type]


def test_new_lesions_and_disappearance_decide_first() -> None:
    assert choi_response(Fraction(-50), Fraction(-50), False, True, False, CHOI) == "PD"
    assert choi_response(Fraction(-100), None, True, False, False, CHOI) == "CR"


def test_attenuation_is_the_mean_of_the_targets(tmp_path: Path) -> None:
    rows = [
        "p,2024-01-01,A,target,liver,false,40,measured,80",
        "p,2024-01-01,B,target,lung,false,20,measured,120",
        "p,2024-03-01,A,target,liver,false,40,measured,60",
        "p,2024-03-01,B,target,lung,false,20,measured,110",
        "p,2024-05-01,A,target,liver,false,40,measured,60",
        "p,2024-05-01,B,target,lung,false,20,measured,",
    ]
    file = tmp_path / "lesions.csv"
    file.write_text("\n".join([f"{HEADER},hu", *rows]) + "\n", "utf-8")
    (patient,) = api.choi_view(api.base(), file)
    first, second = patient["timepoints"]
    assert (first["choi"], first["reason"]) == ("PR", "PR: size 0 %, attenuation -15 %")
    assert (second["choi"], second["attenuation_change_pct"]) == ("NE", None)
    assert patient["verification"] == "unverified"


MARKERS = """patient_id,date,marker,value,unit,uln
p,2024-01-01,CgA,300,ug/L,100
p,2024-05-01,CgA,600,ug/L,100
p,2024-03-01,CgA,150,ug/L,100
p,2024-07-01,CgA,12,nmol/L,
"""


def test_a_course_is_compared_only_within_one_unit(tmp_path: Path) -> None:
    file = tmp_path / "markers.csv"
    file.write_text(MARKERS, "utf-8")
    points = list(marker_courses(read_markers(file)))
    told = [(p.times_uln, p.from_first, p.from_lowest, p.is_elevated) for p in points]
    assert told == [
        (3, None, None, True),
        (Fraction(3, 2), -50, -50, True),
        (6, 100, 300, True),
        (None, None, None, None),
    ]


def test_bad_markers_are_told_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "markers.csv"
    text = "patient_id,date,marker,value,unit,uln\np,2024-13-01,CgA,low,ug/L,0\n"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        read_markers(file)
    assert [(p.line, p.field) for p in error.value.problems] == [
        (2, "date"), (2, "uln"), (2, "value"),
    ]  # fmt: skip


def test_one_marker_in_several_spellings_has_one_course(tmp_path: Path) -> None:
    file = tmp_path / "markers.csv"
    head = "patient_id,date,marker,value,unit\n"
    names = ("CgA", "cga", "CgA", "5-HIAA", "5HIAA")
    rows = [f"p,2024-0{n}-01,{name},{n}00,ug/L\n" for n, name in enumerate(names, 1)]
    file.write_text(head + "".join(rows), "utf-8")
    points = list(marker_courses(read_markers(file)))
    assert [point.value.marker for point in points] == ["5-HIAA", "5-HIAA", "CgA", "CgA", "CgA"]
    assert [point.from_first for point in points] == [None, 25, None, 100, 200]
    file.write_text(head + rows[0] + rows[0].replace("CgA,100", "cga,200"), "utf-8")
    with pytest.raises(InputError, match="first on line 2"):
        read_markers(file)


def test_censored_values_of_markers_are_intervals(tmp_path: Path) -> None:
    file = tmp_path / "markers.csv"
    file.write_text(
        "patient_id,date,marker,value,unit,uln\n"
        "p,2024-01-01,CgA,<5,ug/L,<40\n"
        "p,2024-02-01,CgA,80,ug/L,40\n"
        "p,2024-03-01,CgA,>1000,ug/L,40\n"
        "p,2024-04-01,CgA,<90,ug/L,40\n"
        "p,2024-05-01,CgA,>40,ug/L,40\n"
        "p,2024-06-01,CgA,<40,ug/L,40\n",
        "utf-8",
    )
    view = api.marker_view(api.base(), file)
    told = [(one["value"], one["times_uln"], one["elevated"]) for one in view["values"]]
    assert told == [
        ("<5", "<0.125", False),
        (80, 2, True),
        (">1000", ">25", True),
        ("<90", "<2.25", None),
        (">40", ">1", True),
        ("<40", "<1", False),
    ]
    # A change from a bound is no number; the lowest value so far is the bound.
    assert {one["change_from_lowest_pct"] for one in view["values"]} == {None}


@pytest.mark.parametrize("marker", ["normal", "elevated", "elevated; 2024-05-01=normal"])
def test_a_marker_forbids_cr_and_is_never_progression(marker: str) -> None:
    heads = f"patient_id,markers\np,{marker}\n"
    (result,) = results(course("L", [40, "absent", "absent", 40]), heads)
    overall = [point.overall for point in result.timepoints]
    expected = {
        "normal": ["CR", "CR", "PD"],
        "elevated": ["PR", "PR", "PD"],  # grown from nothing, not for the marker
        "elevated; 2024-05-01=normal": ["PR", "CR", "PD"],
    }
    assert overall == expected[marker]
    (result,) = results(course("L", [40, 40, 41]), heads)
    assert [point.overall for point in result.timepoints] == ["SD", "SD"]
