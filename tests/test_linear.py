"""Many small systems of equations: one that has no solution leaves the others theirs."""

import numpy as np

from gepnet.numbers import firth, solve_each


def test_a_singular_system_is_not_a_number_and_the_others_are_solved() -> None:
    random = np.random.default_rng(1)
    matrices, vectors = random.standard_normal((5, 3, 3)), random.standard_normal((5, 3))
    matrices[2] = np.outer([1, 2, 3], [1, 2, 3])
    matrices[4] = 0
    found = solve_each(matrices, vectors)
    assert np.isnan(found[[2, 4]]).all()
    for place in (0, 1, 3):
        assert np.allclose(found[place], np.linalg.solve(matrices[place], vectors[place]))


def test_a_data_set_without_full_rank_leaves_the_others_their_fit() -> None:
    design = np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])
    events = np.array([[5.0, 3, 2, 4], [5, 0, 0, 0]])
    others = np.array([[2.0, 4, 6, 3], [3, 0, 0, 0]])
    alone, both = firth(design, events[:1], others[:1]), firth(design, events, others)
    assert both.converged.tolist() == [True, False]
    assert np.allclose(both.coefficients[0], alone.coefficients[0])
