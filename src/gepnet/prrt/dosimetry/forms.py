"""The shapes a time-activity curve may have, all of them sums of exponentials.

``A(t) = sum_j a_j exp(-k_j t)``, with ``a`` (MBq) and ``k`` (1/h, effective) functions of a few
free parameters. Everything else follows from ``a``, ``k`` and their derivatives: the curve, its
Jacobian, its integral ``sum_j a_j / k_j`` (MIRD) and the gradient of the integral.

| form       | curve                                        | free parameters                 |
|------------|----------------------------------------------|---------------------------------|
| mono       | ``A e^(-k t)``                               | ln A, k                         |
| bi_uptake  | ``A (e^(-k1 t) - e^(-k2 t))``                | ln A, ln k1, ln (k2-k1)         |
| bi_washout | ``A1 e^(-k1 t) + A2 e^(-k2 t)``              | ln A1, ln k1, ln A2, ln (k2-k1) |
| tri_uptake | ``a e^(-b t) + c e^(-d t) - (a+c) e^(-f t)`` | ln a, ln b, ln c, ln (d-b)      |

The rate of a mono-exponential is free in sign, so that activity which does not fall is seen and
refused, not hidden by a bound. The forms with uptake start at zero. The last one takes the rate of
uptake ``f`` as given (Jackson P et al. Med Phys 2013, doi 10.1118/1.4824318): with the uptake free,
no usual number of scans decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gepnet.prrt.dosimetry.decay import Array

Slopes = Mapping[tuple[int, int], Array]


@dataclass(frozen=True)
class Components:
    """``a`` and ``k`` of c curves with j exponentials, and their derivatives.

    The derivative of ``a`` or ``k`` of exponential ``j`` by parameter ``p`` is ``da[j, p]`` or
    ``dk[j, p]`` (c,); one that is not there is zero.
    """

    a: Array  # (c, j) MBq
    k: Array  # (c, j) 1/h
    da: Slopes
    dk: Slopes

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return 1 + max(parameter for _, parameter in (*self.da, *self.dk))


@dataclass(frozen=True)
class Form:
    """A shape of curve with ``size`` free parameters.

    ``bend`` is 1 where the logarithm of the curve is convex whatever the parameters, -1 where it is
    concave: the second derivative of ``ln(1 ± r e^(-g t))``, what it has beside a straight line,
    is ``± r g^2 e^(-g t) / (1 ± r e^(-g t))^2``.
    """

    id: str
    title: str
    size: int
    components: Callable[[Array], Components]
    bend: int = 0


def values(parts: Components, times: Array) -> Array:
    """Activities (c, n) in MBq at the times (c, n)."""
    exponentials = np.exp(-parts.k[:, None, :] * times[:, :, None])
    return np.asarray(np.einsum("cj,cnj->cn", parts.a, exponentials))


def values_and_jacobian(parts: Components, times: Array) -> tuple[Array, Array]:
    """Activities (c, n) and their derivatives by the free parameters (c, n, p).

    Both are views of arrays in which the curves come last, and so are quick where ``times`` is one.
    """
    moments = times.T
    activity = np.zeros_like(moments)
    jacobian = np.zeros((parts.size, *moments.shape))
    for j in range(parts.k.shape[1]):
        exponential = np.exp(-parts.k[:, j] * moments)
        by_k = -parts.a[:, j] * exponential * moments
        activity += parts.a[:, j] * exponential
        for slopes, by in ((parts.da, exponential), (parts.dk, by_k)):
            for (exponent, parameter), slope in slopes.items():
                if exponent == j:
                    jacobian[parameter] += slope * by
    return activity.T, jacobian.T


def integral(parts: Components) -> Array:
    """Time-integrated activity ``sum a/k`` in MBq h, (c,)."""
    return np.asarray((parts.a / parts.k).sum(axis=1))


def integral_gradient(parts: Components) -> Array:
    """Derivatives of the integral by the free parameters, (c, p)."""
    found = np.zeros((len(parts.a), parts.size))
    for (j, parameter), slope in parts.da.items():
        found[:, parameter] += slope / parts.k[:, j]
    for (j, parameter), slope in parts.dk.items():
        found[:, parameter] -= slope * parts.a[:, j] / parts.k[:, j] ** 2
    return found


def integral_after(parts: Components, time_h: Array) -> Array:
    """Time-integrated activity after ``time_h`` (c,), in MBq h."""
    return np.asarray((parts.a / parts.k * np.exp(-parts.k * time_h[:, None])).sum(axis=1))


def slowest_rate(parts: Components) -> Array:
    """The effective rate of the last phase, (c,) in 1/h."""
    return np.asarray(parts.k[:, 0])


def slowest_rate_gradient(parts: Components) -> Array:
    """Derivatives of that rate by the free parameters, (c, p)."""
    found = np.zeros((len(parts.k), parts.size))
    for (j, parameter), slope in parts.dk.items():
        if j == 0:
            found[:, parameter] = slope
    return found


def _mono(theta: Array) -> Components:
    level, rate = np.exp(theta[:, 0]), theta[:, 1]
    return Components(level[:, None], rate[:, None], {(0, 0): level}, {(0, 1): np.ones_like(rate)})


def _two_rates(theta: Array, slow: int, gap: int) -> tuple[Array, Slopes]:
    """Set k1 = exp(slow) and k2 = k1 + exp(gap): the order cannot be lost on the way."""
    first, more = np.exp(theta[:, slow]), np.exp(theta[:, gap])
    return _side_by_side(first, first + more), {(0, slow): first, (1, slow): first, (1, gap): more}


def _side_by_side(*columns: Array) -> Array:
    """Return columns (c,) as (c, j), each in one piece of memory."""
    return np.stack(columns).T


def _bi_uptake(theta: Array) -> Components:
    level = np.exp(theta[:, 0])
    rates, slopes = _two_rates(theta, 1, 2)
    return Components(_side_by_side(level, -level), rates, {(0, 0): level, (1, 0): -level}, slopes)


def _bi_washout(theta: Array) -> Components:
    first, second = np.exp(theta[:, 0]), np.exp(theta[:, 2])
    rates, slopes = _two_rates(theta, 1, 3)
    return Components(_side_by_side(first, second), rates, {(0, 0): first, (1, 2): second}, slopes)


MONO = Form("mono", "mono-exponential", 2, _mono)
BI_UPTAKE = Form("bi_uptake", "bi-exponential, uptake and washout", 3, _bi_uptake, -1)
BI_WASHOUT = Form("bi_washout", "bi-exponential washout", 4, _bi_washout, 1)


def tri_uptake(uptake_per_h: float) -> Form:
    """Return the tri-exponential form with a given rate of uptake (1/h)."""

    def components(theta: Array) -> Components:
        two = _bi_washout(theta)
        first, second = two.a.T
        return Components(
            _side_by_side(first, second, -first - second),
            _side_by_side(*two.k.T, np.full_like(first, uptake_per_h)),
            {**two.da, (2, 0): -first, (2, 2): -second},
            two.dk,
        )

    return Form("tri_uptake", "tri-exponential with a fixed rate of uptake", 4, components)
