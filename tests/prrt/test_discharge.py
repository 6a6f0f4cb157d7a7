"""Radiation protection after discharge: published numbers, laws, and what may not be said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.api import DischargeQuestion, InputError
from gepnet.prrt.discharge.contact import Stretch, dose_from, taken_up
from gepnet.prrt.discharge.curve import Curve, through, two_phases
from gepnet.prrt.discharge.data import RadiationProtection
from gepnet.prrt.discharge.sheet import sheet_html, sheet_pdf, sheet_view

BASE = api.base()
DATA = RadiationProtection.read(BASE.knowledge.measures)
ASKED = DischargeQuestion(given="2026-02-03 10:30", patient="<b>Ola</b>", constraints="lu177-2019")
CLOCK = 10.5


def pattern(name: str) -> tuple[Stretch, ...]:
    scenario = next(one for one in DATA.scenarios if one.id == name)
    return tuple(Stretch(c.start_h, c.hours, DATA.at(c.distance_m)) for c in scenario.contacts)


def asked(folder: Path, rows: str, region: str | None = None, **more: Any) -> dict[str, Any]:
    file = folder / "readings.csv"
    file.write_text(f"time_h,value,unit\n{rows}", encoding="utf-8")
    question = replace(ASKED, **more)
    return api.discharge_view(api.discharge_report(BASE, file, question, region))


def contact(view: dict[str, Any], name: str = "partner_bed") -> dict[str, Any]:
    return next(one for one in view["contacts"] if one["id"] == name)


# glowgreen 0.1.1 for 27 uSv/h at 1 m with phases of 7.4 h (44 %) and
# 95 h, treated at 10:30, four cycles a year: when its contact begins (h) and the dose from then on.
@pytest.mark.parametrize(
    ("name", "msv", "begins", "dose"),
    [
        ("infant", 0.25, 291.5, 0.249989),
        ("child_2_5", 0.25, 316.5, 0.249607),
        ("child_5_15", 0.25, 237.5, 0.241875),
        ("partner_bed", 0.25, 401.5, 0.246396),
        ("partner_bed_and_day", 0.25, 431.5, 0.249434),
        ("adult_household", 0.25, 267.5, 0.248274),
        ("pregnant_household", 0.25, 267.5, 0.248274),
        ("carer", 5, 0.5, 1.730522),
        ("public_transport", 0.25, 213.5, 0.232768),
        ("colleague", 0.25, 243.5, 0.248380),
        ("colleague_1_m", 0.25, 144.5, 0.247993),
    ],
)
def test_doses_and_times_are_those_of_glowgreen(
    name: str, msv: float, begins: float, dose: float
) -> None:
    curve = two_phases(0, 27, 0.44, 7.4, 95)
    assert dose_from(curve, pattern(name), CLOCK, begins) == pytest.approx(dose, abs=6e-7)
    # It lets contact begin at full stretches of an hour of contact only, so never before ours.
    ours = taken_up(curve, pattern(name), CLOCK, msv) or 0
    assert ours <= begins
    assert dose_from(curve, pattern(name), CLOCK, ours) <= msv
    assert ours == 0 or dose_from(curve, pattern(name), CLOCK, ours - 2) > msv


def test_the_example_of_the_documentation_of_glowgreen() -> None:
    curve = two_phases(0, 60 / DATA.at(2), 0.3, 8, 30)
    day = (Stretch(7.5, 0.75, DATA.at(0.3)), Stretch(16, 3.5, 1))
    assert dose_from(curve, day, CLOCK, 29.5) == pytest.approx(0.9399700449166117, rel=1e-9)


def test_a_usual_patient_lies_within_the_published_range_for_a_partner(tmp_path: Path) -> None:
    """EJNMMI Physics 2019, doi 10.1186/s40658-019-0243-1, table 5: 9 days, 4 to 16."""
    rate = 7.4 * DATA.dose_rate_per_activity.value
    view = asked(tmp_path, f"0,{rate:.2f},uSv/h\n", two_phases="0.44:7.4:95")
    after = contact(view)["after_h"]
    assert after["low"] == after["high"]
    assert 4 * 24 <= after["high"] <= 16 * 24


RATES = st.floats(0.1, 300)
CURVES = st.builds(
    lambda rates, gaps, half: through(
        [(sum(gaps[: i + 1]), rate) for i, rate in enumerate(rates)], half
    ),
    st.lists(RATES, min_size=1, max_size=4),
    st.lists(st.floats(1, 60), min_size=4, max_size=4),
    st.floats(5, 159),
)
PATTERNS = st.sampled_from([pattern(one.id) for one in DATA.scenarios])


def scaled(curve: Curve, factor: float) -> Curve:
    return Curve(
        tuple(replace(p, parts=tuple((a * factor, k) for a, k in p.parts)) for p in curve.pieces)
    )


@settings(deadline=None, max_examples=60)
@given(CURVES, PATTERNS, st.floats(0, 23.9), st.floats(0, 400), st.floats(0, 100))
def test_a_longer_restriction_never_raises_a_dose(
    curve: Curve, day: tuple[Stretch, ...], clock: float, first: float, more: float
) -> None:
    low, high = curve.start + first, curve.start + first + more
    dose = dose_from(curve, day, clock, low)
    assert dose_from(curve, day, clock, high) <= dose * (1 + 1e-9)


@settings(deadline=None, max_examples=60)
@given(CURVES, PATTERNS, st.floats(0, 23.9), st.floats(1, 20), st.floats(0.01, 5))
def test_more_dose_rate_never_shortens_a_restriction(
    curve: Curve, day: tuple[Stretch, ...], clock: float, factor: float, msv: float
) -> None:
    less = taken_up(curve, day, clock, msv)
    more = taken_up(scaled(curve, factor), day, clock, msv)
    assert (more or curve.start) >= (less or curve.start) - 1e-6
    if more is not None:
        assert dose_from(scaled(curve, factor), day, clock, more) <= msv


@given(CURVES, st.floats(0.1, 100))
def test_a_rate_stays_below_a_limit_from_the_time_that_is_told(curve: Curve, limit: float) -> None:
    since = curve.below_from(limit)
    assert all(curve.rate(since + more) <= limit * (1 + 1e-9) for more in (0, 0.1, 7, 90, 900))
    # Within that time a curve that rises steeply through two readings changes by more than 1e-6.
    assert since == curve.start or curve.rate(since - 1e-6) >= limit * (1 - 1e-4)


def test_units_and_the_order_of_rows_change_nothing(tmp_path: Path) -> None:
    expected = asked(tmp_path, "24,15,uSv/h\n72,9,uSv/h\n", "AU")
    assert asked(tmp_path, "72,0.009,mSv/h\n24,0.015,mSv/h\n", "AU") == expected
    assert asked(tmp_path, "24,1.5,mrem/h\n72,0.9,mrem/h\n", "AU") == expected
    in_gbq = asked(tmp_path, "24,1.5,GBq\n", "AU")
    assert asked(tmp_path, "24,1500,MBq\n", "AU") == in_gbq


def test_without_a_measurement_nothing_is_said(tmp_path: Path) -> None:
    view = api.discharge_view(api.discharge_report(BASE, None, ASKED))
    said = [*view["discharge"], *view["contacts"]]
    assert said
    assert {one["state"] for one in said} == {"cannot be said"}
    assert all(one["reason"] for one in said)
    assert "Nothing was measured" in " ".join(view["notices"])


def test_one_reading_gives_an_interval_up_to_the_physical_half_life(tmp_path: Path) -> None:
    open_ = asked(tmp_path, "24,15,uSv/h\n")
    assert open_["tail"]["half_life_h"] == {"low": 21.7, "high": 159.53}
    known = asked(tmp_path, "24,15,uSv/h\n", half_life="60")
    wide, narrow = (contact(one)["after_h"] for one in (open_, known))
    assert wide["low"] < narrow["low"] == narrow["high"] < wide["high"]


@pytest.mark.parametrize(("first", "last"), [(4, 24), (24, 72)])
def test_early_readings_do_not_tell_how_slowly_the_rest_goes(
    tmp_path: Path, first: float, last: float
) -> None:
    # The fast phase falls in them too; taken for all of it, the restriction ended far too soon.
    true = two_phases(0, 27, 0.44, 7.4, 95)
    rows = "".join(f"{t},{true.rate(t):.6f},uSv/h\n" for t in (first, last))
    view = asked(tmp_path, rows)
    assert view["tail"]["half_life_h"]["high"] == 159.53
    assert contact(view)["after_h"]["high"] >= taken_up(true, pattern("partner_bed"), CLOCK, 1)


def test_late_readings_tell_the_half_life_of_what_stays(tmp_path: Path) -> None:
    true = two_phases(0, 27, 0.44, 7.4, 95)
    rows = "".join(f"{t},{true.rate(t):.6f},uSv/h\n" for t in (4, 48, 120))
    view = asked(tmp_path, rows)
    assert view["tail"]["half_life_h"]["high"] == pytest.approx(95, rel=0.025)
    needed = taken_up(true, pattern("partner_bed"), CLOCK, 1)
    assert contact(view)["after_h"]["high"] == pytest.approx(needed, rel=0.02)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("1,8,uSv/h\n20,20,uSv/h\n", True),
        ("1,30,uSv/h\n20,8,uSv/h\n60,12,uSv/h\n", True),
        ("1,8,uSv/h\n20,8,uSv/h\n", False),
        ("1,8,uSv/h\n20,<10,uSv/h\n", False),
    ],
)
def test_a_reading_that_rises_is_told_and_shortens_nothing(
    tmp_path: Path, rows: str, told: bool
) -> None:
    """Nothing but a fault of distance, unit or time makes a dose rate rise."""
    tail = asked(tmp_path, rows)["tail"]
    assert ("is above that at" in tail["how"]) is told
    if told:
        assert (tail["half_life_h"]["low"], tail["half_life_h"]["high"]) == (159.53, 159.53)


def test_readings_that_fall_slower_than_by_decay_are_told(tmp_path: Path) -> None:
    """Readings at 2 and 6 h that were written down in minutes."""
    tail = asked(tmp_path, "120,30,uSv/h\n360,18,uSv/h\n")["tail"]
    assert "fall slower than by decay alone (distance, unit, time?)" in tail["how"]
    assert tail["half_life_h"] == {"low": 159.53, "high": 159.53}


@pytest.mark.parametrize("stated", [{"half_life": "2.5"}, {"two_phases": "0.44:0.3:4"}])
def test_a_half_life_in_days_is_asked_about(tmp_path: Path, stated: dict[str, str]) -> None:
    """Of 2.5 h nothing would be left on the day after, and nobody would have to keep a distance."""
    with pytest.raises(InputError, match="days would be"):
        asked(tmp_path, "24,15,uSv/h\n", **stated)
    file, value = tmp_path / "readings.csv", stated.get("half_life", "4")
    said = (f"remaining_half_life_h={value} by Dr A: as measured",)
    found = api.discharge_report(BASE, file, replace(ASKED, **stated), accept=said)
    assert [one.quantity for one in found.accepted] == ["remaining_half_life_h"]


def test_a_value_below_a_bound_is_an_interval_from_nothing_to_the_bound(tmp_path: Path) -> None:
    view = asked(tmp_path, "24,<20,uSv/h\n", half_life="95")
    bound = asked(tmp_path, "24,20,uSv/h\n", half_life="95")
    assert contact(view)["after_h"]["high"] == contact(bound)["after_h"]["high"]
    assert contact(view)["state"] == "restricted, perhaps"


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("25,uSv/h", "met"),
        ("0.025,mSv/h", "met"),
        ("25.0001,uSv/h", "not met"),
        ("<=25,uSv/h", "met"),
        ("20-30,uSv/h", "cannot be said"),
    ],
)
def test_a_limit_of_discharge_is_held_against_the_value_as_reported(
    tmp_path: Path, value: str, state: str
) -> None:
    view = asked(tmp_path, f"4,{value}\n", "AU")
    assert [one["state"] for one in view["discharge"]] == [state]


def test_a_limit_of_activity_needs_an_activity(tmp_path: Path) -> None:
    own = {"own_limit": "400 MBq"}
    by_rate = asked(tmp_path, "4,20,uSv/h\n", "EU", **own)["discharge"]
    assert [one["state"] for one in by_rate] == ["cannot be said"]
    by_activity = asked(tmp_path, "4,900,MBq\n", "EU", half_life="60", **own)["discharge"]
    assert [one["state"] for one in by_activity] == ["not met"]
    # 900 to 400 MBq: 60 h x log2(900 / 400) = 70.2 h after the reading at 4 h.
    assert by_activity[0]["met_from"]["latest"] == "2026-02-06T12:42:00"


def test_a_set_without_a_constraint_for_somebody_leaves_it_open(tmp_path: Path) -> None:
    view = asked(tmp_path, "24,15,uSv/h\n")
    assert contact(view, "carer")["state"] == "cannot be said"
    assert "states no constraint" in contact(view, "carer")["reason"]


def test_what_was_only_recalled_holds_for_no_region_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert asked(tmp_path, "24,15,uSv/h\n", "EU", constraints=None)["constraints"]["region"] == "AU"
    assert asked(tmp_path, "24,15,uSv/h\n", "IT", constraints=None)["constraints"]["region"] == "IT"
    recalled = asked(tmp_path, "24,15,uSv/h\n", "EU", constraints="rp-97")
    assert contact(recalled)["verification"] == "unverified"


def test_every_number_that_was_used_is_shown_with_how_far_it_was_read(tmp_path: Path) -> None:
    by_rate = asked(tmp_path, "48,15,uSv/h\n96,9,uSv/h\n")["rests_on"]
    assert {one["verification"] for one in by_rate} == {"primary", "unverified"}
    assert not [one for one in by_rate if "activity" in one["label"]]
    stated = asked(tmp_path, "24,1,GBq\n", half_life="60", cycles_a_year=2)["rests_on"]
    assert [one["source"] for one in stated] == ["glowgreen-2025", "bellamy-2022"]
    wanted = {"value", "unit", "source", "locator", "verification"}
    assert all(wanted <= one.keys() for one in stated)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("24,15,mR/h\n", "a unit of dose rate"),
        ("24,>15,uSv/h\n", "an upper end"),
        ("24,15000,uSv/h\n", "a dose rate above 0 and up to 500"),
        ("24,15,uSv/h\n24,14,uSv/h\n", "one measurement at 24 h"),
        ("24,15,uSv/h\n48,500,MBq\n", "dose rates or activities, not both"),
        ("-2,15,uSv/h\n", "a number of hours after the treatment, from 0"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, rows: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        asked(tmp_path, rows)


def test_the_story_of_a_patient_who_goes_home(tmp_path: Path) -> None:
    """Measured at 4, 24, 48 and 96 h; the partner's bed is free again, and nothing is released."""
    file = tmp_path / "readings.csv"
    rows = "4,22,uSv/h\n24,15,uSv/h\n48,12,uSv/h\n96,8,uSv/h\n"
    file.write_text(f"time_h,value,unit\n{rows}", encoding="utf-8")
    found = api.discharge_report(BASE, file, ASKED, "AU")
    view = api.discharge_view(found)
    assert view["tail"]["half_life_h"] == {"low": 82.06, "high": 82.06}
    assert [one["state"] for one in view["discharge"]] == ["met"]
    assert contact(view)["state"] == "restricted"
    assert "a named person releases" in view["notices"][0]
    sheet = sheet_view(found)
    # From 96 h the bed gives 2.28 x 8 uSv/h x 118.4 h = 2.2 mSv: 1 mSv from 91 h later on.
    line = next(one for one in sheet["lines"] if one["text"].startswith("Sleep in a bed"))
    assert line["until"] == "Wednesday 11 February 2026"
    page = sheet_html(found)
    assert "&lt;b&gt;Ola&lt;/b&gt;" in page, "data is never markup"
    assert "counts only when it is signed" in page
    assert "your team tells you" in page, "what is open is no permission"
    assert sheet_pdf(found) == sheet_pdf(found)
    assert sheet_pdf(found).startswith(b"%PDF-")
