"""Another cycle and the kidney: the probability follows from the dosimetry's own intervals."""

from decimal import Decimal

import pytest

from gepnet.knowledge import InputError, load_knowledge
from gepnet.prrt.after.another import AnotherCycle, another_cycle, kidney_limits
from gepnet.prrt.after.doses import OrganDose

KNOWLEDGE = load_knowledge()
SETTINGS = AnotherCycle.read(KNOWLEDGE.measures)


def dose(cycle: int, gy: float, width: float = 0.05, given: str | None = "7.4") -> OrganDose:
    value = Decimal(str(gy))
    ends = [value * Decimal(str(factor)) for factor in (1 / (1 + width), 1 + width)]
    return OrganDose(
        "p", cycle, "kidneys", value, value * Decimal("1.08"), *ends, *ends,
        administered_gbq=None if given is None else Decimal(given),
    )  # fmt: skip


def share(doses: list[OrganDose], limit: str = "23", **more: object) -> float:
    limits = kidney_limits(KNOWLEDGE.advisory_limits, limit)
    (found,) = another_cycle("p", doses, limits, SETTINGS, **more).outlooks  # type: ignore[arg-type]
    assert found.probability is not None, found.refused
    return found.probability


def test_three_cycles_of_five_leave_room_and_of_seven_do_not() -> None:
    assert share([dose(n, 5) for n in (1, 2, 3)]) > 0.85
    assert share([dose(n, 7) for n in (1, 2, 3)]) < 0.1
    assert share([dose(n, 8) for n in (1, 2, 3)]) == 0


def test_half_the_activity_and_a_higher_limit_leave_more_room() -> None:
    doses = [dose(n, 5.6) for n in (1, 2, 3)]
    assert share(doses, activity_gbq=3.7) > share(doses) + 0.2
    assert share(doses, "30") > share(doses) > share(doses, "20")


def test_cycles_that_differ_make_the_outlook_less_certain() -> None:
    alike, apart = [dose(n, 5) for n in (1, 2, 3)], [dose(1, 3.5), dose(2, 5), dose(3, 6.5)]
    assert share(apart) < share(alike)


def test_a_cycle_without_a_dose_makes_the_probability_an_upper_bound() -> None:
    limits = kidney_limits(KNOWLEDGE.advisory_limits, "23")
    doses = [dose(n, 5) for n in (1, 2)]
    (known,) = another_cycle("p", doses, limits, SETTINGS).outlooks
    (open_,) = another_cycle("p", doses, limits, SETTINGS, cycles=3).outlooks
    assert (known.at_most, open_.at_most) == (False, True)
    assert open_.cycles_without_dose == [3]
    assert "at most" in open_.sentence and "cycle 3 has no dose" in open_.sentence
    assert open_.probability == known.probability
    assert "the total is at least" in open_.sentence and "at least" not in known.sentence


def test_without_an_activity_or_a_bound_there_is_no_probability() -> None:
    limits = kidney_limits(KNOWLEDGE.advisory_limits, "kidney-bed-risk")
    (found,) = another_cycle("p", [dose(1, 5, given=None)], limits, SETTINGS).outlooks
    assert found.probability is None
    assert found.refused is not None and "administered_gbq" in found.refused
    bare = OrganDose("p", 1, "kidneys", Decimal(5), administered_gbq=Decimal("7.4"))
    (found,) = another_cycle("p", [bare], limits, SETTINGS).outlooks
    assert found.refused == "cycle 1 has no BED"
    wide = OrganDose(
        "p", 1, "kidneys", Decimal(5), None, Decimal(4), None, administered_gbq=Decimal("7.4")
    )
    (found,) = another_cycle(
        "p", [wide], kidney_limits(KNOWLEDGE.advisory_limits, "23"), SETTINGS
    ).outlooks
    assert found.refused == "the dose of cycle 1 has no bound"


def test_bad_questions_are_named() -> None:
    with pytest.raises(InputError, match="kidney-absorbed-dose"):
        kidney_limits(KNOWLEDGE.advisory_limits, "kidney")
    limits = kidney_limits(KNOWLEDGE.advisory_limits, None)
    assert {limit.id for limit in limits} == {
        "kidney-absorbed-dose", "kidney-bed-risk", "kidney-bed-no-risk",
    }  # fmt: skip
    with pytest.raises(InputError, match="at least 3"):
        another_cycle("p", [dose(3, 5)], limits, SETTINGS, cycles=2)
    with pytest.raises(InputError, match="a dose of kidneys"):
        another_cycle("p", [], limits, SETTINGS)
