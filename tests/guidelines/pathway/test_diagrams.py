"""What is read off a diagram at once is what looking at each of its patients gives."""

import random
from itertools import product

from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams
from gepnet.guidelines.pathway.possible import connected, groups

SIZES = (2, 3, 2, 4)


def made(at: Diagrams, choose: random.Random) -> tuple[Diagram, set[tuple[int, ...]]]:
    """Return a condition with the patients of whom it is true."""
    patients = list(product(*map(range, SIZES)))
    named = [level for level in range(len(SIZES)) if choose.random() < 0.6]
    share = choose.choice((0.0, 0.1, 0.4, 1.0))
    kinds = {p: choose.random() < share for p in product(*(range(SIZES[i]) for i in named))}
    inside = {one for one in patients if kinds[tuple(one[level] for level in named)]}
    found = at.false
    for one in inside:
        ways = (at.among(level, {place}) for level, place in enumerate(one))
        found = at.some(found, at.all_of(ways))
    return found, inside


def test_the_answers_with_which_a_condition_can_be_true() -> None:
    at, choose = Diagrams(SIZES), random.Random(1)
    parts = 0
    for _ in range(60):
        condition, inside = made(at, choose)
        for level, size in enumerate(SIZES):
            expected = {one[level] for one in inside}
            assert at.answers(condition, level) == expected
            parts += 0 < len(expected) < size
    assert parts > 20


def test_conditions_that_share_no_variable_stay_apart() -> None:
    at = Diagrams((2,) * 7)
    pair = [at.both(at.among(a, {0}), at.among(b, {1})) for a, b in ((0, 1), (3, 4), (1, 2))]
    found = groups(at, [*pair, at.among(5, {0}), at.true])
    first, second, third = pair
    assert connected(found, {0}) == sorted([first, third]) == connected(found, {2})
    assert connected(found, {4}) == [second]
    assert connected(found, {0, 3}) == sorted(pair)
    assert connected(found, {6}) == connected(found, ()) == []
