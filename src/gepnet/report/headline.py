"""The patient in one line."""

from __future__ import annotations

from gepnet.facts import Facts, show
from gepnet.guidelines import KnowledgeBase
from gepnet.report.facts import value_text


def headline(facts: Facts, base: KnowledgeBase) -> str:
    """Return the patient in one line: site, function, grade, Ki-67, spread, receptor uptake."""
    site, grade = (
        value_text(facts[name], base) if facts[name].is_known else otherwise
        for name, otherwise in (
            ("primary_site", "primary site not stated"),
            ("grade", "grade unknown"),
        )
    )
    parts = [site, _function(facts), grade]
    if facts["ki67_percent"].origin == "recorded":
        parts.append(f"Ki-67 {value_text(facts['ki67_percent'], base)}")
    if facts["metastasis_liver"].value is True:
        parts.append("liver metastases")
    elif facts["metastatic"].value is True:
        parts.append("metastatic")
    uptake = facts["sstr_any_uptake"].value
    if uptake is not None:
        parts.append("SSTR uptake" if uptake else "no SSTR uptake")
    return ", ".join(part for part in parts if part)


def _function(facts: Facts) -> str:
    syndrome = facts["syndrome"].value
    if isinstance(syndrome, str) and syndrome != "none":
        return show(syndrome)
    functioning = facts["functioning"].value
    if not isinstance(functioning, bool):
        return ""
    return "functioning" if functioning else "non-functioning"
