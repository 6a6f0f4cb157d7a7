"""The NETPET grade of a patient from the patterns of single lesions."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet.response.scores.model import Patterns


def netpet_of_lesions(lesions: Sequence[str], patterns: Patterns) -> str | None:
    """Return the grade of the most discordant lesion, with a or b by how many lesions share it.

    Args:
        lesions: the pattern of each lesion, as ``patterns.grades`` names them (FDG uptake against
            SSTR uptake, positive above background).
        patterns: the scheme.

    Returns:
        The grade, or None without lesions.

    Raises:
        ValueError: for a pattern that the scheme does not have.

    Chan DL, et al. Theranostics 2017;7:1149; table in doi 10.1186/s40644-022-00465-3.
    """
    order = list(patterns.grades)
    unknown = [pattern for pattern in lesions if pattern not in order]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is none of {', '.join(order)}")
    if not lesions:
        return None
    worst = max(lesions, key=order.index)
    grade = patterns.grades[worst]
    if grade not in patterns.suffixed:
        return grade
    return grade + ("a" if lesions.count(worst) <= patterns.few_lesions else "b")
