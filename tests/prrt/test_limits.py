"""Sums of known parts are intervals with an open end, and every limit is asked of the interval."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gepnet.prrt.after.doses import OrganDose, totals
from gepnet.prrt.limits import Part, Total

gray = st.decimals(0, 20, places=2, allow_nan=False)
limits = st.decimals(1, 60, places=1, allow_nan=False)
#: Those in which it is not said that the total stays under the limit.
OPEN = {"unknown", "over", "at_or_over", "within_interval"}


@st.composite
def parts(draw: st.DrawFn) -> Part:
    value = draw(gray)
    kind = draw(st.sampled_from(["exact", "interval", "no bound", "at least"]))
    if kind == "exact":
        return Part(value)
    low = max(value - draw(gray) / 10, Decimal(0))
    high = None if kind == "no bound" else value + draw(gray) / 10
    return Part(value, low, high, at_least=kind == "at least")


def test_three_cycles_of_eight_are_over_23_and_17_with_one_missing_are_not_below() -> None:
    three = Total.of([Part(Decimal(8))] * 3, complete=False)
    assert three.against(Decimal(23)) == "over"
    assert Total.of([Part(Decimal("17.5"))], complete=False).against(Decimal(23)) == "unknown"
    assert Total.of([], complete=False).against(Decimal(23)) == "unknown"


@given(st.lists(parts(), max_size=5), limits, parts())
def test_an_unknown_further_part_makes_nothing_below(
    known: list[Part], limit: Decimal, later: Part
) -> None:
    whole, more = Total.of(known, True), Total.of(known, False)
    assert more.against(limit) in OPEN
    assert whole.against(limit) != "over" or more.against(limit) == "over"
    # Whatever the further part turns out to be, what was said before it was known stays true.
    found = Total.of([*known, Part(later.value)], True).against(limit)
    if more.against(limit) == "over":
        assert found in {"over", "within_interval"} or later.value == 0


@given(st.lists(gray, max_size=5), gray, limits)
def test_over_stays_over_whatever_is_added(
    known: list[Decimal], later: Decimal, limit: Decimal
) -> None:
    before = Total.of([Part(value) for value in known], False).against(limit)
    after = Total.of([Part(value) for value in [*known, later]], False).against(limit)
    order = ["unknown", "at_or_over", "over"]
    assert order.index(after) >= order.index(before)


@given(st.lists(parts(), max_size=5), limits, st.randoms())
def test_the_order_of_the_parts_changes_nothing(
    known: list[Part], limit: Decimal, random: "st.DataObject"
) -> None:
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Total.of(known, True).against(limit) == Total.of(shuffled, True).against(limit)


def dose(cycle: int, region: str, gy: str, mass: str | None = None) -> OrganDose:
    mass_g = None if mass is None else Decimal(mass)
    return OrganDose("p", cycle, region, Decimal(gy), mass_g=mass_g)


def test_both_kidneys_are_the_mean_by_mass_and_without_masses_at_least_the_lower() -> None:
    weighed = [dose(1, "kidney_left", "6", "100"), dose(1, "kidney_right", "3", "200")]
    found = dict(totals(weighed, "kidneys", "absorbed_dose", 1))
    assert {name: total.total for name, total in found.items()} == {
        "kidneys": 4,
        "kidney_left": 6,
        "kidney_right": 3,
    }
    plain = [dose(1, "kidney_left", "6"), dose(1, "kidney_right", "3")]
    both = dict(totals(plain, "kidneys", "absorbed_dose", 1))["kidneys"]
    assert (both.total, both.at_least, both.at_most) == (None, 3, None)


def test_one_kidney_says_nothing_of_the_other() -> None:
    left = [dose(1, "kidney_left", "24", "150")]
    found = dict(totals(left, "kidneys", "absorbed_dose", 1))
    assert found["kidney_left"].against(Decimal(23)) == "over"
    assert found["kidney_right"].against(Decimal(23)) == "unknown"
    assert found["kidneys"].against(Decimal(23)) == "unknown"


def test_what_the_blood_gave_the_marrow_is_a_lower_bound() -> None:
    blood = [dose(1, "blood", "0.3"), dose(2, "blood", "0.3")]
    assert dict(totals(blood, "bone_marrow", "absorbed_dose", 2))["bone_marrow"] == Total(
        None, Decimal("0.6"), None, Decimal("0.6")
    )
    marrow = [dose(1, "bone_marrow", "0.3"), dose(2, "bone_marrow", "0.3")]
    assert dict(totals(marrow, "bone_marrow", "absorbed_dose", 2))["bone_marrow"].total == Decimal(
        "0.6"
    )
