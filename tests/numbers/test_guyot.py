"""Observations worked out of curves that were made from known ones (Guyot 2012)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._known_curves import known_arms, ratio, read_off
from gepnet.numbers import kaplan_meier, rebuild
from gepnet.numbers.survival import Curve

CASES = 8  # of the 200 that `make bench BENCH=guyot` looks at


def test_ratios_and_medians_are_those_of_the_data_behind_the_curves() -> None:
    ratios, medians = [], []
    for seed in range(CASES):
        arms = known_arms(seed)
        found = [rebuild(*read_off(*arm)) for arm in arms]
        ratios.append(ratio(*((one.time, one.event) for one in found)) / ratio(*arms) - 1)
        for arm, one in zip(arms, found, strict=True):
            true, ours = (kaplan_meier(*data).median.value for data in (arm, (one.time, one.event)))
            assert (true is None) == (ours is None)
            medians.append(0.0 if true is None or ours is None else ours / true - 1)
    assert sum(abs(error) < 0.03 for error in ratios) >= 0.95 * CASES
    assert sum(abs(error) < 0.02 for error in medians) >= 0.95 * 2 * CASES


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=5, max_size=60),
    st.sampled_from([4.0, 10.0, 50.0]),
)
def test_nobody_is_made_up_or_lost(seen: list[tuple[int, bool]], apart: float) -> None:
    times, events = [float(t) for t, _ in seen], [int(e) for _, e in seen]
    found = rebuild(*read_off(np.array(times), np.array(events), apart))
    assert found.time.size == len(seen)
    assert (np.diff(found.time) >= 0).all() and set(found.event) <= {0.0, 1.0}
    assert found.time[-1] <= max(times) + 1e-9


def test_published_events_come_out() -> None:
    (time, event), _ = known_arms(3)
    *points, begins, counts = read_off(time, event, apart=100)
    found = rebuild(*points, begins, counts, int(event.sum()))
    assert abs(found.event.sum() - event.sum()) <= 1


def test_a_point_that_rises_is_brought_down_and_told() -> None:
    found = rebuild([0, 1, 2, 3], [1, 0.8, 0.85, 0.6], [0], [10])
    assert found.corrected == 1
    curve: Curve = kaplan_meier(found.time, found.event)
    assert curve.at(2.5).value == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(
    ("points", "begins", "counts", "told"),
    [
        (([0], [1]), [0], [10], "at least two points"),
        (([0, 1], [1, 1.2]), [0], [10], "survival from 0 to 1"),
        (([0, 1], [1, 0.5]), [1], [10], "at time 0"),
        (([0, 1], [1, 0.5]), [0, 1], [10], "as many numbers at risk"),
        (([0, 1], [1, 0.5]), [0, 1], [10, 11], "never rise"),
        (([0, 1], [1, 0.5]), [0, 0], [10, 9], "ascend"),
    ],
)
def test_what_is_no_curve_is_refused(
    points: tuple[list[float], list[float]], begins: list[float], counts: list[int], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        rebuild(*points, begins, counts)
