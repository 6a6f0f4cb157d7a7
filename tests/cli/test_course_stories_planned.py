"""The three stories of a course from the command line: their plan, calendar, sheet and totals."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.cli.conftest import Run

STORIES = files("gepnet.knowledge").joinpath("cases/courses")


def story(name: str) -> str:
    return str(STORIES.joinpath(f"{name}.yaml"))


def data(run: Run, *arguments: str | Path) -> Any:
    done = run(*arguments, "--format", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def cycles(view: Any) -> list[tuple[str | None, float, bool]]:
    return [(c["date"], c["activity_gbq"], c["given"]) for c in view["cycles"]]


@pytest.mark.parametrize("name", ["uneventful", "platelets", "clearance"])
def test_the_calendar_opens_and_the_sheet_is_there(run: Run, name: str, tmp_path: Path) -> None:
    ics, pdf, page = (tmp_path / f"{name}.{end}" for end in ("ics", "pdf", "html"))
    view = data(run, "prrt", "plan", story(name), "--ics", ics, "--sheet", pdf)
    calendar = Calendar.from_ical(ics.read_bytes())
    events = calendar.walk("VEVENT")
    found = {
        str(event["DTSTART"].dt)[:10]: str(event["STATUS"])
        for event in events
        if str(event["SUMMARY"]).startswith("PRRT cycle")
    }
    assert found == {c["date"]: "CONFIRMED" if c["given"] else "TENTATIVE" for c in view["cycles"]}
    assert not calendar.errors
    assert pdf.read_bytes().startswith(b"%PDF-")
    before = ics.read_bytes(), pdf.read_bytes()
    data(run, "prrt", "plan", story(name), "--ics", ics, "--sheet", pdf)
    assert (ics.read_bytes(), pdf.read_bytes()) == before, "the same plan, the same bytes"
    data(run, "prrt", "plan", story(name), "--sheet", page)
    assert "It is not medical advice" in page.read_text()


def test_an_uneventful_course_is_complete(run: Run) -> None:
    view = data(run, "prrt", "plan", story("uneventful"))
    assert cycles(view) == [
        ("2025-10-06", 7.4, True),
        ("2025-12-01", 7.3, True),
        ("2026-01-26", 7.4, True),
        ("2026-03-23", 7.5, True),
    ]
    assert not view["violations"]
    assert {"2026-06-15", "2026-06-23"} <= {s["date"] for s in view["steps"]}  # week 12, month 3
    total = data(run, "prrt", "cumulative", story("uneventful"))
    assert [c["sum_gbq"] for c in total["cycles"]] == [7.4, 14.7, 22.1, 29.6]
    assert total["total_mci"] == 800


def test_platelets_of_68_delay_the_third_cycle_and_halve_it(run: Run) -> None:
    held = data(run, "prrt", "plan", story("platelets"), "--at", "2026-01-27")
    assert cycles(held)[:2] == [("2025-10-06", 7.4, True), ("2025-12-01", 7.4, True)]
    assert cycles(held)[2] == ("2026-01-27", 7.4, False)
    assert any("Cycle 3 was held" in notice for notice in held["notices"])
    recovering = data(
        run, "prrt", "plan", story("platelets"), "--at", "2026-01-27", "--not-before", "2026-02-16"
    )
    assert cycles(recovering)[2] == ("2026-02-16", 7.4, False)
    assert [(v["subject"], v["kind"]) for v in recovering["violations"]] == [
        ("cycle 3", "not_before")
    ]
    done = data(run, "prrt", "plan", story("platelets"))
    assert cycles(done)[2:] == [("2026-02-16", 3.7, True), ("2026-04-13", 7.4, True)]
    assert [(v["subject"], v["kind"]) for v in done["violations"]] == [
        ("cycle 3", "given_outside_window")
    ]
    total = data(run, "prrt", "cumulative", story("platelets"))
    assert (total["total_gbq"], total["total_mci"]) == (25.9, 700)


def test_a_falling_clearance_holds_the_course_until_sixteen_weeks(run: Run) -> None:
    view = data(run, "prrt", "plan", story("clearance"))
    assert cycles(view)[2] == ("2026-03-09", 7.4, False)
    fault = view["violations"][0]
    assert (fault["subject"], fault["kind"]) == ("cycle 3", "not_before")
    assert "2026-03-23" in fault["reason"]
    assert any("Cycle 3 was held" in notice for notice in view["notices"])
    assert [c["held"] for c in view["cycles"]] == [False, False, True, False]
    late = data(run, "prrt", "plan", story("clearance"), "--at", "2026-03-24")
    assert [c[0] for c in cycles(late)] == ["2025-10-06", "2025-12-01", None, None]
    assert late["violations"][0]["kind"] == "beyond_stretch"
    kidney = data(run, "prrt", "monitoring", story("clearance"))["kidney"]
    values = [point["ml_min"] for point in kidney["clearances"]]
    # Cockcroft-Gault by hand, 67 years and 80 kg: 73 * 80 * 88.4 / 72 = 7170.2, over a
    # creatinine of 84, 98, 140 and 136 umol/L.
    assert values == [85.4, 73.2, 51.2, 52.7]
    assert "134 days from first to last; at least 180 are needed" in kidney["refused"]
