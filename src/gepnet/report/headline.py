"""The patient in one line."""

from __future__ import annotations

from gepnet.facts import Facts, show
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.phrases import Phrases
from gepnet.report.facts import value_text


def headline(facts: Facts, base: KnowledgeBase) -> str:
    """Return the patient in one line: site, function, grade, Ki-67, spread, receptor uptake."""
    phrases = base.vocabulary.phrases
    site, grade = (
        value_text(facts[name], base) if facts[name].is_known else otherwise
        for name, otherwise in (
            ("primary_site", phrases.site_not_stated),
            ("grade", phrases.grade_unknown),
        )
    )
    parts = [site, _function(facts, phrases), grade]
    if facts["ki67_percent"].origin == "recorded":
        parts.append(f"Ki-67 {value_text(facts['ki67_percent'], base)}")
    if facts["metastasis_liver"].value is True:
        parts.append(phrases.liver_metastases)
    elif facts["metastatic"].value is True:
        parts.append(phrases.metastatic)
    uptake = facts["sstr_any_uptake"].value
    if uptake is not None:
        parts.append(phrases.sstr_uptake if uptake else phrases.no_sstr_uptake)
    return ", ".join(part for part in parts if part)


def _function(facts: Facts, phrases: Phrases) -> str:
    syndrome = facts["syndrome"].value
    if isinstance(syndrome, str) and syndrome != "none":
        return phrases.syndromes.get(syndrome) or show(syndrome)
    functioning = facts["functioning"].value
    if not isinstance(functioning, bool):
        return ""
    return phrases.functioning if functioning else phrases.non_functioning
