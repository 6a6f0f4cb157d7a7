"""Numbers that are likely to be slips are asked about, and taken once confirmed with a reason."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gepnet.knowledge import InputError
from gepnet.prrt.dosimetry.question import Stated
from gepnet.prrt.dosimetry.table import Series, read_series
from gepnet.prrt.plausible import PlausibleRange
from tests.prrt.dosimetry.tables import HEAD, packaged, write

DATA = packaged()
RANGES = DATA.plausible.ranges
SAID = Stated(decay_corrected=False, sex="female", administered_gbq=7.4)
GOOD = ["p,1,kidney_left,4,92.2,158", "p,1,kidney_left,24,75.1,158", "p,1,kidney_left,96,30,158"]


def series(path: Path, lines: list[str], stated: Stated, head: str = HEAD) -> Series:
    return read_series(write(path / "data.csv", lines, head), DATA, stated)


@given(st.sampled_from(RANGES), st.floats(0, 1))
def test_no_plausible_value_stays_plausible_in_the_unit_of_a_slip(
    band: PlausibleRange, share: float
) -> None:
    value = band.low * (band.high / band.low) ** share
    assert band.slips, "a range that notices no slip asks for nothing"
    for unit, size in band.slips.items():
        assert not band.holds(value / size), (band.quantity, unit)
        told = band.doubt(value / size)
        assert f"as {unit} it would be" in told or len(band.slips) > 1


def test_a_range_that_is_too_wide_to_notice_its_slip_is_refused() -> None:
    with pytest.raises(ValidationError, match="too wide: written in kg"):
        PlausibleRange(
            quantity="mass_g", low=1, high=2000, unit="g", slips={"kg": 1000},
            source="gepnet-definition",
        )  # fmt: skip


SLIPS = [
    ("kg for g", ["p,1,kidney_left,24,75,0.158", "p,1,kidney_left,96,30,0.158"], "mass_g", "as kg"),
    ("days", ["p,1,kidney_left,1,75,158", "p,1,kidney_left,4,30,158"], "last_time_h", "as d"),
    ("minutes", ["p,1,spleen,1440,75,158", "p,1,spleen,5760,30,158"], None, "as h"),
    ("mCi", ["p,1,kidney_left,24,2.03,158", "p,1,kidney_left,96,0.81,158"], "uptake", "as mCi"),
    ("kBq", ["p,1,liver,24,180000,1500", "p,1,liver,96,90000,1500"], None, "MBq"),
    ("one day", ["p,1,kidney_left,4,75,158"], "only_time_h", "as d it would be 96"),
]


@pytest.mark.parametrize(("name", "lines", "quantity", "told"), SLIPS, ids=[s[0] for s in SLIPS])
def test_the_usual_slips_are_asked_about(
    tmp_path: Path, name: str, lines: list[str], quantity: str | None, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        series(tmp_path, lines, replace(SAID, liver_lesions="excluded"))
    said = " ".join(map(str, caught.value.problems))
    assert told.rsplit(maxsplit=1)[-1] in said or quantity is None
    if quantity is not None:
        assert quantity in said and "--accept" in said


def test_an_activity_given_in_other_units_is_asked_about(tmp_path: Path) -> None:
    for given_gbq in (0.2, 200.0):  # 7.4 GBq are 200 mCi
        with pytest.raises(InputError, match="administered_gbq"):
            series(tmp_path, GOOD, replace(SAID, administered_gbq=given_gbq))


def test_what_is_usual_is_not_asked_about(tmp_path: Path) -> None:
    assert series(tmp_path, GOOD, SAID).breaches == {}


def test_a_breach_is_taken_with_a_reason_which_stays_with_the_curve(tmp_path: Path) -> None:
    small = [line.replace(",158", ",25") for line in GOOD]
    with pytest.raises(InputError, match="expected 40 to 600 g for kidney_left"):
        series(tmp_path, small, SAID)
    why = "p:mass_g=25 by Dr Bell: shrunken, by CT"
    found = series(tmp_path, small, replace(SAID, accept=(why,)))
    ((breach,),) = found.breaches.values()
    assert (breach.quantity, breach.value) == ("mass_g", 25)
    assert breach.accepted is not None
    assert (breach.accepted.accepted_by, breach.accepted.reason) == ("Dr Bell", "shrunken, by CT")
    with pytest.raises(InputError, match="mass_g"):
        series(tmp_path, small, replace(SAID, accept=("q:mass_g=25 by A: another patient",)))
    with pytest.raises(InputError, match="mass_g"):
        series(tmp_path, small, replace(SAID, accept=("p:liver:mass_g=25 by A: another region",)))


@pytest.mark.parametrize("text", ["mass_g", "mass_g=", "mass_g=25", "mass=25 by A: light"])
def test_an_acceptance_without_who_and_why_or_of_nothing_is_refused(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(InputError, match="QUANTITY=VALUE by WHO: WHY"):
        series(tmp_path, GOOD, replace(SAID, accept=(text,)))


def test_one_sex_of_a_patient_and_one_activity_of_a_cycle(tmp_path: Path) -> None:
    head = f"{HEAD},sex,administered_gbq"
    lines = [
        *(f"{line},female,7.4" for line in GOOD),
        *(f"{line},male,7.4".replace("p,1,", "p,2,") for line in GOOD),
        *(f"{line},female,3.7".replace("left", "right") for line in GOOD),
    ]
    with pytest.raises(InputError) as caught:
        series(tmp_path, lines, Stated(decay_corrected=False), head)
    told = [(problem.field, problem.line) for problem in caught.value.problems]
    assert told == [("sex", 5), ("administered_gbq", 8)]
    assert "one sex of a patient (female on line 2)" in str(caught.value)
