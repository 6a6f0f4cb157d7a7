"""Differences between two treatments as studies report them, and what cannot be true of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gepnet.numbers.linear import Array


@dataclass(frozen=True)
class Contrast:
    """The effect of ``treat1`` against ``treat2`` in a study, with its standard error.

    For a ratio, the logarithm.
    """

    study: str
    treat1: str
    treat2: str
    effect: float
    se: float


@dataclass(frozen=True)
class Arms:
    """A study as effects of its arms, free but for their differences.

    Attributes:
        study: its name.
        treatments: one an arm.
        effects: (p,) of the arms, centred on nought.
        variances: (p, p) of the difference of each two arms.
    """

    study: str
    treatments: tuple[str, ...]
    effects: Array
    variances: Array


class ContrastFault(ValueError):
    """Contrasts from which no network can be fitted; ``study`` is where, or empty."""

    def __init__(self, study: str, told: str) -> None:
        """Keep the study and what is wrong."""
        self.study, self.told = study, told
        super().__init__(f"{study}: {told}" if study else told)


def components(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the parts of a network that no chain of comparisons connects, the largest first."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        parent[root(one)] = root(other)
    parts: dict[str, list[str]] = {}
    for name in sorted(parent):
        parts.setdefault(root(name), []).append(name)
    return sorted(parts.values(), key=lambda part: (-len(part), part))


def arms_of(contrasts: Sequence[Contrast], tolerance: float = 0.001) -> list[Arms]:
    """Return each study as arms: every two of them have to be compared, and to agree.

    Args:
        contrasts: of one or more studies; a trial of p arms has p (p - 1) / 2 of them.
        tolerance: by how much the effects of a trial of several arms may miss adding up along its
            arms. Ratios printed to two decimals need about 0.02.

    Raises:
        ContrastFault: for a study that compares a treatment with itself or two treatments twice,
            leaves out a comparison of its arms, or whose comparisons contradict each other.
    """
    studies: dict[str, list[Contrast]] = {}
    for contrast in contrasts:
        studies.setdefault(contrast.study, []).append(contrast)
    return [_arms(name, rows, tolerance) for name, rows in studies.items()]


def _arms(study: str, rows: Sequence[Contrast], tolerance: float) -> Arms:
    found: dict[frozenset[str], Contrast] = {}
    for row in rows:
        pair = frozenset((row.treat1, row.treat2))
        if len(pair) == 1:
            raise ContrastFault(study, f"{row.treat1} is compared with itself")
        if pair in found:
            raise ContrastFault(study, f"{row.treat1} and {row.treat2} are compared twice")
        if not (np.isfinite(row.effect) and np.isfinite(row.se) and row.se > 0):
            raise ContrastFault(study, "an effect or a standard error that is no number above 0")
        found[pair] = row
    names = tuple(sorted({name for pair in found for name in pair}))
    missing = [pair for pair in combinations(names, 2) if frozenset(pair) not in found]
    if missing:
        listed = ", ".join(" and ".join(pair) for pair in missing)
        raise ContrastFault(study, f"{len(names)} arms, and no comparison of {listed}")
    p, at = len(names), {name: place for place, name in enumerate(names)}
    differences, variances = np.zeros((p, p)), np.zeros((p, p))
    for row in rows:
        i, j = at[row.treat1], at[row.treat2]
        differences[i, j], differences[j, i] = row.effect, -row.effect
        variances[i, j] = variances[j, i] = row.se**2
    effects = differences.mean(axis=1)
    if p > 2:
        _check_agreement(study, names, differences, effects, tolerance)
        _check_variances(study, variances)
    return Arms(study, names, effects, variances)


def _check_agreement(
    study: str, names: Sequence[str], differences: Array, effects: Array, tolerance: float
) -> None:
    off = np.abs(differences - (effects[:, None] - effects[None, :]))
    if off.max() > tolerance:
        i, j = sorted(divmod(int(off.argmax()), len(names)))
        expected = effects[i] - effects[j]
        raise ContrastFault(
            study,
            f"the comparisons of its arms contradict each other: {names[i]} against {names[j]} "
            f"is given as {differences[i, j]:.4f}, and the others lead to about {expected:.4f}",
        )


def _check_variances(study: str, variances: Array) -> None:
    """Refuse variances of differences that no arms can have: one would be below nought."""
    from gepnet.numbers.meta.network import arm_covariance

    if np.linalg.eigvalsh(arm_covariance(variances)).min() < -1e-9 * variances.max():
        raise ContrastFault(
            study, "the standard errors of its comparisons contradict each other: no arms have them"
        )


def named(parts: Sequence[Sequence[str]]) -> str:
    """Return the components of a network in words."""
    return "; ".join(", ".join(part) for part in parts)


def by_pair(contrasts: Sequence[Contrast]) -> Mapping[tuple[str, str], list[Contrast]]:
    """Return the contrasts of each two treatments, turned so that both names are in order."""
    found: dict[tuple[str, str], list[Contrast]] = {}
    for c in contrasts:
        turned = (
            c if c.treat1 < c.treat2 else Contrast(c.study, c.treat2, c.treat1, -c.effect, c.se)
        )
        found.setdefault((turned.treat1, turned.treat2), []).append(turned)
    return found
