"""Laws that hold for any patient: what must not matter does not, what must decide does."""

from __future__ import annotations

import random
import re
from collections import Counter

import hypothesis.strategies as st
from hypothesis import given, settings

from gepnet.response.recist import Result
from tests.response.recist.helpers import DAYS, HEADER, course, options, results, row, rules

SIZES = st.one_of(
    st.sampled_from(["absent", "too_small", "not_evaluated", None]),
    st.integers(1, 9000).map(lambda size: size / 100),
    st.sampled_from([("times", factor) for factor in (0.6, 0.7, 0.9, 1.0, 1.0, 1.1, 1.2)]),
)
STATES = st.sampled_from(["present", "absent", "not_evaluated", "unequivocal_progression", None])
LENGTH = 4
MANY = settings(deadline=None, max_examples=60)


def _size(first: float, value: object) -> object:
    """Return a size as it is, or the first size times a factor."""
    return round(first * value[1], 2) if isinstance(value, tuple) else value


@st.composite
def patients(draw: st.DrawFn) -> list[str]:
    """One to four targets, up to two non-targets, perhaps a finding that may be new."""
    rows: list[str] = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.integers(1000, 9000)) / 100
        later = draw(st.lists(SIZES, min_size=LENGTH, max_size=LENGTH))
        nodal = draw(st.booleans())
        sized = [_size(first, value) for value in later]
        rows += course(f"T{number}", [first, *sized], organ=f"organ {number}", nodal=nodal)
    for number in range(draw(st.integers(0, 2))):
        later = draw(st.lists(STATES, min_size=LENGTH, max_size=LENGTH))
        rows += course(f"N{number}", ["present", *later], role="non_target")
    if draw(st.booleans()):
        rows += [row("E", draw(st.integers(1, LENGTH)), "present", role="new_equivocal")]
    # Every date was looked at: a scan on which nothing was seen is not a scan that was not made.
    rows += [row("Z", day, "absent", role="new_equivocal") for day in range(1, LENGTH + 1)]
    return rows


def only(rows: list[str]) -> Result:
    (found,) = results(rows)
    return found


def said(result: Result) -> list[tuple[object, ...]]:
    return [
        (p.date, p.sum, p.nadir, p.target, p.non_target, p.new_lesion, p.overall)
        for p in result.timepoints
    ]


@MANY
@given(patients(), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[str], draw: random.Random) -> None:
    mixed = draw.sample(rows, len(rows))
    assert said(only(mixed)) == said(only(rows))
    assert only(mixed).best_confirmed == only(rows).best_confirmed


@MANY
@given(patients())
def test_the_unit_does_not_matter(rows: list[str]) -> None:
    import tempfile
    from decimal import Decimal
    from pathlib import Path

    from gepnet.response.recist import assess, read_patients

    def in_cm(text: str) -> str:
        cells = text.split(",")
        cells[6] = str(Decimal(cells[6]) / 10) if cells[6] else ""
        return ",".join(cells)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cm.csv"
        header = HEADER.replace("diameter_mm", "diameter_cm")
        file.write_text("\n".join([header, *map(in_cm, rows)]) + "\n", "utf-8")
        (patient,) = read_patients(rules(), file)
    assert assess(patient, rules(), options()) == only(rows)


@MANY
@given(patients())
def test_an_unchanged_non_target_changes_no_response_but_forbids_cr(rows: list[str]) -> None:
    """Disease that stays is no CR (table 1 of the paper); nothing else may come of it."""
    more = [*rows, *course("S", ["present"] * (LENGTH + 1), role="non_target")]
    before, after = only(rows), only(more)
    had_cr = False
    for old, new in zip(before.timepoints, after.timepoints, strict=True):
        assert (old.target, old.new_lesion) == (new.target, new.new_lesion) or had_cr
        if old.overall == "CR":
            assert new.overall == "PR"
            had_cr = True
        elif not had_cr:  # later points of a former CR are judged against it
            assert new.overall == old.overall


@MANY
@given(patients(), st.integers(1, LENGTH))
def test_an_unequivocal_new_lesion_is_always_progression(rows: list[str], day: int) -> None:
    result = only([*rows, row("X", day, "present", role="new")])
    for point in result.timepoints[day - 1 :]:
        assert (point.overall, point.new_lesion) == ("PD", True)
    assert str(result.progression) <= DAYS[day]


@MANY
@given(
    patients(),
    st.lists(st.integers(1000, 9000), min_size=LENGTH + 1, max_size=LENGTH + 1),
    st.integers(1, LENGTH),
    st.integers(1, 99),
)
def test_a_split_lesion_counts_as_its_fragments_together(
    rows: list[str], sizes: list[int], day: int, share: int
) -> None:
    """From a day on one target is two pieces whose diameters add up to its own."""
    whole = course("S", [size / 100 for size in sizes], organ="liver")
    pieces = []
    for place in range(day, LENGTH + 1):
        first = sizes[place] * share // 100
        status = " split_from:S" if place == day else ""
        for name, part in (("Sa", first), ("Sb", sizes[place] - first)):
            pieces.append(row(name, place, f"{part / 100}{status}"))
    split = only([*rows, *whole[:day], *pieces])
    assert said(split) == said(only([*rows, *whole]))
    told = split.timepoints[day - 1].reason
    assert "Sa is a fragment of S" in told and "Sb is a fragment of S" in told


NUMBER = "([0-9.]+) mm"


def test_each_reason_gives_the_numbers_that_decide() -> None:
    seen: Counter[str] = Counter()

    @settings(MANY, derandomize=True)
    @given(patients())
    def holds(rows: list[str]) -> None:
        for point in only(rows).timepoints:
            assert point.reason.startswith(f"{point.overall}: ")
            if point.target == "PD":
                found = re.search(f"sum (?:at least )?{NUMBER}, nadir {NUMBER}", point.reason)
                assert found is not None
                now, low = float(found[1]), float(found[2])
                assert now - low >= 5 - 1e-9 and now >= 1.2 * low - 1e-9
            seen[point.overall] += 1

    holds()
    assert min(seen[word] for word in ("CR", "PR", "SD", "PD", "NE")) >= 3, seen
