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

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gepnet.prrt.dosimetry.decay import Array


@dataclass(frozen=True)
class Components:
    """``a`` and ``k`` of c curves with j exponentials, and their derivatives by p parameters."""

    a: Array  # (c, j) MBq
    k: Array  # (c, j) 1/h
    da: Array  # (c, j, p)
    dk: Array  # (c, j, p)


@dataclass(frozen=True)
class Form:
    """A shape of curve with ``size`` free parameters."""

    id: str
    title: str
    size: int
    components: Callable[[Array], Components]


def values(parts: Components, times: Array) -> Array:
    """Activities (c, n) in MBq at the times (c, n)."""
    exponentials = np.exp(-parts.k[:, None, :] * times[:, :, None])
    return np.asarray(np.einsum("cj,cnj->cn", parts.a, exponentials))


def values_and_jacobian(parts: Components, times: Array) -> tuple[Array, Array]:
    """Activities (c, n) and their derivatives by the free parameters (c, n, p)."""
    exponentials = np.exp(-parts.k[:, None, :] * times[:, :, None])
    weighted = exponentials * parts.a[:, None, :]
    jacobian = exponentials @ parts.da - (weighted * times[:, :, None]) @ parts.dk
    return weighted.sum(axis=2), jacobian


def integral(parts: Components) -> Array:
    """Time-integrated activity ``sum a/k`` in MBq h, (c,)."""
    return np.asarray((parts.a / parts.k).sum(axis=1))


def integral_gradient(parts: Components) -> Array:
    """Derivatives of the integral by the free parameters, (c, p)."""
    by_a = np.einsum("cj,cjp->cp", 1 / parts.k, parts.da)
    by_k = np.einsum("cj,cjp->cp", parts.a / parts.k**2, parts.dk)
    return np.asarray(by_a - by_k)


def integral_after(parts: Components, time_h: Array) -> Array:
    """Time-integrated activity after ``time_h`` (c,), in MBq h."""
    return np.asarray((parts.a / parts.k * np.exp(-parts.k * time_h[:, None])).sum(axis=1))


def slowest_rate(parts: Components) -> Array:
    """The effective rate of the last phase, (c,) in 1/h."""
    return np.asarray(parts.k[:, 0])


def _empty(theta: Array, exponentials: int) -> Components:
    curves, size = theta.shape
    shape = (curves, exponentials)
    return Components(
        np.zeros(shape), np.zeros(shape), np.zeros((*shape, size)), np.zeros((*shape, size))
    )


def _mono(theta: Array) -> Components:
    parts = _empty(theta, 1)
    parts.a[:, 0] = parts.da[:, 0, 0] = np.exp(theta[:, 0])
    parts.k[:, 0] = theta[:, 1]
    parts.dk[:, 0, 1] = 1
    return parts


def _two_rates(parts: Components, theta: Array, slow: int, gap: int) -> None:
    """Set k1 = exp(slow) and k2 = k1 + exp(gap): the order cannot be lost on the way."""
    first, more = np.exp(theta[:, slow]), np.exp(theta[:, gap])
    parts.k[:, 0] = first
    parts.k[:, 1] = first + more
    parts.dk[:, 0, slow] = parts.dk[:, 1, slow] = first
    parts.dk[:, 1, gap] = more


def _bi_uptake(theta: Array) -> Components:
    parts = _empty(theta, 2)
    parts.a[:, 0] = parts.da[:, 0, 0] = np.exp(theta[:, 0])
    parts.a[:, 1] = parts.da[:, 1, 0] = -parts.a[:, 0]
    _two_rates(parts, theta, 1, 2)
    return parts


def _bi_washout(theta: Array) -> Components:
    parts = _empty(theta, 2)
    parts.a[:, 0] = parts.da[:, 0, 0] = np.exp(theta[:, 0])
    parts.a[:, 1] = parts.da[:, 1, 2] = np.exp(theta[:, 2])
    _two_rates(parts, theta, 1, 3)
    return parts


MONO = Form("mono", "mono-exponential", 2, _mono)
BI_UPTAKE = Form("bi_uptake", "bi-exponential, uptake and washout", 3, _bi_uptake)
BI_WASHOUT = Form("bi_washout", "bi-exponential washout", 4, _bi_washout)


def tri_uptake(uptake_per_h: float) -> Form:
    """Return the tri-exponential form with a given rate of uptake (1/h)."""

    def components(theta: Array) -> Components:
        parts = _empty(theta, 3)
        two = _bi_washout(theta)
        for whole, part in ((parts.a, two.a), (parts.k, two.k), (parts.da, two.da)):
            whole[:, :2] = part
        parts.dk[:, :2] = two.dk
        parts.a[:, 2] = -two.a.sum(axis=1)
        parts.da[:, 2] = -two.da.sum(axis=1)
        parts.k[:, 2] = uptake_per_h
        return parts

    return Form("tri_uptake", "tri-exponential with a fixed rate of uptake", 4, components)
